//! Which part of the context the real build reads.

use std::collections::{BTreeMap, BTreeSet};

use super::activation;
use super::form::Outcome;
use super::graph::Graph;
use super::lock;
use super::make::{closure, make};
use super::needed::{Reach, needed};
use super::referenced::is_vendored;
use super::root_overlay;
use super::selection::Selection;
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::project::{CargoTarget, DependencyKind, LockedPackage, Lockfile, Package, Project, Source};

/// The real sources of a selection, without the packages that it does not compile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceView {
    /// Directories that are no input of the build; some may not exist. None of them holds anything that is.
    pub excluded: BTreeSet<RelPath>,
    /// Files laid over the context, once `excluded` is taken out of it, so that Cargo does not miss what is gone:
    /// a root manifest and a lockfile without the members that it need not know, and manifests with targets that
    /// refuse to compile for those that it must know but does not build. Empty when everything is needed.
    pub overlays: BTreeMap<RelPath, Vec<u8>>,
    /// Whether Cargo takes `--locked`: only if root manifest and lockfile are the user's own.
    pub locked: bool,
    /// True if Cargo may ask for more than the skeleton brings before it works offline: index entries of packages that
    /// the skeleton's lockfile does not name, and crates that a feature activates which only a dev-dependency, or a
    /// dependency of another platform, turns on.
    pub needs_index: bool,
}

impl SourceView {
    /// The sources as they are, for a project of which nobody can tell what a build reads; `lockfile` is one that was
    /// made for it.
    #[must_use]
    pub fn of_everything(project: &Project, lockfile: Option<&str>) -> Self {
        let lockfile =
            lockfile.and_then(|text| Some((RelPath::new("Cargo.lock").ok()?, text.as_bytes().to_vec())));
        let mut overlays = ignored(project.packages.values());
        let locked = lockfile.is_none();
        overlays.extend(lockfile);
        Self { excluded: BTreeSet::new(), locked, overlays, needs_index: false }
    }
}

/// What stands for the source of a target that no build of this selection reaches.
const UNREACHABLE: &str = "compile_error!(\"this package takes no part in this build\");\n";

/// The view for `selection`.
///
/// Errors: as [`make`].
pub fn source_view(project: &Project, selection: &Selection) -> Checked<SourceView> {
    let mut findings = Findings::default();
    let Some(lockfile) = &project.lockfile else { return findings.finish(SourceView::default()) };
    let graph = Graph::new(project, lockfile, selection);
    let selected = activation::selected(&graph, selection, &mut findings);
    let compiled = findings.take(closure(project, selection));
    let outcome = findings.take(make(project, selection));
    let (Some(compiled), Some(outcome)) = (compiled, outcome) else { return findings.fail() };
    let roots = selected.iter().map(|package| &package.dir).chain(patch_paths(project));
    let loaded = needed(project, roots, Reach::Everything);
    // External packages may be built with what a patch brings, whatever the local ones do.
    let mut used = needed(project, patch_paths(project), Reach::Everything);
    used.extend(loaded.iter().filter(|dir| compiled.contains(**dir)));
    let excluded = excluded(project, &used);
    let mut overlays = unreachable(project, &loaded, &excluded);
    overlays.extend(ignored(loaded.iter().filter_map(|dir| project.packages.get(*dir))));
    let is_whole = project.packages.keys().all(|dir| loaded.contains(dir));
    let mut real: BTreeSet<usize> = (0..lockfile.packages.len()).collect();
    if !is_whole {
        let entries = loaded.iter().filter_map(|dir| project.locked(project.packages.get(*dir)?));
        real = lock::reachable(lockfile, entries);
        let (entries, _) = lock::entries(lockfile, &real);
        let lock = lock::render(lockfile.version, &entries);
        let manifest = root_overlay::manifest(project, &loaded, (lockfile, &real));
        for (name, text) in [("Cargo.toml", manifest), ("Cargo.lock", lock)] {
            overlays.insert(RelPath::new(name).unwrap_or_default(), text.into_bytes());
        }
    }
    let skeleton = skeleton_packages(&outcome);
    // What is vendored comes with the sources, all of it.
    let fetched: Vec<&LockedPackage> = real
        .iter()
        .filter_map(|index| lockfile.packages.get(*index))
        .filter(|package| !package.is_local() && !is_vendored(project, package))
        .collect();
    let mut local = loaded.iter().filter_map(|dir| project.packages.get(*dir));
    let needs_index = fetched.iter().any(|package| !skeleton.contains(&identity(package)))
        || !fetched.is_empty() && local.any(asks_for_more);
    findings.finish(SourceView { excluded, overlays, locked: is_whole, needs_index })
}

