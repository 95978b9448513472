//! What a selection compiles, package by package, and what leads to what.

use std::collections::{BTreeMap, BTreeSet};

use super::activation;
use super::graph::{Context, Graph, Resolved};
use super::selection::Selection;
use super::units;
use crate::diagnostic::{Checked, Findings};
use crate::project::{LockedPackage, Package, Project};

/// One package that is compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct Component<'p> {
    /// Its entry of the lockfile.
    pub locked: &'p LockedPackage,
    /// The package, where it is one of the project's own.
    pub local: Option<&'p Package>,
    /// True if only build scripts and procedural macros of the project lead to it, so that no binary holds it.
    pub only_builds: bool,
    /// What it depends on, as positions in the lockfile; all of them are components.
    pub dependencies: BTreeSet<usize>,
}

/// Edges between positions in the lockfile.
type Edges = BTreeMap<usize, BTreeSet<usize>>;

/// Everything that `selection` compiles, by its position in the lockfile; nothing without a lockfile.
///
/// Features and platforms of the project's own packages count. The lockfile names what other crates depend on without
/// saying for which platform or feature, so this may hold a crate that is not compiled after all; it holds all that are.
/// Errors: a selected package or feature that does not exist.
pub fn components<'p>(
    project: &'p Project,
    selection: &Selection,
) -> Checked<BTreeMap<usize, Component<'p>>> {
    let mut findings = Findings::default();
    let Some(lockfile) = &project.lockfile else { return findings.finish(BTreeMap::new()) };
    let graph = Graph::new(project, lockfile, selection);
    let selected = activation::selected(&graph, selection, &mut findings);
    let activation = activation::activate(&graph, &selected, selection, &mut findings);
    let units = units::units(&graph, &activation, &selected, selection);
    let mut locals: BTreeMap<usize, &Package> = BTreeMap::new();
    let (mut linked, mut all) = (Edges::new(), Edges::new());
    for node in &units.locals {
        let Some((package, at)) =
            project.packages.get(node.0).and_then(|one| Some((one, project.locked(one)?)))
        else {
            continue;
        };
        locals.insert(at, package);
        all.entry(at).or_default();
        if node.1 == Context::Target {
            linked.entry(at).or_default();
        }
        for edge in activation.edges(&graph, *node) {
            let to = match edge.to {
                Resolved::External(index) => Some(index),
                Resolved::Local(to) => to.library().and_then(|_| project.locked(to)),
            };
            let is_compiled = units::is_compiled(&graph, package, &edge, node.1, selection.tests);
            let Some(to) = to.filter(|_| is_compiled) else { continue };
            all.entry(at).or_default().insert(to);
            if (node.1, edge.context) == (Context::Target, Context::Target) {
                linked.entry(at).or_default().insert(to);
            }
        }
    }
    // What a local package depends on is known; of the others the lockfile knows it.
    let next = |index: usize, own: &Edges| match own.get(&index) {
        Some(edges) => edges.clone(),
        None => lockfile
            .packages
            .get(index)
            .into_iter()
            .flat_map(|one| one.dependencies.iter().copied())
            .collect(),
    };
    let in_binaries = walk(linked.keys().copied(), |index| next(index, &linked));
    let found = walk(all.keys().copied(), |index| next(index, &all));
    let components = found.iter().filter_map(|index| {
        let component = Component {
            locked: lockfile.packages.get(*index)?,
            local: locals.get(index).copied(),
            only_builds: !in_binaries.contains(index),
            dependencies: next(*index, &all),
        };
        Some((*index, component))
    });
    findings.finish(components.collect())
}

/// Everything that `from` leads to, itself included.
fn walk(from: impl Iterator<Item = usize>, next: impl Fn(usize) -> BTreeSet<usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut queue: Vec<usize> = from.collect();
    while let Some(index) = queue.pop() {
        if found.insert(index) {
            queue.extend(next(index));
        }
    }
    found
}
