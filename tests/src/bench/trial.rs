//! One contestant with one project.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::contestant::{Contestant, Kitchen, OURS};
use super::findings::Sample;
use super::planning::Watch;
use super::step::{Step, Turn};
use super::subject::Subject;
use crate::bed::Bed;
use crate::build::Build;
use crate::container::{Run, get};
use crate::docker::Docker;
use crate::process::tail;
use crate::project::Project;

/// Where services of this repository's examples listen.
const PORT: u16 = 8080;
const PATIENCE: Duration = Duration::from_secs(30);

/// A contestant with its own copy of the project, its Dockerfile in it.
#[derive(Debug)]
pub struct Trial<'a> {
    bed: &'a Bed,
    contestant: &'static Contestant,
    subject: &'a Subject,
    project: Project,
    image: String,
    build: Build,
}

impl<'a> Trial<'a> {
    /// Lays out the project for this contestant.
    pub fn prepare(
        bed: &'a Bed,
        kitchen: &Kitchen,
        contestant: &'static Contestant,
        subject: &'a Subject,
    ) -> Result<Self> {
        let project = subject.copy()?;
        project.write("Dockerfile", contestant.dockerfile(kitchen, subject))?;
        let image = format!("supercargo-bench-{}-{}", subject.label, contestant.name);
        let build = Build::new(bed.docker(), project.path()).tag(&image);
        let build = match &subject.target {
            // The Dockerfiles of the others name the binary themselves.
            Some(target) if contestant.name == OURS => build.target(target),
            _ => build,
        };
        Ok(Self { bed, contestant, subject, project, image, build })
    }

    /// The contestant's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.contestant.name
    }

    /// Its copy of the project.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Makes the step's change, and builds against the clock: from the start of the client to its end.
    pub fn run(&self, step: Step, turn: &Turn<'_>) -> Result<Sample> {
        step.apply(&self.project, self.subject, turn)?;
        let watch = match self.bed.daemon() {
            Some(daemon) if self.name() == OURS => Some(Watch::begin(daemon.log())?),
            _ => None,
        };
        let began = Instant::now();
        let log = self.build.succeed();
        let elapsed = began.elapsed();
        let log = log.with_context(|| format!("{} failed at {step}", self.name()))?;
        let planned = watch.map(|watch| watch.end()).transpose()?.flatten();
        Ok(Sample {
            contestant: self.name(),
            step,
            round: turn.round,
            seconds: elapsed.as_secs_f64(),
            compiled: log.compiled().len(),
            planning_milliseconds: planned,
        })
    }

    /// Takes the image away.
    pub fn remove_image(&self) -> Result<()> {
        self.bed.docker().command(["image", "rm", &self.image]).run().map(drop)
    }

    /// Sees that the image runs: as it is, or asked for its version.
    pub fn check(&self) -> Result<()> {
        let plain = Run::new(self.bed.docker(), &self.image);
        let Err(first) = works(self.bed.docker(), &plain) else { return Ok(()) };
        works(self.bed.docker(), &plain.arg("--version"))
            .with_context(|| format!("the image of {} does not run ({first:#})", self.name()))
    }
}

/// Ends well with a program that ends well, or that answers over HTTP.
fn works(docker: &Docker, run: &Run) -> Result<()> {
    let container = run.clone().port(PORT).start()?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if !container.is_running()? {
            let code = docker.command(["wait", container.id()]).run()?;
            if code.trim() == "0" {
                return Ok(());
            }
            bail!("exit code {}: {}", code.trim(), tail(&container.logs()?));
        }
        let answer = container.address(PORT).and_then(|address| get(&address, "/"));
        if answer.is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("it neither ends nor answers: {}", tail(&container.logs()?))
}
