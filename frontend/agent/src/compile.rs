//! One cargo compile from start to end.

use std::path::Path;

use supercargo_report::{Compile, Rebuilt, Report, Step};

use crate::cargo;
use crate::collect;
use crate::console;
use crate::error::Error;
use crate::freshness::Tracked;
use crate::messages::{Artifact, Artifacts};
use crate::package::PackageId;
use crate::reuse;
use crate::sccache;
use crate::seed;
use crate::stubs;
use crate::tally;

/// How many packages the warning about the dependency layer explains before it only counts.
const EXPLAINED: usize = 8;

/// How many changed files the last lines name before they only count.
const CHANGED: usize = 5;

/// Runs the compile and returns cargo's exit code. Nothing is said after a failure of cargo's: its own last words are
/// what the user needs.
pub(crate) fn compile(job: &Compile) -> Result<u8, Error> {
    let target_dir = Path::new(&job.target_dir);
    let mut tracked = match &job.freshness {
        Some(freshness) => Some(Tracked::start(job.step, freshness, target_dir)?),
        None => None,
    };
    if job.step == Step::Build {
        seed::mark_built(target_dir)?;
    }
    let sccache = sccache::Beside::start(job.sccache.as_ref())?;
    let mut artifacts = Artifacts::default();
    let mut scripts = Ok(());
    let exit = cargo::run_with_lines(&job.command, &sccache.environment(), |line| {
        let script = artifacts.take(line).filter(|script| script.package().is_local());
        if let (Some(script), Some(tracked), Ok(())) = (script, &mut tracked, &scripts) {
            scripts = tracked.script(script.out_dir);
        }
    })?;
    let cached = sccache.finish();
    // An error inside the loop waits until here, so that cargo never runs alone.
    scripts?;
    let changed = tracked.map_or_else(|| Ok(Vec::new()), |tracked| tracked.finish(exit))?;
    if exit.code() == 0 {
        finish(job, &artifacts.0, changed)?;
    }
    if let Some(line) = cached.filter(|_| exit.code() == 0) {
        console::line(&line);
    }
    Ok(exit.code())
}

fn finish(job: &Compile, artifacts: &[Artifact], changed: Vec<String>) -> Result<(), Error> {
    let target_dir = Path::new(&job.target_dir);
    let rebuilt = match job.step {
        Step::Deps => {
            reuse::remember(target_dir, artifacts)?;
            Vec::new()
        }
        Step::Build => reuse::rebuilt(target_dir, artifacts),
    };
    if !job.stubs.is_empty() {
        stubs::remove(target_dir, &job.stubs, artifacts)?;
    }
    warn(&rebuilt);
    let units = artifacts.iter().map(Artifact::unit).collect();
    let report = Report { units, rebuilt, changed };
    if let Some(wanted) = &job.collect {
        collect::collect(wanted, artifacts, &report)?;
    }
    console::line(&match job.step {
        Step::Deps => tally::of_deps(artifacts, &job.stubs),
        Step::Build => tally::of_build(artifacts),
    });
    if job.step == Step::Build && tally::compiled_local(artifacts) && !report.changed.is_empty() {
        console::line(&format!("changed: {}", console::list(&report.changed, CHANGED)));
    }
    Ok(())
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
