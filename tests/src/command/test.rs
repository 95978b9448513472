//! `cargo bed test`.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use testbed::bed::{self, Bed, ENGINE, STORE};
use testbed::engine::daemon::Daemon;
use testbed::engine::release::Choice;
use testbed::frontend;
use testbed::place::{Place, workspace_root};
use testbed::process::Cmd;
use testbed::progress::{heading, say, step};
use testbed::smoke;

use super::{EngineArgs, deny, down};

/// For each part of the run. A command that hangs has a deadline of its own; this one ends a test that waits in vain.
const DEADLINE: Duration = Duration::from_hours(1);

/// How to test.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// Leave the engine up, for the next run or to look around.
    #[arg(long)]
    keep: bool,
}

/// A part of the run that failed, and why.
struct Failure {
    part: &'static str,
    error: anyhow::Error,
}

pub(super) fn run(args: &TestArgs) -> Result<()> {
    let (place, choice) = (Place::from_env()?, args.engine.choice()?);
    let began = Instant::now();
    // A part that fails does not keep the others from saying what they have found.
    let mut failures: Vec<Failure> = [
        ("formatting", cargo(&["fmt", "--all", "--check"])),
        ("lints", cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])),
        ("unit, golden and doc tests", cargo(&["test", "--workspace", "--exclude", "testbed", "--locked"])),
    ]
    .into_iter()
    .filter_map(|(part, command)| attempt(part, || command.show()))
    .collect();

    failures.extend(attempt("dependencies", || deny::check(&place, false)));

    let was_up = bed::external_host().is_some() || Daemon::of(&place, choice).answers();
    failures.extend(on_engine(&place, choice));
    if !was_up && !args.keep {
        failures.extend(attempt("taking the bed down", || down::stop_all(&place)));
    }

    let seconds = began.elapsed().as_secs();
    if failures.is_empty() {
        say(format!("all tests passed, in {seconds} s"));
        return Ok(());
    }
    for failure in &failures {
        // In full it was shown where it happened.
        let error = format!("{:#}", failure.error);
        say(format!("FAILED: {}: {}", failure.part, error.lines().next().unwrap_or_default()));
    }
    bail!("{} of the parts failed, in {seconds} s", failures.len())
}

/// What needs an engine. Without one nothing of it can pass, and a run without it is a failed run.
fn on_engine(place: &Place, choice: Choice) -> Option<Failure> {
    let mut bed = None;
    let failure = attempt("engine and base images", || {
        bed = Some(Bed::up(place.clone(), choice)?);
        Ok(())
    });
    let Some(bed) = bed else { return failure };
    let mut reference = String::new();
    attempt("the frontend's image", || {
        let building = step("building the frontend's image");
        reference = frontend::provide(bed.docker())?;
        building.done();
        say(format!("it is {reference}"));
        Ok(())
    })
    .or_else(|| {
        attempt("end-to-end tests", || {
            cargo(&["test", "--package", "testbed", "--locked"])
                .env(ENGINE, choice.release.name)
                .env(STORE, choice.store.to_string())
                // The tests report with errors that say where they come from.
                .env("RUST_BACKTRACE", "0")
                .show()
        })
    })
    .or_else(|| attempt("a smoke test on the oldest engine", || on_the_oldest(&bed, choice, &reference)))
}

/// What every engine between the oldest and this one is taken to do as well; `cargo bed matrix` looks at each of them.
fn on_the_oldest(bed: &Bed, choice: Choice, reference: &str) -> Result<()> {
    let oldest = smoke::oldest()?;
    if bed.daemon().is_none() || oldest.release.name == choice.release.name {
        say("nothing to do: the tests ran on an engine of somebody else's, or on the oldest one");
        return Ok(());
    }
    smoke::tell_on(oldest, bed, reference)
}

fn attempt(part: &'static str, work: impl FnOnce() -> Result<()>) -> Option<Failure> {
    heading(part);
    work().err().map(|error| {
        say(format!("{part}: {error:#}"));
        Failure { part, error }
    })
}

pub(super) fn cargo(args: &[&str]) -> Cmd {
    // The very cargo that runs the bed.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    Cmd::new(program).args(args).current_dir(workspace_root()).deadline(DEADLINE)
}
