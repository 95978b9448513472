//! Which part of the context the real build reads.

use std::collections::{BTreeMap, BTreeSet};

use super::activation;
use super::form::Outcome;
use super::graph::Graph;
use super::lock;
use super::make::make;
use super::needed::{Reach, needed};
use super::root_overlay;
use super::selection::Selection;
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::project::{LockedPackage, Lockfile, Package, Project, Source};

/// The real sources of a selection, without the members that it does not need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceView {
    /// Directories that are no input of the build; some may not exist. None of them holds anything that is.
    pub excluded: BTreeSet<RelPath>,
    /// Files laid over the context so that Cargo does not miss what is excluded. Empty when every member is
    /// needed: then the user's files are used as they are.
    pub overlays: BTreeMap<RelPath, Vec<u8>>,
    /// Whether Cargo takes `--locked`: only if manifests and lockfile are the user's own.
    pub locked: bool,
    /// True if the lockfile of the real build names external packages that the skeleton's does not, so that
    /// Cargo needs their index entries to work offline.
    pub needs_index: bool,
}

/// The view for `selection`.
///
/// Errors: as [`make`].
pub fn source_view(project: &Project, selection: &Selection) -> Checked<SourceView> {
    let mut findings = Findings::default();
    let Some(lockfile) = &project.lockfile else { return findings.finish(SourceView::default()) };
    let graph = Graph::new(project, lockfile, selection);
    let selected = activation::selected(&graph, selection, &mut findings);
    let Some(outcome) = findings.take(make(project, selection)) else { return findings.fail() };
    let skeleton = skeleton_packages(&outcome);
    let roots = selected.iter().map(|package| &package.dir).chain(patch_paths(project));
    let needed = needed(project, roots, Reach::Everything);
    let is_whole = project.packages.keys().all(|dir| needed.contains(dir));
    let real: BTreeSet<usize> = if is_whole {
        (0..lockfile.packages.len()).collect()
    } else {
        let entries = needed.iter().filter_map(|dir| project.locked(project.packages.get(*dir)?));
        lock::reachable(lockfile, entries)
    };
    let needs_index = real
        .iter()
        .filter_map(|index| lockfile.packages.get(*index))
        .any(|package| !package.is_local() && !skeleton.contains(&identity(package)));
    if is_whole {
        let view = SourceView { locked: true, needs_index, ..SourceView::default() };
        return findings.finish(view);
    }
    let (entries, _) = lock::entries(lockfile, &real);
    let lock = lock::render(lockfile.version, &entries);
    let overlays = [("Cargo.toml", root_overlay::manifest(project, &needed)), ("Cargo.lock", lock)];
    let overlays = overlays
        .into_iter()
        .map(|(name, text)| (RelPath::new(name).unwrap_or_default(), text.into_bytes()))
        .collect();
    let excluded = excluded(project, &needed);
    findings.finish(SourceView { excluded, overlays, locked: false, needs_index })
}

/// Name, version and source of a package.
type Identity = (String, String, Option<String>);

fn identity(package: &LockedPackage) -> Identity {
    (package.name.clone(), package.version.to_string(), package.source.clone())
}

/// What the skeleton's lockfile holds.
fn skeleton_packages(outcome: &Outcome) -> BTreeSet<Identity> {
    let Outcome::Ready(skeleton) = outcome else { return BTreeSet::new() };
    let lock = RelPath::new("Cargo.lock").ok().and_then(|name| skeleton.files.get(&name));
    let parsed: Option<Lockfile> = lock.and_then(|bytes| crate::project::parse_lockfile(bytes).ok());
    parsed.iter().flat_map(|lockfile| &lockfile.packages).map(identity).collect()
}

/// Directories of `[patch]` paths, which Cargo loads whether they are used or not.
fn patch_paths(project: &Project) -> impl Iterator<Item = &RelPath> {
    project.workspace.patches.iter().filter_map(|patch| match &patch.dependency.source {
        Source::Path(dir) => Some(dir),
        _ => None,
    })
}

/// The directories of what is not needed, as far as nothing that is needed lies in them.
fn excluded(project: &Project, needed: &BTreeSet<&RelPath>) -> BTreeSet<RelPath> {
    let needed_packages = || project.packages.values().filter(|package| needed.contains(&package.dir));
    let needed_files: BTreeSet<&RelPath> = needed_packages()
        .flat_map(|package| package.targets.iter().map(|target| &target.path))
        .chain(project.cargo_config.iter().flat_map(|config| &config.referenced))
        .collect();
    let is_free = |dir: &RelPath| {
        !needed_packages().any(|package| package.dir.is_within(dir))
            && !needed_files.iter().any(|file| file.is_within(dir))
            // A package may read what lies in its own directory, whatever else that is.
            && !needed_packages().any(|package| !package.dir.is_root() && dir.is_within(&package.dir))
    };
    let unneeded = project.packages.values().filter(|package| !needed.contains(&package.dir));
    let free: BTreeSet<RelPath> = unneeded.flat_map(directories).filter(is_free).collect();
    let is_outermost = |dir: &&RelPath| !free.iter().any(|other| other != *dir && dir.is_within(other));
    free.iter().filter(is_outermost).cloned().collect()
}

/// The directories that are a package's alone; the root package shares its own with everything.
fn directories(package: &Package) -> Vec<RelPath> {
    if !package.dir.is_root() {
        return vec![package.dir.clone()];
    }
    ["src", "tests", "examples", "benches"].iter().filter_map(|dir| RelPath::new(dir).ok()).collect()
}
