//! A target directory that is kept between builds: made ready before cargo starts, tidied after it ended.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use supercargo_report::{Compile, Dependencies};

use crate::cause;
use crate::circumstances::Circumstances;
use crate::clock;
use crate::error::Error;
use crate::files;
use crate::links;
use crate::live;
use crate::messages::{Artifact, Script};
use crate::mount::Mount;
use crate::unit;

/// The target directory of one build.
pub(crate) struct Workplace {
    target_dir: PathBuf,
    mount: Mount,
    /// Whether dependencies are links, so that only the user's own crates are kept here.
    is_linked: bool,
    causes: Vec<String>,
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
                    forget_local(&target_dir, &mount)?;
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
            None => causes.push(cause::FIRST.to_owned()),
        }
        // From here on cargo may compile against what is linked now, whatever becomes of this build.
        mount.write(&target_dir)?;
        Ok(Self { target_dir, mount, is_linked, causes })
    }

    /// True if `path` is a copy of something in the dependency layer, and so was not compiled here.
    pub(crate) fn is_copy(&self, path: &Path) -> bool {
        self.mount.is_copy(&self.target_dir, path)
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

    /// Tidies up after a successful build. Returns why it compiled what it compiled, as far as it is not a matter of
    /// sources.
    pub(crate) fn finish(mut self, artifacts: &[Artifact], scripts: &[Script]) -> Result<Vec<String>, Error> {
        let kept_here = artifacts.iter().filter(|one| !self.is_linked || one.package().is_local());
        self.mount.history.add(live::select(&self.target_dir, kept_here, scripts.iter())?, ());
        self.mount.write(&self.target_dir)?;
        live::sweep(&self.target_dir, &self.mount.history, |piece| {
            piece.hash().is_none() || self.mount.is_copy(&self.target_dir, &piece.path)
        })?;
        remove_finals(&self.target_dir, artifacts)?;
        Ok(self.causes)
    }
}

/// Makes cargo compile everything again that is no link to the dependency layer.
///
/// A unit without its fingerprint has never been compiled as far as cargo knows. One that is half removed when the
/// machine stops is none either.
fn forget_local(target_dir: &Path, mount: &Mount) -> Result<(), Error> {
    for piece in unit::pieces(target_dir)? {
        if mount.is_copy(target_dir, &piece.path) {
            continue;
        }
        if piece.path.parent().is_some_and(|parent| parent.ends_with(".fingerprint")) {
            files::remove(&piece.path)?;
        } else if files::is_directory(&piece.path) {
            // In cargo's new layout the unit's directory holds it.
            files::remove(&piece.path.join("fingerprint"))?;
        }
    }
    Ok(())
}

/// Removes final artifacts that this build did not make.
fn remove_finals(target_dir: &Path, artifacts: &[Artifact]) -> Result<(), Error> {
    let finals: BTreeSet<&str> = artifacts
        .iter()
        .flat_map(|artifact| &artifact.filenames)
        .filter_map(|path| path.file_name()?.to_str()?.split('.').next())
        .collect();
    for root in unit::profile_roots(target_dir)? {
        for name in files::names(&root)? {
            let stem = name.to_str().and_then(|name| name.split('.').next());
            // Cargo's own files there begin with a dot. What goes is a second name of what is in `deps`, if that is
            // still there, and cargo makes it again when it is asked for.
            let is_stale = stem.is_some_and(|stem| !stem.is_empty() && !finals.contains(stem));
            if is_stale && !files::is_directory(&root.join(&name)) {
                files::remove(&root.join(&name))?;
            }
        }
    }
    Ok(())
}
