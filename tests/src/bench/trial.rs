//! One contestant with one project.

use std::cell::RefCell;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::contestant::{Contestant, Kitchen, OURS, Way};
use super::findings::{Sample, Share};
use super::mark;
use super::planning::Watch;
use super::step::{Step, Turn};
use super::subject::Subject;
use crate::bed::Bed;
use crate::build::Build;
use crate::container::{Run, get};
use crate::docker::Docker;
use crate::exported::Exported;
use crate::log::BuildLog;
use crate::process::{Cmd, tail};
use crate::project::Project;

/// Where services of this repository's examples listen.
const PORT: u16 = 8080;
const PATIENCE: Duration = Duration::from_secs(30);
/// A vertex that took less is not worth a line.
const NOTEWORTHY: f64 = 0.05;

/// A contestant with its own copy of the project, its Dockerfile in it.
#[derive(Debug)]
pub struct Trial<'a> {
    bed: &'a Bed,
    contestant: &'static Contestant,
    subject: &'a Subject,
    project: Project,
    image: String,
    /// Why it takes no further part.
    out: RefCell<Option<String>>,
}

/// What a build left, besides its result.
struct Built {
    seconds: f64,
    compiled: usize,
    trace: Vec<Share>,
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
        let mut out = None;
        if let Way::Image(dockerfile) = contestant.way {
            match dockerfile(kitchen, subject) {
                Ok(text) => project.write("Dockerfile", text)?,
                Err(error) => out = Some(format!("{error:#}")),
            }
        }
        let image = format!("supercargo-bench-{}-{}", subject.label, contestant.name);
        Ok(Self { bed, contestant, subject, project, image, out: RefCell::new(out) })
    }

    /// The contestant's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.contestant.name
    }

    /// True when it makes an image.
    #[must_use]
    pub fn makes_image(&self) -> bool {
        matches!(self.contestant.way, Way::Image(_))
    }

    /// Why it takes no further part; nothing while it does.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.out.borrow().clone()
    }

    /// Takes it out.
    pub fn give_up(&self, why: String) {
        self.out.replace(Some(why));
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
        let built = match self.contestant.way {
            Way::Image(_) => Self::build_image(&self.build(self.bed.docker()))?,
            Way::Host => self.build_here()?,
        };
        let planned = watch.map(|watch| watch.end()).transpose()?.flatten();
        let mut sample = self.sample(step, turn, built, self.bed.docker())?;
        sample.planning_milliseconds = planned;
        Ok(sample)
    }

    /// Builds the same again and exports all of its cache, which a registry then has under this name.
    pub fn export(&self, turn: &Turn<'_>, registry: &str, bases: &[String]) -> Result<Sample> {
        let cache = self.cache();
        let option = format!("type=registry,ref={registry}/{cache},mode=max");
        let built = Self::build_image(&self.build(self.bed.docker()).cache_to(&option))?;
        let mut sample = self.sample(Step::Export, turn, built, self.bed.docker())?;
        sample.exported_bytes = Some(Exported::in_registry(registry, &cache)?.bytes_beside(bases));
        Ok(sample)
    }

    /// Builds an edit on an engine that has nothing but the exported cache.
    pub fn import(&self, turn: &Turn<'_>, registry: &str, docker: &Docker) -> Result<Sample> {
        Step::Fresh.apply(&self.project, self.subject, turn)?;
        let option = format!("type=registry,ref={registry}/{}", self.cache());
        let built = Self::build_image(&self.build(docker).cache_from(&option))?;
        self.sample(Step::Fresh, turn, built, docker)
    }

    /// Takes the image away.
    pub fn remove_image(&self) -> Result<()> {
        if self.makes_image() && self.failure().is_none() {
            self.bed.docker().command(["image", "rm", &self.image]).run()?;
        }
        Ok(())
    }

    /// Sees that the result runs: as it is, or asked for its version.
    pub fn check(&self) -> Result<()> {
        if !self.makes_image() {
            return Ok(());
        }
        let plain = Run::new(self.bed.docker(), &self.image);
        let Err(first) = works(self.bed.docker(), &plain) else { return Ok(()) };
        works(self.bed.docker(), &plain.arg("--version"))
            .with_context(|| format!("the image of {} does not run ({first:#})", self.name()))
    }

    fn cache(&self) -> String {
        format!("{}:cache", self.image)
    }

    fn build(&self, docker: &Docker) -> Build {
        let build =
            Build::new(docker, self.project.path()).tag(&self.image).deadline(Duration::from_hours(1));
        match &self.subject.target {
            // The Dockerfiles of the others name the binary themselves.
            Some(target) if self.name() == OURS => build.target(target),
            _ => build,
        }
    }

    fn build_image(build: &Build) -> Result<Built> {
        let began = Instant::now();
        let log = build.succeed()?;
        let seconds = began.elapsed().as_secs_f64();
        Ok(Built { seconds, compiled: log.compiled().len(), trace: trace(&log) })
    }

    fn build_here(&self) -> Result<Built> {
        let Subject { package, binary, .. } = self.subject;
        let mut cargo = Cmd::new("cargo")
            .args(["build", "--release", "--locked", "--package", package, "--bin", binary])
            .current_dir(self.project.path())
            .deadline(Duration::from_hours(1));
        // What a person's shell, or the cargo that runs this program, has set for other builds.
        for name in
            ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "RUSTFLAGS", "CARGO_INCREMENTAL", "RUSTC_WRAPPER"]
        {
            cargo = cargo.without_env(name);
        }
        let began = Instant::now();
        let outcome = cargo.output()?;
        let seconds = began.elapsed().as_secs_f64();
        if !outcome.status.success() {
            bail!("cargo failed: {}", tail(&outcome.stderr));
        }
        let compiled = outcome.stderr.lines().filter(|line| line.trim().starts_with("Compiling ")).count();
        Ok(Built { seconds, compiled, trace: Vec::new() })
    }

    fn sample(&self, step: Step, turn: &Turn<'_>, built: Built, docker: &Docker) -> Result<Sample> {
        let missing = self.missing_marks(docker)?;
        Ok(Sample {
            contestant: self.name(),
            step,
            round: turn.round,
            seconds: built.seconds,
            compiled: built.compiled,
            trace: built.trace,
            missing_marks: missing,
            exported_bytes: None,
            planning_milliseconds: None,
        })
    }

    /// The marks of the sources that the binary does not have: it was made of older sources.
    fn missing_marks(&self, docker: &Docker) -> Result<Vec<String>> {
        let binary = match self.contestant.way {
            Way::Image(_) => self.binary_of_image(docker)?,
            Way::Host => {
                let file = self.project.path().join("target/release").join(&self.subject.binary);
                fs::read(&file).with_context(|| format!("failed to read `{}`", file.display()))?
            }
        };
        let made_of = mark::found(&String::from_utf8_lossy(&binary));
        let mut wanted = Vec::new();
        for file in self.subject.marked_files(&self.project)? {
            wanted.extend(mark::found(&self.project.read(mark::in_utf8(&file)?)?));
        }
        Ok(wanted.into_iter().filter(|mark| !made_of.contains(mark)).collect())
    }

    fn binary_of_image(&self, docker: &Docker) -> Result<Vec<u8>> {
        let path = format!("/usr/local/bin/{}", self.subject.binary);
        let id = docker.command(["create", "--pull=never", &self.image]).run()?;
        let folder = tempfile::tempdir().context("failed to create a folder for a binary")?;
        let to = folder.path().join("binary");
        let copied = docker.command(["cp", &format!("{}:{path}", id.trim())]).arg(&to).run();
        docker.command(["rm", "--force", id.trim()]).run()?;
        copied?;
        fs::read(&to).context("failed to read the binary of an image")
    }
}

/// The vertices that took time, in the order in which the engine met them.
fn trace(log: &BuildLog) -> Vec<Share> {
    let shares = log
        .vertices()
        .iter()
        .map(|vertex| Share { name: vertex.name().to_owned(), seconds: vertex.seconds() });
    shares.filter(|share| share.seconds >= NOTEWORTHY).collect()
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
