//! What cargo needs to reach private sources, for as long as one command runs.
//!
//! Secrets are files that the engine mounts from memory. They are read and never copied: Cargo and git ask this
//! program for a token ([`crate::registry_credential`], [`crate::git_credential`]), and everything else is a link to
//! the secret's own file. What is written is outside of every mount that a later step sees.

mod certificates;
pub(crate) mod configuration;
pub(crate) mod git;
mod hints;
mod known_hosts;
mod registries;
pub(crate) mod secret;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use supercargo_report::Access;

use crate::advice::{self, Advice};
use crate::cargo::{self, Exit};
use crate::console;
use crate::error::Error;
use crate::files;
use crate::reads::Recorder;
use hints::Hints;

pub(crate) use certificates::Trust;
pub(crate) use configuration::narrow;
pub(crate) use registries::token as registry_token;
pub(crate) use secret::token;

/// Variables of cargo's environment.
type Variables = Vec<(String, OsString)>;

/// Everything that was granted.
#[derive(Debug, Default)]
struct Granted {
    variables: Variables,
    /// What no line of output may hold.
    values: Vec<String>,
    /// What goes when the command ends.
    left: Vec<PathBuf>,
}

/// Runs `command` with what `access` grants, and says what was missing if it fails. `home` is the `CARGO_HOME`.
///
/// The text is that of its standard output, in which no secret is; it is passed on as well if it is to be `shown`. What the command reads goes to the `recorder`.
pub(crate) fn run(
    command: &[String],
    access: &Access,
    home: &Path,
    shown: bool,
    recorder: Option<&mut Recorder>,
) -> Result<(Exit, String), Error> {
    let mut printed = String::new();
    let on_line = |line: &str| {
        if shown {
            console::raw(line.as_bytes());
        }
        printed.push_str(line);
    };
    let (exit, hints) = run_with(command, access, home, recorder, (on_line, console::rendered))?;
    show(&hints);
    Ok((exit, printed))
}

/// Runs `command`, which succeeds if it fails with an error that contains `expected`. Such an error is not shown.
pub(crate) fn run_until(
    command: &[String],
    access: &Access,
    home: &Path,
    expected: &str,
) -> Result<Exit, Error> {
    let mut error = String::new();
    let on_line = |line: &str| console::raw(line.as_bytes());
    let on_error = |line: &str| {
        // Cargo's error is the last thing that it prints, in several lines.
        if error.is_empty() && !line.starts_with("error") {
            console::rendered(line);
        } else {
            error.push_str(line);
        }
    };
    let (exit, hints) = run_with(command, access, home, None, (on_line, on_error))?;
    if exit.code() != 0 && error.contains(expected) {
        return Ok(Exit::default());
    }
    console::rendered(&error);
    show(&hints);
    Ok(exit)
}

fn show(hints: &[String]) {
    for hint in hints {
        console::hint(hint);
    }
}

/// Runs `command` and gives each line of its standard output and of its standard error to a function of its own, without
/// secrets. Returns what would help if the command failed.
fn run_with(
    command: &[String],
    access: &Access,
    home: &Path,
    recorder: Option<&mut Recorder>,
    (mut on_line, mut on_error): (impl FnMut(&str), impl FnMut(&str) + Send),
) -> Result<(Exit, Vec<String>), Error> {
    let mut granted = Granted::default();
    let place = std::env::temp_dir().join(format!("supercargo-{}", std::process::id()));
    granted.left.push(place.clone());
    certificates::grant(access, &place, &mut granted)?;
    registries::grant(access, home, &mut granted)?;
    let git = access.git.as_ref().map(|git| git::grant(git, &place, &mut granted)).transpose()?;
    if let Some(settings) = &access.settings {
        let file = home.join("config.toml");
        files::write(&file, settings.as_bytes())?;
        granted.left.push(file);
    }
    let mut hints = Hints::new(access, git.unwrap_or_default());
    let mut advice = Advice::default();
    let redacted = |line: &[u8]| secret::redact(&String::from_utf8_lossy(line), &granted.values);
    let seen = |line: &[u8]| {
        let line = redacted(line);
        hints.see(&line);
        advice.see(&line);
        on_error(&line);
    };
    let exit =
        cargo::run_with_lines(command, &granted.variables, recorder, |line| on_line(&redacted(line)), seen);
    for path in &granted.left {
        files::remove(path)?;
    }
    let exit = exit?;
    if exit.code() == 0 {
        return Ok((exit, Vec::new()));
    }
    let mut hints = hints.lines();
    hints.extend(advice.hints(&advice::Step::of_download(command)));
    Ok((exit, hints))
}

/// Returns the path of this program, which git and Cargo ask for tokens.
fn own_program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(|source| Error::System { action: "find the agent's own program", source })
}
