//! A target directory that is kept between builds: made ready before cargo starts, tidied after it ended.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use supercargo_report::{Compile, Dependencies};

use crate::circumstances::Circumstances;
use crate::clock;
use crate::error::Error;
use crate::links;
use crate::messages::Artifact;
use crate::mount::Mount;
use crate::units;
use crate::upkeep;

/// The cause of a build that has none before it.
pub(crate) const FIRST: &str = "first build here";

/// The target directory of one build.
pub(crate) struct Workplace {
    target_dir: PathBuf,
    mount: Mount,
    /// Whether dependencies are links, so that only the user's own crates are kept here.
    is_linked: bool,
    causes: Vec<String>,
    scripts: Vec<PathBuf>,
}

impl Workplace {
    /// Makes the directory ready for the compile `job` in the workspace `directory`. Cargo may start when this is done.
    pub(crate) fn start(job: &Compile, directory: &Path) -> Result<Self, Error> {
        let target_dir = PathBuf::from(&job.target_dir);
        let last = Mount::read(&target_dir);
        let is_first = last.is_none();
        let mut mount = last.unwrap_or_else(Mount::new);
        let mut causes = Vec::new();
        let is_linked = match &job.dependencies {
            Dependencies::Linked { directory } => {
                let now = clock::now(&target_dir.join(".supercargo-clock"))?;
                let same = links::lay(Path::new(directory), &target_dir, &mut mount, now)?;
                if is_first || !same {
                    upkeep::forget_local(&target_dir, &mount)?;
                }
                if !same {
                    causes.push("dependencies were compiled anew".to_owned());
                }
                true
            }
            Dependencies::Own | Dependencies::Given => false,
        };
        let now = Circumstances::now(&job.command, directory);
        match mount.circumstances.replace(now.clone()) {
            Some(last) => causes.extend(now.since(&last)),
            None => causes.push(FIRST.to_owned()),
        }
        // From here on cargo may compile against what is linked now, whatever becomes of this build.
        mount.write(&target_dir)?;
        Ok(Self { target_dir, mount, is_linked, causes, scripts: Vec::new() })
    }

    /// Takes note of what cargo has done so far. A dependency that cargo compiled here, although there was a link to it,
    /// is gone in the next build, and what was compiled against it cannot stay.
    pub(crate) fn artifact(&mut self, artifact: &Artifact) -> Result<(), Error> {
        if !self.is_linked || self.mount.mixed || artifact.fresh || artifact.package().is_local() {
            return Ok(());
        }
        self.mount.mixed = true;
        // At once, since this build may be killed before its end.
        self.mount.write(&self.target_dir)
    }

    /// Takes note of a build script that ran, or need not run again.
    pub(crate) fn script(&mut self, out_dir: PathBuf) {
        self.scripts.push(out_dir);
    }

    /// Tidies up after a successful build.
    pub(crate) fn finish(&mut self, artifacts: &[Artifact]) -> Result<(), Error> {
        let kept_here = artifacts.iter().filter(|one| !self.is_linked || one.package().is_local());
        let used: BTreeSet<String> = units::named(&self.target_dir, kept_here, &self.scripts)?;
        self.mount.history.used(used);
        self.mount.write(&self.target_dir)?;
        upkeep::remove_unused(&self.target_dir, &self.mount, artifacts)
    }

    /// Why this build compiled what it compiled, as far as it is not a matter of sources.
    pub(crate) fn into_causes(self) -> Vec<String> {
        self.causes
    }
}
