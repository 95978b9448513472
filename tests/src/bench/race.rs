//! The order in which everything is built.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use super::contestant::{Contestant, Kitchen};
use super::findings::{Comparison, Findings, Sample};
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
    /// How often the steps of a round are done.
    pub rounds: u32,
    /// Empties the engine's whole build cache before each project.
    pub prune: bool,
    /// Dependencies to move at the end, `NAME@VERSION`, each in the first project that has it.
    pub bumps: Vec<String>,
}

impl Race {
    /// Runs it.
    pub fn run(&self, bed: &Bed) -> Result<Findings> {
        let docker = bed.docker();
        let mut comparisons = Vec::new();
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
        for subject in &subjects {
            heading(subject.title());
            if self.prune {
                prune(docker)?;
            }
            kitchen.warm_up(docker)?;
            comparisons.push(self.compare(bed, &kitchen, subject)?);
        }
        Ok(Findings { machine, rounds: self.rounds, pruned: self.prune, comparisons })
    }

    fn compare(&self, bed: &Bed, kitchen: &Kitchen, subject: &Subject) -> Result<Comparison> {
        let trials = self
            .contestants
            .iter()
            .map(|contestant| Trial::prepare(bed, kitchen, contestant, subject))
            .collect::<Result<Vec<Trial<'_>>>>()?;
        if !self.prune {
            for trial in &trials {
                kitchen.set_apart(trial.project())?;
            }
        }
        let bump = self.bumps.iter().find(|bump| subject.depends_on(bump)).map(String::as_str);
        let mut samples = Vec::new();
        let first = Turn { round: 1, bump };
        for trial in &trials {
            samples.push(timed(trial, Step::Cold, &first)?);
            trial.check()?;
        }
        for (round, leader) in (1..=self.rounds).zip((0..trials.len()).cycle()) {
            for step in Step::ROUND {
                for trial in from(&trials, leader) {
                    samples.push(timed(trial, *step, &Turn { round, bump })?);
                }
            }
        }
        if bump.is_some() {
            for trial in &trials {
                samples.push(timed(trial, Step::Lockfile, &first)?);
            }
        }
        Ok(Comparison {
            title: subject.title(),
            dependencies: subject.dependencies()?,
            bump: bump.map(str::to_owned),
            contestants: trials.iter().map(Trial::name).collect(),
            samples,
        })
    }
}

/// Everybody in turn, another one first in each round.
fn from<T>(all: &[T], leader: usize) -> impl Iterator<Item = &T> {
    all.iter().cycle().skip(leader).take(all.len())
}

fn timed(trial: &Trial<'_>, step: Step, turn: &Turn<'_>) -> Result<Sample> {
    let sample = trial.run(step, turn)?;
    say(format!(
        "{step:<9} {} {:<12} {:7.2} s, {:3} compiled",
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
        assert_eq!(from(&[1, 2, 3], 2).collect::<Vec<_>>(), [&3, &1, &2]);
    }
}