/// Whether a package has dependencies that take part in Cargo's resolution and not in the compile.
fn asks_for_more(package: &Package) -> bool {
    package.dependencies.iter().any(|dependency| {
        let is_external = !matches!(dependency.source, Source::Path(_));
        is_external && (dependency.kind == DependencyKind::Development || dependency.platform.is_some())
    })
}

/// The files that keep an excluded package loadable: its manifest, and a stub for each of its targets.
fn unreachable(
    project: &Project,
    loaded: &BTreeSet<&RelPath>,
    excluded: &BTreeSet<RelPath>,
) -> BTreeMap<RelPath, Vec<u8>> {
    let is_gone = |path: &RelPath| path.within_any(|dir| excluded.contains(dir));
    let mut files = BTreeMap::new();
    for package in loaded.iter().filter_map(|dir| project.packages.get(*dir)) {
        if is_gone(&package.manifest) {
            files.insert(package.manifest.clone(), package.text.clone().into_bytes());
        }
        for target in package.targets.iter().filter(|target| is_gone(&target.path)) {
            files.insert(target.path.clone(), UNREACHABLE.as_bytes().to_vec());
        }
    }
    files
}

/// A source for each target of `packages` that the ignore file leaves without one. Cargo loads no manifest without them,
/// and a build that compiles one, such as `--target test`, must not pass for having tested it.
fn ignored<'a>(packages: impl Iterator<Item = &'a Package>) -> BTreeMap<RelPath, Vec<u8>> {
    let targets = packages.flat_map(|package| &package.targets);
    let stub = |target: &CargoTarget| {
        let sentence = target.excluded_by.as_ref()?;
        Some((target.path.clone(), format!("compile_error!({sentence:?});\nfn main() {{}}\n").into_bytes()))
    };
    targets.filter_map(stub).collect()
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

/// The directories of what is not used, as far as nothing that is used lies in them.
fn excluded(project: &Project, used: &BTreeSet<&RelPath>) -> BTreeSet<RelPath> {
    let dirs = || used.iter().filter_map(|dir| project.packages.get(*dir));
    let files = dirs().flat_map(|package| package.targets.iter().map(|target| &target.path));
    let referenced = project.cargo_config.iter().flat_map(|config| &config.referenced);
    // Every directory that holds something that is used.
    let mut holding: BTreeSet<RelPath> = BTreeSet::new();
    for path in dirs().map(|package| &package.dir).chain(files).chain(referenced) {
        let mut next = Some(path.clone());
        while let Some(path) = next {
            next = path.parent();
            if !holding.insert(path) {
                break;
            }
        }
    }
    // A package may read what lies in its own directory, whatever else that is.
    let is_in_a_package = |dir: &RelPath| {
        dir.within_any(|dir| !dir.is_root() && used.contains(dir) && project.packages.contains_key(dir))
    };
    let is_free = |dir: &RelPath| !holding.contains(dir) && !is_in_a_package(dir);
    let unused = project.packages.values().filter(|package| !used.contains(&package.dir));
    let free: BTreeSet<RelPath> = unused.flat_map(directories).filter(is_free).collect();
    let is_outermost =
        |dir: &&RelPath| !dir.parent().is_some_and(|parent| parent.within_any(|dir| free.contains(dir)));
    free.iter().filter(is_outermost).cloned().collect()
}

/// The directories that are a package's alone; the root package shares its own with everything.
fn directories(package: &Package) -> Vec<RelPath> {
    if !package.dir.is_root() {
        return vec![package.dir.clone()];
    }
    ["src", "tests", "examples", "benches"].iter().filter_map(|dir| RelPath::new(dir).ok()).collect()
}
