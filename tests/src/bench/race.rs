//! The order in which everything is built.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use super::contestant::{Contestant, Kitchen};
use super::findings::{Comparison, Failure, Findings, Sample};
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
    /// Empties the engine's whole build cache before each cold round.
    pub prune: bool,
    /// Dependencies to move at the end, `NAME@VERSION`, each in the first project that has it.
    pub bumps: Vec<String>,
}

impl Race {
    /// Runs it.
    pub fn run(&self, bed: &Bed) -> Result<Findings> {
        let docker = bed.docker();
        // Everything that can be wrong with the projects is found before the first clock starts.
        let subjects = self.projects.iter().map(Subject::bring).collect::<Result<Vec<Subject>>>()?;
        for bump in &self.bumps {
            if !subjects.iter().any(|subject| subject.depends_on(bump)) {
                bail!("none of the projects depends on what `{bump}` names");
            }
        }
        let doing = step("downloading the projects' dependencies");
        subjects.iter().try_for_each(Subject::fetch)?;
        doing.done();
        let doing = step("building the frontend's image");
        let frontend = frontend::provide(docker)?;
        doing.done();
        let kitchen = Kitchen::prepare(docker, frontend, run_name()?)?;
        let machine = Machine::look(docker, kitchen.builder())?;
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
        let Self { cold_rounds, rounds, prune: pruned, .. } = *self;
        Ok(Findings { machine, cold_rounds, rounds, pruned, comparisons, failures })
    }

    fn compare(&self, bed: &Bed, kitchen: &Kitchen, subject: &Subject, place: usize) -> Result<Comparison> {
        let bump = self.bumps.iter().find(|bump| subject.depends_on(bump)).map(String::as_str);
        let mut samples = Vec::new();
        let mut trials = Vec::new();
        // Who goes first in the only cold round of one project does not in that of the next.
        for (round, leader) in (1..=self.cold_rounds).zip(place..) {
            trials = self.start(bed, &kitchen.renewed(&format!("{place}_{round}")), subject)?;
            for trial in from(&trials, leader) {
                samples.push(timed(trial, Step::Cold, &Turn { round, bump })?);
            }
        }
        trials.iter().try_for_each(Trial::check)?;
        for (round, leader) in (1..=self.rounds).zip(place..) {
            for step in Step::ROUND {
                for trial in from(&trials, leader) {
                    samples.push(timed(trial, *step, &Turn { round, bump })?);
                }
            }
        }
        if bump.is_some() {
            for trial in &trials {
                samples.push(timed(trial, Step::Lockfile, &Turn { round: 1, bump })?);
            }
        }
        trials.iter().try_for_each(Trial::remove_image)?;
        Ok(Comparison {
            title: subject.title(),
            dependencies: subject.dependencies()?,
            bump: bump.map(str::to_owned),
            contestants: trials.iter().map(Trial::name).collect(),
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
fn from<T>(all: &[T], leader: usize) -> impl Iterator<Item = &T> {
    all.iter().cycle().skip(leader % all.len().max(1)).take(all.len())
}

fn timed(trial: &Trial<'_>, step: Step, turn: &Turn<'_>) -> Result<Sample> {
    let sample = trial.run(step, turn)?;
    say(format!(
        "{step:<9} {:2} {:<12} {:7.2} s, {:3} compiled",
        turn.round, sample.contestant, sample.seconds, sample.compiled
    ));
    Ok(sample)
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
