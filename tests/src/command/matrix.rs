//! `cargo bed matrix`.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::bed::{Bed, ENGINE, STORE};
use testbed::engine::daemon::Daemon;
use testbed::engine::release::{self, Choice, Store};
use testbed::matrix::{Column, Page};
use testbed::place::{Place, workspace_root};
use testbed::progress::{heading, say};

use super::test::cargo;

/// All end-to-end tests on a slow machine that does other things besides.
const DEADLINE: Duration = Duration::from_hours(4);
const PAGE: &str = "docs/compatibility.md";

/// Which engines.
#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// Only the engines of this release; may be repeated. The page keeps what it says of the others.
    #[arg(long = "engine", value_name = "RELEASE")]
    engines: Vec<String>,
    /// Only the engines with this image store.
    #[arg(long)]
    store: Option<Store>,
    /// Only end-to-end tests whose names hold one of these words: to try the command. The page then says of how many.
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
}

pub(super) fn run(args: &MatrixArgs) -> Result<()> {
    let place = Place::from_env()?;
    let wanted = |choice: &Choice| {
        let is_named = args.engines.iter().any(|engine| engine == choice.release.name);
        (is_named || args.engines.is_empty()) && args.store.is_none_or(|store| store == choice.store)
    };
    let choices: Vec<Choice> = release::all().filter(wanted).collect();
    if choices.is_empty() {
        // Says which there are.
        Choice::of(args.engines.first().map(String::as_str), args.store)?;
    }
    let file = workspace_root().join(PAGE);
    let mut failed = Vec::new();
    for choice in choices {
        heading(format!("Docker {choice}"));
        let column = on(&place, choice, &args.tests)?;
        say(format!("{choice}: {} of {} passed", column.passed.len(), column.total()));
        failed.extend(column.failed.iter().map(|test| format!("{choice}: {test}")));
        let old = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, Page::of(&old).with(&column).to_string())
            .with_context(|| format!("failed to write `{}`", file.display()))?;
        say(format!("wrote {PAGE}"));
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} tests failed:\n  {}", failed.len(), failed.join("\n  "))
}

fn on(place: &Place, choice: Choice, tests: &[String]) -> Result<Column> {
    let was_up = Daemon::of(place, choice).answers();
    // Before BuildKit 0.12, builds at once with and without `--no-cache` may crash the engine (moby/buildkit#2303).
    let threads = if choice.version() < (25, 0) { "--test-threads=1" } else { "--test-threads=2" };
    let mut column = once(place, choice, &[&[threads], words(tests).as_slice()].concat())?;
    if !column.failed.is_empty() {
        say(format!("{} tests failed; once more, each alone", column.failed.len()));
        let failed = column.failed.clone();
        column = column.after(&once(
            place,
            choice,
            &[&["--test-threads=1", "--exact"], words(&failed).as_slice()].concat(),
        )?);
    }
    if !was_up {
        Daemon::of(place, choice).stop()?;
    }
    Ok(column)
}

fn words(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// One run of the test program with these arguments.
fn once(place: &Place, choice: Choice, arguments: &[&str]) -> Result<Column> {
    // An engine that crashed is brought up again.
    let version = Bed::up(place.clone(), choice)?.docker().server_version()?;
    let outcome = cargo(&["test", "--package", "testbed", "--test", "e2e", "--locked", "--"])
        .args(arguments)
        .env(ENGINE, choice.release.name)
        .env(STORE, choice.store.to_string())
        .env("RUST_BACKTRACE", "0")
        .deadline(DEADLINE)
        .output()?;
    let column = Column::of(choice, &version, &outcome.stdout);
    if column.total() == 0 {
        bail!("no test was run:\n{}", outcome.stderr);
    }
    if !column.failed.is_empty() {
        print!("{}", outcome.stdout);
    }
    Ok(column)
}
