//! The target directory of the dependency step, which may outlive it: what is done before and after cargo.

use std::path::{Path, PathBuf};
use std::time::Instant;

use supercargo_report::{Compile, Export};

use crate::cause;
use crate::clock;
use crate::error::Error;
use crate::export::{self, Libraries};
use crate::files;
use crate::index::Index;
use crate::inputs::Inputs;
use crate::live;
use crate::memory;
use crate::messages::{Artifact, Script};
use crate::package::PackageId;
use crate::pinned::{Invalid, Pinned};
use crate::stubs;

/// The target directory during one dependency step.
pub(crate) struct Kept<'a> {
    target_dir: PathBuf,
    job: &'a Compile,
    export: &'a Export,
    index: Index,
    pinned: Pinned,
    started: Instant,
}

impl<'a> Kept<'a> {
    /// Removes what must not count as compiled any more. Cargo may start when this is done.
    pub(crate) fn start(job: &'a Compile, export: &'a Export) -> Result<Self, Error> {
        let (target_dir, skeleton) = (PathBuf::from(&job.target_dir), Path::new(&export.skeleton));
        std::fs::create_dir_all(&target_dir).map_err(Error::file("create", &target_dir))?;
        let now = clock::now(&memory::beside(&Index::path(&target_dir)))?;
        let environment = Inputs::environment(skeleton);
        let known = Index::read(&target_dir).filter(|index| index.environment == environment);
        if known.is_none() {
            files::clear(&target_dir)?;
        }
        let mut index = known.unwrap_or_else(|| Index::new(now, environment.clone()));
        let pinned = Pinned::examine(skeleton, &export.pinned)?;
        match pinned.invalid(&index.sources, index.finished) {
            Invalid::Packages(names) => stubs::forget_packages(&target_dir, &names)?,
            Invalid::All => {
                files::clear(&target_dir)?;
                index = Index::new(now, environment);
            }
        }
        if !index.finished || index.clock > now {
            clock::settle(&target_dir, now)?;
        }
        if !index.finished {
            stubs::remove(&target_dir, &job.stubs, &[])?;
        }
        index.sources.extend(pinned.sources.clone());
        (index.finished, index.clock) = (false, now);
        // Before cargo starts: from here on the directory is not what the last index described.
        index.write(&target_dir)?;
        Ok(Self { target_dir, job, export, index, pinned, started: Instant::now() })
    }

    /// The directory that receives the live artifacts.
    pub(crate) fn receiver(&self) -> &'a Path {
        Path::new(&self.export.into)
    }

    /// Hands out the live artifacts after cargo ended well, and removes what nobody used for long. Returns why
    /// something was compiled, as far as that can be told, and the digests of all libraries.
    pub(crate) fn finish(
        mut self,
        artifacts: &[Artifact],
        scripts: &[Script],
    ) -> Result<(Option<String>, Libraries), Error> {
        let target_dir = &self.target_dir;
        let is_external = |package: PackageId<'_>| self.job.stubs.iter().all(|stub| stub != package.name());
        let external = artifacts.iter().filter(|artifact| is_external(artifact.package()));
        let scripts = scripts.iter().filter(|script| is_external(script.package()));
        let live = live::select(target_dir, external.clone(), scripts)?;
        let libraries = export::export(target_dir, Path::new(&self.export.into), &live)?;

        let mut inputs = Inputs::read(Path::new(&self.export.skeleton), &self.pinned.sources);
        inputs.add_features(external.clone());
        let mut compiled = external.filter(|artifact| !artifact.fresh);
        let cause = compiled.next().and_then(|_| cause::of(&inputs, self.index.history.inputs(), target_dir));

        stubs::remove(target_dir, &self.job.stubs, artifacts)?;
        self.index.history.add(live, inputs);
        let now = clock::now(&memory::beside(&Index::path(target_dir)))?;
        // What a script wrote into sources is not there in the next run, so it must run again.
        self.index.finished =
            clock::went_on(self.index.clock, self.started, now) && self.pinned.is_untouched();
        self.index.clock = now;
        self.index.write(target_dir)?;
        live::sweep(target_dir, &self.index.history, |_| false)?;
        Ok((cause, libraries))
    }
}
