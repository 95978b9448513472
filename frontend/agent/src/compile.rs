//! One cargo compile from start to end.

use std::collections::BTreeMap;
use std::path::Path;

use supercargo_report::{Compile, Dependencies, Rebuilt, Report, Step};

use crate::advice::{self, Advice};
use crate::cargo;
use crate::cause::FIRST;
use crate::collect;
use crate::console;
use crate::error::Error;
use crate::freshness::Tracked;
use crate::jobs;
use crate::kept::Kept;
use crate::linker;
use crate::messages::{Artifact, Artifacts, Script};
use crate::package::PackageId;
use crate::reuse;
use crate::sccache;
use crate::stubs;
use crate::tally;
use crate::workplace::Workplace;

/// How many packages the warning about the dependency layer explains before it only counts.
const EXPLAINED: usize = 8;

/// How many changed files the last lines name before they only count.
const CHANGED: usize = 5;

/// Runs the compile and returns cargo's exit code. Nothing is said after a failure of cargo's, since its own last words are
/// what the user needs, but advice.
pub(crate) fn compile(job: &Compile) -> Result<u8, Error> {
    let target_dir = Path::new(&job.target_dir);
    if let Some(missing) = job.secrets.iter().find(|secret| !Path::new(&secret.path).exists()) {
        return Err(Error::NoBuildSecret { id: missing.id.clone() });
    }
    if let Some(linker) = &job.linker {
        linker::lay_down(linker)?;
    }
    if let Some(freshness) = &job.freshness {
        warn_of_git_pointer(Path::new(&freshness.directory));
    }
    let kept = job.export.as_ref().map(|export| Kept::start(job, export)).transpose()?;
    let (mut workplace, mut tracked) = (None, None);
    if let Some(freshness) = &job.freshness {
        let place = Workplace::start(job, Path::new(&freshness.directory))?;
        tracked = Some(Tracked::start(freshness, target_dir, |path| place.is_copy(path))?);
        workplace = Some(place);
    }
    let sccache = sccache::Beside::start(job.sccache.as_ref())?;
    let mut artifacts = Artifacts::below(target_dir);
    let mut runs = Vec::new();
    let mut noted = Ok(());
    let mut environment = sccache.environment();
    environment.extend(jobs::environment(job.jobs));
    let mut advice = Advice::default();
    let on_message = |line: &[u8]| {
        let known = artifacts.0.len();
        let script = artifacts.take(line);
        runs.extend(script);
        if noted.is_ok() {
            noted = note(workplace.as_mut(), artifacts.0.get(known));
        }
    };
    let on_error = |line: &[u8]| {
        console::passed_on(line);
        advice.see(&String::from_utf8_lossy(line));
    };
    let exit = cargo::run_with_lines(
        &job.command,
        &environment,
        tracked.as_mut().map(Tracked::recorder),
        on_message,
        on_error,
    )?;
    if exit.code() != 0 {
        advice.ended(exit.code());
        advice.hints(&advice::Step::of_compile(&job.command)).iter().for_each(|hint| console::hint(hint));
    }
    let cached = sccache.finish();
    // An error inside the loop waits until here, so that cargo never runs alone.
    noted?;
    let changed = tracked.map_or_else(|| Ok(Vec::new()), |tracked| tracked.finish(exit))?;
    if exit.code() == 0 {
        let causes =
            workplace.map_or_else(|| Ok(Vec::new()), |workplace| workplace.finish(&artifacts.0, &runs))?;
        match kept {
            Some(kept) => hand_over(job, kept, &artifacts.0, &runs)?,
            None => finish(job, &artifacts.0, changed, causes)?,
        }
    }
    if let Some(line) = cached.filter(|_| exit.code() == 0) {
        console::line(&line);
    }
    Ok(exit.code())
}

