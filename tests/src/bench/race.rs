//! The order in which everything is built.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use super::contestant::{Contestant, Kitchen};
use super::crowd;
use super::findings::{Comparison, Failure, Findings, Sample};
use super::fresh;
use super::machine::Machine;
use super::step::{Step, Turn};
use super::subject::{Spec, Subject};
use super::trial::Trial;
use crate::bed::Bed;
use crate::docker::Docker;
use crate::frontend;
use crate::progress::{heading, say, step};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Race {
    /// The projects.
    pub projects: Vec<Spec>,
    /// Who takes part.
    pub contestants: Vec<&'static Contestant>,
    /// How often everything is built from nothing.
    pub cold_rounds: u32,
    /// How often the steps of a round are done.
    pub rounds: u32,
    /// What is done after the cold build.
    pub steps: Vec<Step>,
    /// Empties the engine's whole build cache before each cold round.
    pub prune: bool,
    /// The image of the frontend, if not that of the present sources.
    pub frontend: Option<String>,
    /// Dependencies to move at the end, `NAME@VERSION`, each in every project that has it.
    pub bumps: Vec<String>,
}

impl Race {
    /// Runs it.
    pub fn run(&self, bed: &Bed) -> Result<Findings> {
        let docker = bed.docker();
        // Everything that can be wrong with the projects is found before the first clock starts.
        let subjects = self.projects.iter().map(Subject::bring).collect::<Result<Vec<Subject>>>()?;
        let doing = step("downloading the projects' dependencies");
        subjects.iter().try_for_each(Subject::fetch)?;
        doing.done();
        let frontend = if let Some(image) = &self.frontend {
            image.clone()
        } else {
            let doing = step("building the frontend's image");
            let image = frontend::provide(docker)?;
            doing.done();
            image
        };
        let kitchen = Kitchen::prepare(docker, frontend, run_name()?, &self.contestants)?;
        let machine = Machine::look(docker, kitchen.builder(), self.frontend.as_deref())?;
        let (mut comparisons, mut failures) = (Vec::new(), Vec::new());
        for (place, subject) in subjects.iter().enumerate() {
            heading(subject.title());
            // What was measured until then is worth keeping, whatever becomes of another project.
            match self.compare(bed, &kitchen, subject, place) {
                Ok(comparison) => comparisons.push(comparison),
                Err(error) => {
                    say(format!("{}: {error:#}", subject.title()));
                    failures.push(Failure { title: subject.title(), error: format!("{error:#}") });
                }
            }
        }
        let crowd = crowd::plan(bed, &kitchen).unwrap_or_else(|error| {
            say(format!("the frontend's planning could not be measured: {error:#}"));
            None
        });
        let Self { cold_rounds, rounds, prune: pruned, .. } = *self;
        Ok(Findings { machine, cold_rounds, rounds, pruned, comparisons, crowd, failures })
    }

    fn compare(&self, bed: &Bed, kitchen: &Kitchen, subject: &Subject, place: usize) -> Result<Comparison> {
        let bumps: Vec<&str> =
            self.bumps.iter().filter(|bump| subject.depends_on(bump)).map(String::as_str).collect();
        let mut samples = Vec::new();
        let mut trials = Vec::new();
        // Who goes first in the only cold round of one project does not in that of the next.
        for (round, leader) in (1..=self.cold_rounds).zip(place..) {
            trials = self.start(bed, &kitchen.renewed(&format!("{place}_{round}")), subject)?;
            for trial in from(&trials, leader) {
                samples.extend(timed(trial, Step::Cold, &Turn { round, bump: None }));
            }
        }
        for trial in trials.iter().filter(|trial| trial.failure().is_none()) {
            if let Err(error) = trial.check() {
                trial.give_up(format!("{error:#}"));
            }
        }
        let steps = || self.steps.iter().copied().filter(|step| step.is_for(subject));
        for (round, leader) in (1..=self.rounds).zip(place..) {
            for step in steps().filter(|step| step.is_of_round()) {
                for trial in from(&trials, leader) {
                    samples.extend(timed(trial, step, &Turn { round, bump: None }));
                }
            }
        }
        if steps().any(|step| step == Step::DevDependency) {
            for trial in from(&trials, place) {
                samples.extend(timed(trial, Step::DevDependency, &Turn { round: 1, bump: None }));
            }
        }
        if steps().any(|step| step == Step::Lockfile) {
            for (round, bump) in (1..).zip(&bumps) {
                for trial in from(&trials, place) {
                    samples.extend(timed(trial, Step::Lockfile, &Turn { round, bump: Some(bump) }));
                }
            }
        }
        if steps().any(|step| step == Step::Export || step == Step::Fresh) {
            match fresh::builder(bed, kitchen, &trials) {
                Ok(more) => samples.extend(more),
                Err(error) => say(format!("no fresh builder: {error:#}")),
            }
        }
        trials.iter().try_for_each(Trial::remove_image)?;
        let failures = trials.iter().filter_map(|trial| {
            trial.failure().map(|error| Failure { title: trial.name().to_owned(), error })
        });
        Ok(Comparison {
            title: subject.title(),
            dependencies: subject.dependencies()?,
            bump: bumps.first().map(|bump| (*bump).to_owned()),
            contestants: trials.iter().map(Trial::name).collect(),
            members: subject.members,
            library: subject.library.as_ref().map(|library| (library.package.clone(), library.dependents)),
            failures: failures.collect(),
            samples,
        })
    }

