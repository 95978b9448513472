//! Which local packages are compiled, and which external packages that asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::activation::Activation;
use super::graph::{Context, Edge, Graph, Node, Resolved};
use super::selection::Selection;
use crate::name::RelPath;
use crate::project::{CargoTarget, CargoTargetKind, Dependency, DependencyKind, Package};

/// The features asked of an external package.
#[derive(Clone, Debug, Default)]
pub(super) struct Request<'p> {
    pub(super) features: BTreeSet<String>,
    pub(super) default_features: bool,
    /// The dependencies that ask, with the packages they stand in.
    pub(super) by: Vec<(&'p Package, &'p Dependency)>,
}

/// Requests by context and by the position in the lockfile.
pub(super) type Requests<'p> = BTreeMap<(Context, usize), Request<'p>>;

/// What a selection compiles.
#[derive(Debug, Default)]
pub(super) struct Units<'p> {
    /// The local packages with a unit, by context.
    pub(super) locals: BTreeSet<Node<'p>>,
    /// What those units depend on.
    pub(super) compiled: Requests<'p>,
    /// What else the feature resolver sees: it compiles nothing, but adds features to what is compiled.
    pub(super) unified: Requests<'p>,
    /// A condition that is in the way of every decision above.
    pub(super) undecided: Option<(&'p Package, &'p Dependency)>,
}

impl Units<'_> {
    /// The directories of the local packages with a unit.
    pub(super) fn directories(&self) -> BTreeSet<RelPath> {
        self.locals.iter().map(|(dir, _)| (*dir).clone()).collect()
    }
}

/// Finds what `selected` compiles.
pub(super) fn units<'p>(
    graph: &Graph<'p>,
    activation: &Activation<'p>,
    selected: &[&'p Package],
    selection: &Selection,
) -> Units<'p> {
    let mut units = Units::default();
    let mut queue: Vec<(Node<'p>, bool)> = Vec::new();
    for package in selected {
        queue.extend(roots(activation, package, selection).into_iter().map(|node| (node, selection.tests)));
    }
    let mut seen = BTreeSet::new();
    let mut counted: BTreeSet<(Node<'p>, usize)> = BTreeSet::new();
    while let Some((node, with_tests)) = queue.pop() {
        if !seen.insert((node, with_tests)) {
            continue;
        }
        units.locals.insert(node);
        let Some(package) = graph.package(node.0) else { continue };
        for edge in activation.edges(graph, node) {
            if !is_compiled(graph, package, &edge, node.1, with_tests) {
                continue;
            }
            if graph.is_active(edge.dependency, node.1).is_none() {
                units.undecided.get_or_insert((package, edge.dependency));
            }
            match edge.to {
                Resolved::Local(to) if to.library().is_some() => queue.push(((&to.dir, edge.context), false)),
                Resolved::Local(_) => {}
                Resolved::External(index) => {
                    counted.insert((node, edge.index));
                    add(&mut units.compiled, activation, node, &edge, index, package);
                }
            }
        }
    }
    for node in activation.features.keys() {
        let Some(package) = graph.package(node.0) else { continue };
        for edge in activation.edges(graph, *node) {
            if graph.is_active(edge.dependency, node.1).is_none() {
                units.undecided.get_or_insert((package, edge.dependency));
            }
            if let Resolved::External(index) = edge.to
                && !counted.contains(&(*node, edge.index))
            {
                add(&mut units.unified, activation, *node, &edge, index, package);
            }
        }
    }
    units
}

fn add<'p>(
    requests: &mut Requests<'p>,
    activation: &Activation<'p>,
    node: Node<'p>,
    edge: &Edge<'p>,
    index: usize,
    package: &'p Package,
) {
    let request = requests.entry((edge.context, index)).or_default();
    request.features.extend(activation.asked(node, edge));
    request.default_features |= edge.dependency.default_features;
    request.by.push((package, edge.dependency));
}

/// The contexts in which Cargo builds something of a selected package.
fn roots<'p>(activation: &Activation<'p>, package: &'p Package, selection: &Selection) -> Vec<Node<'p>> {
    let target = (&package.dir, Context::Target);
    let active = activation.features.get(&target);
    let is_buildable = |found: &CargoTarget| {
        found.required_features.iter().all(|feature| {
            let name = feature.strip_prefix(&format!("{}/", package.name)).unwrap_or(feature);
            // `dependency/feature` is true where the dependency has it; the build says so if it does not.
            name.contains('/') || active.is_some_and(|active| active.contains(name))
        })
    };
    let is_wanted = |found: &CargoTarget| found.is_tested || !selection.tests;
    let is_built = |found: &CargoTarget| match found.kind {
        CargoTargetKind::Lib => selection.binaries.is_empty() && is_wanted(found),
        CargoTargetKind::Bin => {
            let is_asked = selection.binaries.is_empty() || selection.binaries.contains(&found.name);
            is_asked && is_wanted(found) && is_buildable(found)
        }
        CargoTargetKind::Example => selection.tests && is_buildable(found),
        CargoTargetKind::Test | CargoTargetKind::Bench => {
            selection.tests && found.is_tested && is_buildable(found)
        }
        CargoTargetKind::BuildScript => false,
    };
    let mut contexts = BTreeSet::new();
    for found in package.targets.iter().filter(|found| is_built(found)) {
        if found.is_proc_macro() {
            contexts.insert(Context::Host);
            continue;
        }
        contexts.insert(Context::Target);
        if package.is_proc_macro() {
            contexts.insert(Context::Host);
        }
    }
    contexts.into_iter().map(|context| (&package.dir, context)).collect()
}

fn is_compiled<'p>(
    graph: &Graph<'p>,
    package: &Package,
    edge: &Edge<'p>,
    context: Context,
    with_tests: bool,
) -> bool {
    let is_used = match edge.dependency.kind {
        DependencyKind::Normal => true,
        DependencyKind::Build => package.build_script().is_some(),
        DependencyKind::Development => with_tests,
    };
    is_used && graph.is_active(edge.dependency, context) != Some(false)
}
