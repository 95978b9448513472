//! `cargo bed bench`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::bed::Bed;
use testbed::bench::contestant::{CONTESTANTS, Contestant};
use testbed::bench::race::Race;
use testbed::bench::subject::{Spec, USUAL};
use testbed::place::Place;
use testbed::progress::{heading, say};

use super::EngineArgs;

/// What to compare.
#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// An example (`axum-service`, `workspace:api`) or a published package (`hexyl@0.17.0`); may be repeated.
    #[arg(long = "project", value_name = "NAME[@VERSION][:BINARY]", default_values = USUAL)]
    projects: Vec<Spec>,
    /// Only this contestant; may be repeated. Without it, all but `naive`.
    #[arg(long = "only", value_name = "CONTESTANT")]
    only: Vec<String>,
    /// Add the Dockerfile without any cache, which compiles everything in every step.
    #[arg(long)]
    naive: bool,
    /// How often the steps after the cold build are done.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Move this dependency to this version at the end; may be repeated, a project takes the first that it has.
    #[arg(long = "bump", value_name = "NAME@VERSION")]
    bumps: Vec<String>,
    /// How often everything is built from nothing.
    #[arg(long = "cold-rounds", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    cold_rounds: u32,
    /// Empty the engine's whole build cache before each cold round: all of it, whoever it belongs to.
    #[arg(long)]
    prune: bool,
    /// Write the tables to this file as well.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Write every single build as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(super) fn run(args: &BenchArgs) -> Result<()> {
    let race = Race {
        projects: args.projects.clone(),
        contestants: args.contestants()?,
        cold_rounds: args.cold_rounds,
        rounds: args.rounds,
        prune: args.prune,
        bumps: args.bumps.clone(),
    };
    heading("an engine");
    let bed = Bed::up(Place::from_env()?, args.engine.choice()?)?;
    let findings = race.run(&bed)?;
    heading("findings");
    let text = findings.to_string();
    println!("{text}");
    for (file, content) in [
        (&args.write, text),
        (&args.json, serde_json::to_string_pretty(&findings).context("failed to write JSON")? + "\n"),
    ] {
        if let Some(file) = file {
            fs::write(file, content).with_context(|| format!("failed to write `{}`", file.display()))?;
            say(format!("wrote {}", file.display()));
        }
    }
    if !findings.failures.is_empty() {
        bail!("{} of the projects could not be measured", findings.failures.len());
    }
    Ok(())
}

impl BenchArgs {
    fn contestants(&self) -> Result<Vec<&'static Contestant>> {
        for name in &self.only {
            if !CONTESTANTS.iter().any(|contestant| contestant.name == name) {
                let names: Vec<&str> = CONTESTANTS.iter().map(|contestant| contestant.name).collect();
                bail!("no contestant is called `{name}`; there are {}", names.join(", "));
            }
        }
        let takes_part = |contestant: &&Contestant| {
            let asked = self.naive && contestant.name == "naive";
            if self.only.is_empty() {
                contestant.is_usual || asked
            } else {
                asked || self.only.iter().any(|name| name == contestant.name)
            }
        };
        Ok(CONTESTANTS.iter().filter(takes_part).collect())
    }
}