/// Warns where `.git` is a file. It names a directory outside of the build context, so git will find no history.
fn warn_of_git_pointer(sources: &Path) {
    if sources.join(".git").symlink_metadata().is_ok_and(|file| file.is_file()) {
        console::warning(
            "`.git` is a file that points out of the build context, as in a worktree or a submodule, so this build has no \
             git history. Use `build.git = \"env\"`, which gives the commit as variables",
        );
    }
}

/// Ends a dependency step whose result is not its target directory.
fn hand_over(job: &Compile, kept: Kept<'_>, artifacts: &[Artifact], runs: &[Script]) -> Result<(), Error> {
    let into = kept.receiver().to_owned();
    let (cause, libraries) = kept.finish(artifacts, runs)?;
    reuse::remember(&into, artifacts, libraries)?;
    let cause = cause.map_or_else(String::new, |cause| format!("; {cause}"));
    console::line(&format!("{}{cause}", tally::of_deps(artifacts, &job.stubs)));
    Ok(())
}

/// Passes on what one message of cargo's says.
fn note(workplace: Option<&mut Workplace>, artifact: Option<&Artifact>) -> Result<(), Error> {
    match (workplace, artifact) {
        (Some(workplace), Some(artifact)) => workplace.artifact(artifact),
        _ => Ok(()),
    }
}

fn finish(
    job: &Compile,
    artifacts: &[Artifact],
    changed: Vec<String>,
    causes: Vec<String>,
) -> Result<(), Error> {
    let target_dir = Path::new(&job.target_dir);
    let rebuilt = match job.step {
        Step::Deps => {
            reuse::remember(target_dir, artifacts, BTreeMap::new())?;
            Vec::new()
        }
        Step::Build => match &job.dependencies {
            Dependencies::Own => Vec::new(),
            Dependencies::Given => reuse::rebuilt(target_dir, artifacts),
            Dependencies::Linked { directory } => reuse::rebuilt(Path::new(directory), artifacts),
        },
    };
    if !job.stubs.is_empty() {
        stubs::remove(target_dir, &job.stubs, artifacts)?;
    }
    warn(&rebuilt);
    let units = artifacts.iter().map(Artifact::unit).collect();
    let report = Report { units, rebuilt, changed };
    if let Some(wanted) = &job.collect {
        collect::collect(job, wanted, artifacts, &report)?;
    }
    console::line(&match job.step {
        Step::Deps => tally::of_deps(artifacts, &job.stubs),
        Step::Build => tally::of_build(word(&job.command), artifacts),
    });
    if job.step == Step::Build && tally::compiled_local(artifacts) {
        explain(report.changed, causes);
    }
    Ok(())
}

/// The cargo command, which is the name of the step: `cargo --config … test`.
fn word(command: &[String]) -> &str {
    let known = ["build", "test", "check", "clippy", "doc"];
    command.iter().map(String::as_str).find(|word| known.contains(word)).unwrap_or("build")
}

/// Says why something was compiled: the sources that changed, then what else is different.
fn explain(mut changed: Vec<String>, causes: Vec<String>) {
    if causes.iter().any(|cause| cause == FIRST) {
        console::line(FIRST);
        return;
    }
    // What changed in the lockfile is said by the causes.
    if causes.iter().any(|cause| cause.starts_with("Cargo.lock: ")) {
        changed.retain(|file| file != "Cargo.lock");
    }
    changed.extend(causes);
    if !changed.is_empty() {
        console::line(&format!("changed: {}", console::list(&changed, CHANGED)));
    }
}

/// The dependency layer exists so that this never says anything.
fn warn(rebuilt: &[Rebuilt]) {
    if rebuilt.is_empty() {
        return;
    }
    let count = tally::crates(rebuilt.len());
    console::warning(&format!(
        "{count} of the dependency layer could not be reused and had to be compiled again:"
    ));
    for one in rebuilt.iter().take(EXPLAINED) {
        console::rendered(&format!("  {}: {}\n", PackageId(&one.package).label(), one.reason));
    }
    if let Some(more) = rebuilt.len().checked_sub(EXPLAINED).filter(|more| *more > 0) {
        console::rendered(&format!("  and {more} more\n"));
    }
}