    /// Everybody with a fresh copy of the project, on an engine that has compiled nothing of it.
    fn start<'a>(&self, bed: &'a Bed, kitchen: &Kitchen, subject: &'a Subject) -> Result<Vec<Trial<'a>>> {
        if self.prune {
            prune(bed.docker())?;
        }
        kitchen.warm_up(bed.docker())?;
        let mut trials = Vec::new();
        for contestant in &self.contestants {
            let trial = Trial::prepare(bed, kitchen, contestant, subject)?;
            if !self.prune {
                kitchen.set_apart(trial.project())?;
            }
            trials.push(trial);
        }
        Ok(trials)
    }
}

/// Everybody in turn, another one first in each round.
pub(super) fn from<T>(all: &[T], leader: usize) -> impl Iterator<Item = &T> {
    all.iter().cycle().skip(leader % all.len().max(1)).take(all.len())
}

/// Builds, unless the contestant is out; one that fails is out, and the others go on.
fn timed(trial: &Trial<'_>, step: Step, turn: &Turn<'_>) -> Option<Sample> {
    attempt(trial, step, || trial.run(step, turn))
}

/// The same for any build of a contestant.
pub(super) fn attempt(
    trial: &Trial<'_>,
    step: Step,
    build: impl FnOnce() -> Result<Sample>,
) -> Option<Sample> {
    if trial.failure().is_some() {
        return None;
    }
    match build() {
        Ok(sample) => {
            let Sample { round, contestant, seconds, compiled, .. } = &sample;
            let bytes = sample.exported_bytes.map(|bytes| format!(", {bytes} bytes exported"));
            let stale = if sample.missing_marks.is_empty() { "" } else { ", STALE" };
            say(format!(
                "{step:<14} {round:2} {contestant:<18} {seconds:7.2} s, {compiled:3} compiled{}{stale}",
                bytes.unwrap_or_default()
            ));
            Some(sample)
        }
        Err(error) => {
            say(format!("{step:<14}    {:<18} FAILED: {error:#}", trial.name()));
            trial.give_up(format!("{step}: {error:#}"));
            None
        }
    }
}

/// A name that no earlier run on this engine has had.
fn run_name() -> Result<String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("failed to read the clock")?;
    Ok(format!("{}_{}", now.as_secs(), std::process::id()))
}

/// Images, the base images among them, are not build cache and stay.
fn prune(docker: &Docker) -> Result<()> {
    let doing = step("emptying the engine's build cache");
    let prune = docker.command(["builder", "prune", "--all", "--force"]);
    prune.deadline(Duration::from_mins(10)).run()?;
    doing.done();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::from;

    #[test]
    fn everybody_has_a_turn_whoever_is_first() {
        assert_eq!(from(&[1, 2, 3], 0).collect::<Vec<_>>(), [&1, &2, &3]);
        assert_eq!(from(&[1, 2, 3], 5).collect::<Vec<_>>(), [&3, &1, &2]);
    }
}
