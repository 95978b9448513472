//! The crates that a selection compiles, as far as the lockfile can tell.

use std::collections::{BTreeMap, BTreeSet};

use super::activation::{self, Activation};
use super::graph::{Context, Graph};
use super::selection::Selection;
use super::units;
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::project::{Dependency, LockedPackage, Lockfile, Package, Project};

/// One crate that is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its version.
    pub version: &'p semver::Version,
    /// Features that local packages ask for by name. Those that other crates ask for are not known.
    pub asked: BTreeSet<String>,
    /// Names of what it depends on.
    pub dependencies: BTreeSet<&'p str>,
}

/// Everything that a selection compiles.
///
/// The lockfile names what a crate depends on without saying for which platform or feature, so this may hold a crate
/// that is not compiled after all; it holds all that are.
#[derive(Clone, Debug, Default)]
pub struct Crates<'p> {
    lockfile: Option<&'p Lockfile>,
    /// Positions in the lockfile of what local packages depend on and of themselves, with the features asked for.
    roots: BTreeMap<usize, BTreeSet<String>>,
    /// Names of crates of which something in the workspace asks for features that this selection does not compile.
    elsewhere: BTreeSet<String>,
}

impl<'p> Crates<'p> {
    /// Whether the lockfile has a crate of that name at all.
    #[must_use]
    pub fn is_locked(&self, name: &str) -> bool {
        self.lockfile.is_some_and(|lockfile| lockfile.named(name).next().is_some())
    }

    /// Every crate that a path leads to on which none of `barred` lies.
    #[must_use]
    pub fn reached(&self, barred: &[String]) -> Vec<Crate<'p>> {
        let found = self.walk(self.roots.keys().copied(), |package| barred.contains(&package.name));
        let crates = found.into_iter().filter_map(|index| {
            let found = self.package(index)?;
            let dependencies =
                found.dependencies.iter().filter_map(|index| Some(self.package(*index)?.name.as_str()));
            Some(Crate {
                name: &found.name,
                version: &found.version,
                asked: self.roots.get(&index).cloned().unwrap_or_default(),
                dependencies: dependencies.collect(),
            })
        });
        crates.collect()
    }

    /// Whether a local package asks for a feature that `matches` of a crate that leads to the crate `name`.
    pub fn is_asked_on_the_way(&self, name: &str, matches: impl Fn(&str) -> bool) -> bool {
        let asked = self.roots.iter().filter(|(_, features)| features.iter().any(|feature| matches(feature)));
        let from = asked.map(|(index, _)| *index);
        self.walk(from, |_| false)
            .into_iter()
            .any(|index| self.package(index).is_some_and(|one| one.name == name))
    }

    fn package(&self, index: usize) -> Option<&'p LockedPackage> {
        self.lockfile?.packages.get(index)
    }

    /// Positions of everything that `from` leads to, without what `is_barred` and what only that leads to.
    fn walk(
        &self,
        from: impl Iterator<Item = usize>,
        is_barred: impl Fn(&LockedPackage) -> bool,
    ) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut queue: Vec<usize> = from.collect();
        while let Some(index) = queue.pop() {
            let Some(package) = self.package(index).filter(|package| !is_barred(package)) else { continue };
            // What a local package depends on is a root of its own, if it is compiled.
            if found.insert(index) && !package.is_local() {
                queue.extend(&package.dependencies);
            }
        }
        found
    }

    /// Whether a part of the workspace that this selection does not compile asks for features of a crate that leads to the
    /// crate `name`: then the lockfile may hold what only that part needs.
    #[must_use]
    pub fn is_asked_elsewhere(&self, name: &str) -> bool {
        let packages = self.lockfile.map(|lockfile| lockfile.packages.as_slice()).unwrap_or_default();
        let asked = packages.iter().enumerate().filter(|(_, package)| self.elsewhere.contains(&package.name));
        let from = asked.map(|(index, _)| index);
        self.walk(from, |_| false)
            .into_iter()
            .any(|index| self.package(index).is_some_and(|one| one.name == name))
    }
}

/// The crates that `selection` compiles; none without a lockfile.
pub fn crates<'p>(project: &'p Project, selection: &Selection) -> Checked<Crates<'p>> {
    let mut findings = Findings::default();
    let Some(lockfile) = &project.lockfile else { return findings.finish(Crates::default()) };
    let graph = Graph::new(project, lockfile, selection);
    let selected = activation::selected(&graph, selection, &mut findings);
    let activation = activation::activate(&graph, &selected, selection, &mut findings);
    let units = units::units(&graph, &activation, &selected, selection);
    let mut roots: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let compiled: BTreeSet<usize> = units.compiled.keys().map(|(_, index)| *index).collect();
    for ((_, index), request) in units.compiled.iter().chain(&units.unified) {
        // What compiles nothing adds features only to what is compiled.
        if compiled.contains(index) {
            roots.entry(*index).or_default().extend(request.features.iter().cloned());
        }
    }
    let locals = units.directories();
    let local =
        locals.iter().filter_map(|dir| project.packages.get(dir)).filter_map(|one| project.locked(one));
    roots.extend(local.map(|index| (index, BTreeSet::new())));
    let elsewhere =
        project.packages.values().flat_map(|package| elsewhere(package, &activation, &locals)).collect();
    findings.finish(Crates { lockfile: Some(lockfile), roots, elsewhere })
}

/// The dependencies of which `package` asks for features where it is not compiled, or by a feature that is not active.
fn elsewhere(package: &Package, activation: &Activation<'_>, locals: &BTreeSet<RelPath>) -> BTreeSet<String> {
    let is_compiled = locals.contains(&package.dir);
    let nodes =
        [Context::Target, Context::Host].map(|context| activation.features.get(&(&package.dir, context)));
    let is_active =
        |feature: &str| is_compiled && nodes.iter().flatten().any(|features| features.contains(feature));
    let of_features = package.features.iter().filter(|(name, _)| !is_active(name)).flat_map(|(_, values)| {
        values.iter().filter_map(|value| Some(value.split_once('/')?.0.trim_end_matches('?')))
    });
    let by_key: BTreeMap<&str, &Dependency> =
        package.dependencies.iter().rev().map(|dependency| (dependency.key.as_str(), dependency)).collect();
    let named = |name: &str| by_key.get(name).copied();
    let of_features = of_features.filter_map(named);
    // A condition may not hold, and the features with it.
    let is_open =
        |dependency: &&Dependency| !is_compiled || dependency.optional || dependency.platform.is_some();
    let of_dependencies = package.dependencies.iter().filter(is_open);
    let of_dependencies = of_dependencies.filter(|dependency| !dependency.features.is_empty());
    of_features.chain(of_dependencies).map(|dependency| dependency.package.clone()).collect()
}
