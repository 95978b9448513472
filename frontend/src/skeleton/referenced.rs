//! What of the context the skeleton is compiled with, because Cargo's configuration names it.

use std::collections::BTreeSet;

use crate::name::RelPath;
use crate::project::{LockedPackage, Lockfile, Project};

/// The paths that the configuration names, but for those that hold code of the project: with a variable that tells
/// where the workspace is, every edit would compile the dependencies. Of vendored sources only those of the packages in `kept`, so that a crate
/// that only tests need can come and go.
pub(super) fn referenced(
    project: &Project,
    lockfile: &Lockfile,
    kept: &BTreeSet<usize>,
) -> BTreeSet<RelPath> {
    let Some(config) = &project.cargo_config else { return BTreeSet::new() };
    let mut paths = BTreeSet::new();
    let holds_code = |path: &RelPath| {
        let mut targets = project.packages.values().flat_map(|package| &package.targets);
        targets.any(|target| target.path.is_within(path))
    };
    for path in config.referenced.iter().filter(|path| !holds_code(path)) {
        let names = config.vendored.get(path);
        match names.and_then(|names| directories(path, names, lockfile, kept)) {
            Some(directories) => paths.extend(directories),
            None => _ = paths.insert(path.clone()),
        }
    }
    paths
}

/// The directories of the packages in `kept`, or nothing if one of them is not where `cargo vendor` puts it.
fn directories(
    vendored: &RelPath,
    names: &BTreeSet<String>,
    lockfile: &Lockfile,
    kept: &BTreeSet<usize>,
) -> Option<BTreeSet<RelPath>> {
    let packages = kept.iter().filter_map(|index| lockfile.packages.get(*index));
    let found: BTreeSet<RelPath> = packages
        .filter(|package| !package.is_local())
        .map(|package| vendored.join(directory(names, package)?).ok())
        .collect::<Option<_>>()?;
    // Cargo wants the directory to be there even if nothing of it is used.
    (!found.is_empty()).then_some(found)
}

/// True if the sources of `package` came with the context, so that no index has to tell of it.
pub(super) fn is_vendored(project: &Project, package: &LockedPackage) -> bool {
    let vendored = project.cargo_config.iter().flat_map(|config| config.vendored.values());
    vendored.into_iter().any(|names| directory(names, package).is_some())
}

/// One version of a crate may have the plain name, whichever it is; all others have theirs with the version.
fn directory<'n>(names: &'n BTreeSet<String>, package: &LockedPackage) -> Option<&'n str> {
    let versioned = format!("{}-{}", package.name, package.version);
    names.get(&versioned).or_else(|| names.get(&package.name)).map(String::as_str)
}
