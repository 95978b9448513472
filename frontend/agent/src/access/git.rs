//! What git needs: a home with the ways to log in.
//!
//! Where nothing was passed, nothing changes, and cargo fetches with what is built into it. Otherwise it asks git
//! itself, which knows `.netrc`, every way of SSH and the protocols of old servers; an image without git is left with
//! what cargo can do alone, and gets the same home.

use std::collections::BTreeSet;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use supercargo_report::GitAccess;

use super::{Granted, known_hosts, secret};
use crate::error::Error;
use crate::files;

/// What was found out on the way, for the hints.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// The client passed an SSH agent.
    pub(super) agent: bool,
    /// Git, and ssh where it is needed, are in the image.
    pub(super) programs: bool,
}

/// Grants what was passed.
pub(super) fn grant(git: &GitAccess, place: &Path, granted: &mut Granted) -> Result<Found, Error> {
    let agent = std::fs::metadata(&git.agent).is_ok_and(|metadata| metadata.file_type().is_socket());
    let mut config = String::new();
    for host in &git.hosts {
        let Some(token) = secret::token(&host.token)? else { continue };
        config.extend([
            "[credential]\n\thelper = \"",
            &super::own_program()?.display().to_string(),
            " git-credential ",
            &host.host,
            " ",
            &host.token.path,
            "\"\n",
        ]);
        granted.values.extend(token.split_once(':').map(|(_, password)| password.to_owned()));
        granted.values.push(token);
    }
    let netrc = secret::text(&git.netrc)?;
    let known = secret::text(&git.known_hosts)?;
    let is_private = agent || !config.is_empty() || netrc.is_some() || known.is_some();
    let programs = on_path("git") && (!agent || on_path("ssh"));
    if !is_private {
        return Ok(Found { agent, programs });
    }
    let home = place.join("home");
    let own = std::env::var_os("HOME").map(PathBuf::from);
    if let Some(own) = &own {
        config.insert_str(0, &format!("[include]\n\tpath = \"{}/.gitconfig\"\n", own.display()));
        let rustup = own.join(".rustup");
        if std::env::var_os("RUSTUP_HOME").is_none() && rustup.is_dir() {
            granted.variables.push(("RUSTUP_HOME".to_owned(), rustup.into_os_string()));
        }
    }
    if netrc.is_some() {
        // curl would send a password of the file over plain http too, where everybody on the way can read it.
        config.push_str("[protocol \"http\"]\n\tallow = never\n");
    }
    files::write(&home.join(".gitconfig"), config.as_bytes())?;
    granted.variables.push(("HOME".to_owned(), home.clone().into_os_string()));
    granted.variables.push(("GIT_TERMINAL_PROMPT".to_owned(), "0".into()));
    if let Some(text) = netrc {
        granted.values.extend(passwords(&text));
        let link = home.join(".netrc");
        std::os::unix::fs::symlink(&git.netrc.path, &link).map_err(Error::file("write", &link))?;
    }
    let file = home.join(".ssh/known_hosts");
    let given = git.known.iter().map(String::as_str).chain(known.as_deref());
    files::write(&file, known_hosts::text(given).as_bytes())?;
    if agent {
        granted.variables.push(("SSH_AUTH_SOCK".to_owned(), (&git.agent).into()));
    }
    granted.variables.push(("GIT_SSH_COMMAND".to_owned(), ssh(&file).into()));
    if programs {
        granted.variables.push(("CARGO_NET_GIT_FETCH_WITH_CLI".to_owned(), "true".into()));
    }
    Ok(Found { agent, programs })
}

/// The ssh command of git. It refuses a host whose key is not in the file: the client's SSH agent signs for whoever
/// answers.
fn ssh(known_hosts: &Path) -> String {
    format!(
        "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile={}",
        known_hosts.display()
    )
}

/// The passwords of a `.netrc`, as curl reads it before version 7.84, without quotes, and since then.
pub(crate) fn passwords(text: &str) -> Vec<String> {
    let plain = text.split_whitespace().map(str::to_owned).collect();
    let readings: [Vec<String>; 2] = [plain, words(text)];
    let pairs = readings.iter().flat_map(|words| words.iter().zip(words.iter().skip(1)));
    let passwords: BTreeSet<&String> =
        pairs.filter(|(key, _)| *key == "password").map(|(_, value)| value).collect();
    passwords.into_iter().cloned().collect()
}

/// Splits a `.netrc` into words. A word in double quotes may contain spaces and escapes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            words.push(word.to_owned());
            rest = after.trim_start();
            continue;
        };
        let mut word = String::new();
        let mut characters = quoted.chars();
        while let Some(character) = characters.next().filter(|character| *character != '"') {
            let escaped = if character == '\\' { characters.next() } else { None };
            word.push(match escaped {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => character,
            });
        }
        words.push(word);
        rest = characters.as_str().trim_start();
    }
    words
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|place| place.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::passwords;

    #[test]
    fn passwords_are_found_wherever_the_lines_break() {
        let text = "machine a login x password one\nmachine b\n  login y\n  password two\n";
        assert_eq!(passwords(text), ["one", "two"]);
    }

    #[test]
    fn a_password_in_quotes_is_found_in_both_readings() {
        let text = r#"machine a login "x y" password "with \"two\" spaces" machine b password plain"#;
        assert_eq!(passwords(text), ["\"with", "plain", "with \"two\" spaces"]);
        assert_eq!(passwords("password \"open"), ["\"open", "open"]);
    }
}
