//! `cargo bed bench`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::bed::Bed;
use testbed::bench::contestant::{CONTESTANTS, Contestant, OURS, named};
use testbed::bench::picture;
use testbed::bench::race::Race;
use testbed::bench::step::Step;
use testbed::bench::subject::{Spec, USUAL};
use testbed::place::Place;
use testbed::progress::{heading, say};

use super::EngineArgs;

/// Leaves of the usual projects: nothing but the project itself is compiled against them.
const BUMPS: &[&str] = &["uuid@1.28.0", "tempfile@3.26.0"];

/// What to compare.
#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// An example (`axum-service`, `workspace:api`), a published package (`hexyl@0.17.0`), an assembled workspace
    /// (`gix-ref-workspace`, `gix-workspace`) or a folder (`mine=/path/to/it:binary`); may be repeated.
    #[arg(long = "project", value_name = "PROJECT[:BINARY]", default_values = USUAL)]
    projects: Vec<Spec>,
    /// Only this contestant; may be repeated. Without it, supercargo, cargo-chef and host.
    #[arg(long = "only", value_name = "CONTESTANT")]
    only: Vec<String>,
    /// Only this step after the cold build; may be repeated. Without it, those that take no dependency's compile, and
    /// `lockfile`.
    #[arg(long = "step", value_name = "STEP")]
    steps: Vec<Step>,
    /// All contestants and all steps: an hour and more.
    #[arg(long)]
    full: bool,
    /// How often the steps after the cold build are done.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Move this dependency to this version in the step `lockfile`; may be repeated. For projects that have it.
    #[arg(long = "bump", value_name = "NAME@VERSION", default_values = BUMPS)]
    bumps: Vec<String>,
    /// How often everything is built from nothing.
    #[arg(long = "cold-rounds", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    cold_rounds: u32,
    /// Empty the engine's whole build cache before each cold round: all of it, whoever it belongs to.
    #[arg(long)]
    prune: bool,
    /// Measure this frontend, an image that the engine has, instead of the one of the present sources.
    #[arg(long, value_name = "IMAGE")]
    frontend: Option<String>,
    /// Write the tables to this file as well, and the picture beside it, with the ending `svg`.
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
        steps: args.steps(),
        prune: args.prune,
        frontend: args.frontend.clone(),
        bumps: args.bumps.clone(),
    };
    heading("an engine");
    let bed = Bed::up(Place::from_env()?, args.engine.choice()?)?;
    let findings = race.run(&bed)?;
    heading("findings");
    let text = findings.to_string();
    println!("{text}");
    let json = serde_json::to_string_pretty(&findings).context("failed to write JSON")? + "\n";
    let drawn = args.write.as_ref().map(|file| file.with_extension("svg"));
    let picture = drawn.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let text = format!(
        "# Figures of the benchmark\n\n`cargo bed bench` wrote this page; [benchmark.md](benchmark.md) says what it \
         does.\n\n![Seconds of each step for each contestant]({})\n\n{text}",
        picture.unwrap_or_default()
    );
    for (file, content) in [(&args.write, text), (&drawn, picture::draw(&findings)), (&args.json, json)] {
        if let Some(file) = file {
            fs::write(file, content).with_context(|| format!("failed to write `{}`", file.display()))?;
            say(format!("wrote {}", file.display()));
        }
    }
    if !findings.failures.is_empty() {
        bail!("{} of the projects could not be measured", findings.failures.len());
    }
    let ours = |name: &str| name == OURS;
    if findings.comparisons.iter().any(|comparison| comparison.stale().any(|sample| ours(sample.contestant)))
    {
        bail!("an image was made of older sources than it should have been");
    }
    if findings.comparisons.iter().any(|comparison| comparison.failures.iter().any(|out| ours(&out.title))) {
        bail!("a build of our own failed");
    }
    Ok(())
}

impl BenchArgs {
    fn contestants(&self) -> Result<Vec<&'static Contestant>> {
        if !self.only.is_empty() {
            return self.only.iter().map(|name| named(name)).collect();
        }
        Ok(CONTESTANTS.iter().filter(|contestant| self.full || contestant.is_usual).collect())
    }

    fn steps(&self) -> Vec<Step> {
        match (self.steps.as_slice(), self.full) {
            ([], true) => Step::ALL.to_vec(),
            ([], false) => Step::USUAL.to_vec(),
            (steps, _) => steps.to_vec(),
        }
    }
}
