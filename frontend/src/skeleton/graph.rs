//! The local packages with every dependency resolved through the lockfile.

use std::collections::BTreeMap;

use super::feature_value::{FeatureValue, features_of};
use super::platform::{Target, configured_flags};
use super::selection::Selection;
use crate::name::RelPath;
use crate::project::{Dependency, DependencyKind, Lockfile, Package, Project, Resolver};

/// Where code runs: decides features, profile and platform of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Context {
    /// The platform that the image is for.
    Target,
    /// The platform that builds: build scripts, proc macros and what they need.
    Host,
}

/// A local package in a context.
pub(super) type Node<'p> = (&'p RelPath, Context);

/// What a dependency is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolved<'p> {
    /// A package of the project.
    Local(&'p Package),
    /// A position in the lockfile.
    External(usize),
}

/// One resolved dependency of a local package.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge<'p> {
    /// The position in [`Package::dependencies`].
    pub(super) index: usize,
    pub(super) dependency: &'p Dependency,
    pub(super) to: Resolved<'p>,
    /// The context that the dependency is built in.
    pub(super) context: Context,
}

/// A local package and what it resolves to.
struct Resolution<'p> {
    package: &'p Package,
    features: BTreeMap<String, Vec<FeatureValue>>,
    to: Vec<Option<Resolved<'p>>>,
    /// The positions of the dependencies under one key.
    by_key: BTreeMap<&'p str, Vec<usize>>,
}

/// The project, seen from one selection.
pub(super) struct Graph<'p> {
    pub(super) project: &'p Project,
    pub(super) lockfile: &'p Lockfile,
    packages: BTreeMap<&'p RelPath, Resolution<'p>>,
    target: Target,
    host: Target,
    selection: &'p Selection,
}

impl<'p> Graph<'p> {
    pub(super) fn new(project: &'p Project, lockfile: &'p Lockfile, selection: &'p Selection) -> Self {
        let locals: BTreeMap<_, &Package> = project
            .packages
            .values()
            .map(|package| ((package.name.as_str(), &package.version), package))
            .collect();
        let resolve = |package: &'p Package, dependency: &'p Dependency| {
            let index = project.locked_dependency(package, dependency)?;
            let locked = lockfile.packages.get(index)?;
            if !locked.is_local() {
                return Some(Resolved::External(index));
            }
            locals.get(&(locked.name.as_str(), &locked.version)).copied().map(Resolved::Local)
        };
        let packages = project
            .packages
            .iter()
            .map(|(dir, package)| {
                let to = package.dependencies.iter().map(|dependency| resolve(package, dependency)).collect();
                let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
                for (index, dependency) in package.dependencies.iter().enumerate() {
                    by_key.entry(&dependency.key).or_default().push(index);
                }
                (dir, Resolution { package, features: features_of(package), to, by_key })
            })
            .collect();
        let flags = target_flags(project, selection);
        Self {
            project,
            lockfile,
            packages,
            target: Target::new(&selection.target, &flags),
            host: Target::new(&selection.host, &[]),
            selection,
        }
    }

    pub(super) fn package(&self, dir: &RelPath) -> Option<&'p Package> {
        self.packages.get(dir).map(|found| found.package)
    }

    pub(super) fn feature(&self, dir: &RelPath, name: &str) -> Option<&[FeatureValue]> {
        self.packages.get(dir)?.features.get(name).map(Vec::as_slice)
    }

    /// Every dependency of the package in `dir` that the lockfile resolves.
    pub(super) fn resolved(&self, dir: &RelPath) -> Vec<(&'p Dependency, Resolved<'p>)> {
        let Some(found) = self.packages.get(dir) else { return Vec::new() };
        let all = found.package.dependencies.iter().zip(&found.to);
        all.filter_map(|(dependency, to)| Some((dependency, (*to)?))).collect()
    }

    /// Names of the features of the package in `dir`.
    pub(super) fn features(&self, dir: &RelPath) -> impl Iterator<Item = &str> {
        self.packages.get(dir).into_iter().flat_map(|found| found.features.keys().map(String::as_str))
    }

    /// Whether features are kept apart by context.
    pub(super) fn keeps_contexts_apart(&self) -> bool {
        self.project.workspace.resolver != Resolver::V1
    }

    /// The dependencies that the feature resolver looks at in `node`, optional ones among them.
    pub(super) fn edges(&self, node: Node<'p>) -> Vec<Edge<'p>> {
        let Some(found) = self.packages.get(node.0) else { return Vec::new() };
        (0..found.to.len()).filter_map(|index| self.edge(found, index, node.1)).collect()
    }

    /// Those of them that have the key `key`.
    pub(super) fn named(&self, node: Node<'p>, key: &str) -> Vec<Edge<'p>> {
        let Some(found) = self.packages.get(node.0) else { return Vec::new() };
        let indices = found.by_key.get(key).into_iter().flatten();
        indices.filter_map(|index| self.edge(found, *index, node.1)).collect()
    }

    fn edge(&self, found: &Resolution<'p>, index: usize, context: Context) -> Option<Edge<'p>> {
        let (dependency, to) = (found.package.dependencies.get(index)?, (*found.to.get(index)?)?);
        let edge = Edge { index, dependency, to, context: context_of(dependency, to, context) };
        self.counts(found.package, dependency, context).then_some(edge)
    }

    fn counts(&self, package: &Package, dependency: &Dependency, context: Context) -> bool {
        let is_development = dependency.kind == DependencyKind::Development;
        // The first resolver lets dev-dependencies and inactive platforms add features to every build.
        let ignores_the_unused = self.keeps_contexts_apart();
        if is_development && (!self.is_selected(package) || (ignores_the_unused && !self.selection.tests)) {
            return false;
        }
        !ignores_the_unused || self.is_active(dependency, context) != Some(false)
    }

    fn is_selected(&self, package: &Package) -> bool {
        package.is_member && self.selection.packages.contains(&package.name)
    }

    /// Whether the dependency's platform is the one it would be built for; `None` if that cannot be told.
    pub(super) fn is_active(&self, dependency: &Dependency, context: Context) -> Option<bool> {
        let Some(platform) = &dependency.platform else { return Some(true) };
        match (dependency.kind, context) {
            (DependencyKind::Build, _) | (_, Context::Host) => self.host.is_active(platform),
            (_, Context::Target) => self.target.is_active(platform),
        }
    }
}

fn context_of(dependency: &Dependency, to: Resolved<'_>, from: Context) -> Context {
    let is_proc_macro = matches!(to, Resolved::Local(package) if package.is_proc_macro());
    if dependency.kind == DependencyKind::Build || is_proc_macro { Context::Host } else { from }
}

/// The flags with which rustc compiles for the target of `selection`.
#[must_use]
pub fn target_flags(project: &Project, selection: &Selection) -> Vec<String> {
    let mut flags = configured_flags(project.cargo_config.as_ref(), &selection.target);
    flags.extend(selection.rustflags.iter().cloned());
    flags
}
