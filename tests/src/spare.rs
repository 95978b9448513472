//! An engine of one test's own, beside the shared one: it may be wiped, killed in the middle of a build, and it knows
//! of nothing that another test did.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::base;
use crate::bed::Bed;
use crate::docker::Docker;
use crate::engine::daemon::Daemon;
use crate::engine::release::Choice;
use crate::engine::template::Template;
use crate::lock::Lock;
use crate::machine::processes;
use crate::place::Place;
use crate::progress::{say, step};

/// A second engine of the bed's release with the base images and what was brought along from the bed. It is stopped
/// and removed when this is dropped.
///
/// ```no_run
/// # fn main() -> anyhow::Result<()> {
/// use testbed::{bed::Bed, build::Build};
///
/// let bed = Bed::ensure()?;
/// let runner = bed.spare("runner")?;
/// Build::new(runner.docker(), ".").dockerfile("FROM debian:bookworm-slim\nRUN echo hello").succeed()?;
/// runner.wipe()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Spare {
    place: Place,
    choice: Choice,
    daemon: Daemon,
    docker: Docker,
}

impl Spare {
    /// Starts an engine like the bed's with `images` of the bed's on it. The name is one that no other engine of this
    /// process has.
    pub fn start_beside(bed: &Bed, name: &str, images: &[&str]) -> Result<Self> {
        let choice = bed
            .daemon()
            .with_context(|| {
                format!("a spare engine needs a bed of its own, without `{}`", crate::bed::DOCKER_HOST)
            })?
            .choice();
        let place = bed.place();
        remove_orphans(place)?;
        let folder = place.folder("spares")?.join(format!("{}-{name}", std::process::id()));
        let daemon = at(place, choice, folder);
        daemon.remove()?;
        let docker = Bed::docker_of(place, &daemon)?;
        let spare = Self { place: place.clone(), choice, daemon, docker };
        spare.lay_out()?;
        if !images.is_empty() {
            let archive = spare.archive();
            bed.docker().command(["image", "save", "--output"]).arg(&archive).args(images).run()?;
        }
        spare.bring_up()?;
        Ok(spare)
    }

    /// The client of this engine.
    #[must_use]
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// The engine itself.
    #[must_use]
    pub fn daemon(&self) -> &Daemon {
        &self.daemon
    }

    /// Makes it an engine that has never built anything: a new runner of a CI system.
    pub fn wipe(&self) -> Result<()> {
        self.daemon.stop()?;
        let root = self.daemon.data().join("root");
        fs::remove_dir_all(&root).with_context(|| format!("failed to remove `{}`", root.display()))?;
        self.lay_out()?;
        self.bring_up()
    }

    /// Ends it and all that it runs by force, as a power cut would. [`Spare::start`] brings it up with what it has left.
    pub fn kill(&self) -> Result<()> {
        self.daemon.kill()
    }

    /// Makes it run again, with all that it had.
    pub fn start(&self) -> Result<()> {
        Bed::start(&self.place, &self.daemon)
    }

    /// How many processes of this program run in its build steps and containers now: what to wait for before it is
    /// killed in the middle of something.
    pub fn running(&self, program: &str) -> Result<usize> {
        let Some(daemon) = self.daemon.process() else { bail!("the spare engine does not run") };
        let family = processes::descendants(daemon.id);
        Ok(family.iter().filter(|process| process.program() == program).count())
    }

    fn lay_out(&self) -> Result<()> {
        Template::of(&self.place, self.choice).copy_to(self.daemon.data())
    }

    fn bring_up(&self) -> Result<()> {
        self.start()?;
        base::provide(&self.place, &self.docker)?;
        let archive = self.archive();
        if archive.is_file() {
            self.docker.command(["image", "load", "--quiet", "--input"]).arg(&archive).run()?;
        }
        Ok(())
    }

    fn archive(&self) -> PathBuf {
        self.daemon.data().join("images.tar")
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.place, &self.daemon) {
            say(format!("a spare engine stays until `cargo bed down`: {error:#}"));
        }
    }
}

/// Ends and removes every spare engine, whoever uses it.
pub fn remove_all(place: &Place) -> Result<()> {
    for (_, folder) in all(place)? {
        at(place, Choice::of(None, None)?, folder).remove()?;
    }
    Ok(())
}

/// Ends and removes what tests left that ended without doing so.
fn remove_orphans(place: &Place) -> Result<()> {
    for (owner, folder) in all(place)? {
        if processes::of_id(owner).is_none() {
            let doing = step("removing a spare engine of an earlier run");
            remove(place, &at(place, Choice::of(None, None)?, folder))?;
            doing.done();
        }
    }
    Ok(())
}

fn remove(place: &Place, daemon: &Daemon) -> Result<()> {
    // Engines share the machine's packet filter and its networks.
    let _lock = Lock::acquire(place, "engine")?;
    daemon.remove()
}

/// The engine in this folder. What it is called depends on the folder alone, so that its processes are found whatever
/// release they are of.
fn at(place: &Place, choice: Choice, folder: PathBuf) -> Daemon {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Daemon::beside(place, choice, &name, folder)
}

/// The folders of spare engines with the processes that made them.
fn all(place: &Place) -> Result<Vec<(i32, PathBuf)>> {
    let folder = place.folder("spares")?;
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("failed to list `{}`", folder.display()))? {
        let entry = entry.with_context(|| format!("failed to list `{}`", folder.display()))?;
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.split('-').next()?.parse().ok());
        found.extend(owner.map(|owner| (owner, entry.path())));
    }
    found.sort();
    Ok(found)
}
