//! What one cargo run used of a target directory, and nothing of what else is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files;
use crate::messages::{Artifact, Script};
use crate::stubs;
use crate::unit::{self, Layout, Unit};

/// The units of one run, stubs left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) units: BTreeSet<Unit>,
    /// Artifacts whose names have no hash, relative to the target directory: dynamic libraries of path crates.
    pub(crate) loose: BTreeSet<String>,
}

impl Live {
    /// What cargo named in its messages.
    pub(crate) fn of(
        target_dir: &Path,
        artifacts: &[Artifact],
        scripts: &[Script],
        stubs: &[String],
    ) -> Result<Self, Error> {
        let is_stub = |package: &str| stubs.iter().any(|stub| stub == package);
        let mut live = Self::default();
        let mut nameless = BTreeSet::new();
        for artifact in artifacts.iter().filter(|artifact| !is_stub(artifact.package().name())) {
            let package = artifact.package().name();
            for path in &artifact.filenames {
                if let Some(unit) = Unit::of(target_dir, path, package) {
                    live.units.insert(unit);
                } else if let Some(path) = path.strip_prefix(target_dir).ok().and_then(Path::to_str) {
                    live.loose.insert(path.to_owned());
                    nameless.insert(package);
                }
            }
        }
        for script in scripts.iter().filter(|script| !is_stub(script.package().name())) {
            live.units.extend(Unit::of(target_dir, &script.out_dir, script.package().name()));
        }
        // The names of their artifacts do not say which units they are of, so all units of these packages count.
        if !nameless.is_empty() {
            let of_nameless = |unit: &Unit| {
                nameless.iter().any(|package| {
                    unit.directory()
                        .strip_suffix(unit.hash())
                        .is_some_and(|start| start.strip_suffix(['-', '/']) == Some(*package))
                })
            };
            live.units.extend(all(target_dir)?.into_iter().filter(of_nameless));
        }
        Ok(live)
    }

    /// What tells these units from those of another run.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.units.iter().map(Unit::key).chain(self.loose.iter().cloned()).collect()
    }
}

/// Every unit in `target_dir`.
fn all(target_dir: &Path) -> Result<BTreeSet<Unit>, Error> {
    let mut units = BTreeSet::new();
    for (root, path) in roots(target_dir)? {
        for place in [".fingerprint", "build"] {
            for (unit, _) in units_in(&root, &path.join(place))? {
                units.insert(unit);
            }
        }
    }
    Ok(units)
}

/// Removes every unit of `target_dir` that is not in `keep`, which holds [`Live::keys`]; a fingerprint first, so that
/// cargo believes no unit of which only a part is left.
pub(crate) fn sweep(target_dir: &Path, keep: &BTreeSet<String>) -> Result<(), Error> {
    let hashes: BTreeSet<&str> = keep.iter().filter_map(|key| key.rsplit(['-', '/']).next()).collect();
    for (root, path) in roots(target_dir)? {
        for place in [".fingerprint", "build"] {
            for (unit, directory) in units_in(&root, &path.join(place))? {
                if !keep.contains(&unit.key()) {
                    files::remove(&directory)?;
                }
            }
        }
        for name in files::names(&path.join("deps"))? {
            let hash = name.to_str().and_then(unit::hash_of_file);
            let loose = name.to_str().is_some_and(|name| keep.contains(&format!("{root}/deps/{name}")));
            if !loose && hash.is_none_or(|hash| !hashes.contains(hash)) {
                files::remove(&path.join("deps").join(name))?;
            }
        }
    }
    Ok(())
}

/// The profile directories by their names relative to `target_dir`.
fn roots(target_dir: &Path) -> Result<BTreeMap<String, PathBuf>, Error> {
    let roots = stubs::profile_roots(target_dir)?.into_iter();
    Ok(roots
        .filter_map(|path| Some((path.strip_prefix(target_dir).ok()?.to_str()?.to_owned(), path)))
        .collect())
}

/// The units of the profile directory `root` in its directory `place`, in either layout.
fn units_in(root: &str, place: &Path) -> Result<Vec<(Unit, PathBuf)>, Error> {
    let mut units = Vec::new();
    for name in files::names(place)? {
        let (Some(text), directory) = (name.to_str(), place.join(&name)) else { continue };
        if let Some(unit) = Unit::old(root, text) {
            units.push((unit, directory));
        } else if directory.is_dir() {
            for below in files::names(&directory)? {
                let unit = below.to_str().and_then(|hash| Unit::new(root, text, hash));
                units.extend(unit.map(|unit| (unit, directory.join(&below))));
            }
        }
    }
    Ok(units)
}

/// The directories and files of `unit`, relative to the target directory, `deps` left out.
pub(crate) fn directories(unit: &Unit) -> Vec<String> {
    let (root, directory) = (unit.root(), unit.directory());
    match unit.layout() {
        Layout::Old => vec![format!("{root}/.fingerprint/{directory}"), format!("{root}/build/{directory}")],
        Layout::New => vec![format!("{root}/build/{directory}")],
    }
}
