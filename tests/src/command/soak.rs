//! `cargo bed soak`.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use testbed::bed::{ENGINE, STORE};
use testbed::soak::SOAK;

use super::EngineArgs;
use super::test::cargo;

const DEADLINE: Duration = Duration::from_hours(2);

/// How long.
#[derive(Debug, Args)]
pub(super) struct SoakArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// How many builds one after another, and about as many eight at once.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    builds: u32,
}

pub(super) fn run(args: &SoakArgs) -> Result<()> {
    let choice = args.engine.choice()?;
    cargo(&["test", "--package", "testbed", "--test", "e2e", "--locked", "--", "--nocapture", "soak::"])
        .env(ENGINE, choice.release.name)
        .env(STORE, choice.store.to_string())
        .env(SOAK, args.builds.to_string())
        .deadline(DEADLINE)
        .show()
}
