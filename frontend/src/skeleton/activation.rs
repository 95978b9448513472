//! Which features and optional dependencies of local packages are active: Cargo's feature resolver, with external
//! packages as leaves.
//!
//! Source: the rules of Cargo's `resolver::features`, in the order-free form of a worklist.

use std::collections::{BTreeMap, BTreeSet};

use cargo_util_schemas::manifest::FeatureName;

use super::feature_value::FeatureValue;
use super::graph::{Context, Edge, Graph, Node, Resolved};
use super::selection::{Features, Selection};
use crate::diagnostic::{Diagnostic, Findings};
use crate::project::{CargoTarget, Package};

/// What is active.
#[derive(Debug, Default)]
pub(super) struct Activation<'p> {
    /// The features of every package that takes part, by context.
    pub(super) features: BTreeMap<Node<'p>, BTreeSet<String>>,
    /// Keys of the optional dependencies that something activated.
    optional: BTreeMap<Node<'p>, BTreeSet<String>>,
    /// Features of external packages that a `name/feature` entry asked for, by the dependency's position.
    asked: BTreeMap<(Node<'p>, usize), BTreeSet<String>>,
}

impl<'p> Activation<'p> {
    /// The dependencies of `node` that are active.
    pub(super) fn edges(&self, graph: &Graph<'p>, node: Node<'p>) -> Vec<Edge<'p>> {
        graph.edges(node).into_iter().filter(|edge| self.is_active(node, edge)).collect()
    }

    fn is_active(&self, node: Node<'p>, edge: &Edge<'p>) -> bool {
        !edge.dependency.optional
            || self.optional.get(&node).is_some_and(|keys| keys.contains(&edge.dependency.key))
    }

    /// The features that `edge` asks of an external package, its own and those that features add.
    pub(super) fn asked(&self, node: Node<'p>, edge: &Edge<'p>) -> BTreeSet<String> {
        let mut asked: BTreeSet<String> = edge.dependency.features.iter().cloned().collect();
        asked.extend(self.asked.get(&(node, edge.index)).into_iter().flatten().cloned());
        asked
    }
}

/// The selected members, or the errors that name what does not exist.
pub(super) fn selected<'p>(
    graph: &Graph<'p>,
    selection: &Selection,
    findings: &mut Findings,
) -> Vec<&'p Package> {
    let mut packages = Vec::new();
    for name in &selection.packages {
        if let Some(package) = graph.project.member(name) {
            packages.push(package);
            continue;
        }
        let known: Vec<_> = graph.project.members().map(|package| format!("`{}`", package.name)).collect();
        findings.push(
            Diagnostic::error(format!("no package `{name}` in this workspace"))
                .hint(format!("there are {}", known.join(", "))),
        );
    }
    packages.sort_by_key(|package| &package.dir);
    packages
}

/// Activates what `selection` asks for.
pub(super) fn activate<'p>(
    graph: &Graph<'p>,
    selected: &[&'p Package],
    selection: &Selection,
    findings: &mut Findings,
) -> Activation<'p> {
    let mut work = Work { graph, found: Activation::default(), weak: BTreeMap::new(), queue: Vec::new() };
    let mut known = BTreeSet::new();
    for package in selected {
        let values = requested(graph, package, &selection.features, &mut known);
        let mut contexts = vec![Context::Target];
        // Cargo activates a selected proc macro for both sides: its tests and binaries are ordinary code.
        if graph.keeps_contexts_apart() && package.targets.iter().any(CargoTarget::is_proc_macro) {
            contexts.push(Context::Host);
        }
        for context in contexts {
            work.package((&package.dir, context), values.clone());
        }
    }
    for unknown in selection.features.names.difference(&known) {
        findings.push(unknown_feature(graph, selected, unknown));
    }
    work.run();
    work.found
}

/// The features that the command line gives `package`; adds those it knows to `known`.
fn requested(
    graph: &Graph<'_>,
    package: &Package,
    features: &Features,
    known: &mut BTreeSet<String>,
) -> Vec<FeatureValue> {
    let has = |name: &str| graph.feature(&package.dir, name).is_some();
    let is_optional = |name: &str| {
        package.dependencies.iter().any(|dependency| dependency.optional && dependency.key == name)
    };
    let mut values = Vec::new();
    // A comma or a space would end the name for Cargo.
    let is_name = |text: &str| FeatureName::new(text.trim_end_matches('?').to_owned()).is_ok();
    for text in features.names.iter().filter(|text| text.split('/').all(is_name)) {
        let value = match FeatureValue::parse(text) {
            FeatureValue::Feature(name) if has(&name) || is_optional(&name) => FeatureValue::Feature(name),
            FeatureValue::Of { dependency, feature, is_weak }
                if package.dependencies.iter().any(|found| found.key == dependency) =>
            {
                FeatureValue::Of { dependency, feature, is_weak }
            }
            FeatureValue::Of { dependency, feature, .. }
                if dependency == package.name && (has(&feature) || is_optional(&feature)) =>
            {
                FeatureValue::Feature(feature)
            }
            _ => continue,
        };
        known.insert(text.clone());
        values.push(value);
    }
    if !features.no_default && has("default") {
        values.push(FeatureValue::Feature("default".to_owned()));
    }
    if features.all {
        values.extend(graph.features(&package.dir).map(|name| FeatureValue::Feature(name.to_owned())));
    }
    values
}

fn unknown_feature(graph: &Graph<'_>, selected: &[&Package], name: &str) -> Diagnostic {
    let mut error = Diagnostic::error(format!("none of the selected packages has a feature `{name}`"));
    for package in selected {
        let known: Vec<_> = graph.features(&package.dir).map(|name| format!("`{name}`")).collect();
        let has = if known.is_empty() { "no features".to_owned() } else { known.join(", ") };
        error = error.hint(format!("`{}` has {has}", package.name));
    }
    error
}

struct Work<'g, 'p> {
    graph: &'g Graph<'p>,
    found: Activation<'p>,
    /// Features asked for with `?`, by the package and the key of its dependency.
    weak: BTreeMap<(Node<'p>, String), BTreeSet<String>>,
    queue: Vec<(Node<'p>, FeatureValue)>,
}

impl<'p> Work<'_, 'p> {
    fn run(&mut self) {
        while let Some((node, value)) = self.queue.pop() {
            match value {
                FeatureValue::Feature(name) => self.feature(node, &name),
                FeatureValue::Dependency(key) => self.dependency(node, &key),
                FeatureValue::Of { dependency, feature, is_weak } => {
                    self.feature_of(node, &dependency, &feature, is_weak);
                }
            }
        }
    }

    /// Makes `node` take part with `values`, and everything it always needs.
    fn package(&mut self, node: Node<'p>, values: Vec<FeatureValue>) {
        let mut starts = vec![(node, values)];
        while let Some((node, values)) = starts.pop() {
            let is_new = !self.found.features.contains_key(&node);
            self.found.features.entry(node).or_default();
            self.queue.extend(values.into_iter().map(|value| (node, value)));
            if is_new {
                let edges = self.graph.edges(node).into_iter().filter(|edge| !edge.dependency.optional);
                starts.extend(edges.filter_map(|edge| self.asked_of(&edge)));
            }
        }
    }

    /// The local package that `edge` leads to with the features that it asks for.
    fn asked_of(&self, edge: &Edge<'p>) -> Option<(Node<'p>, Vec<FeatureValue>)> {
        let Resolved::Local(package) = edge.to else { return None };
        let mut values: Vec<FeatureValue> =
            edge.dependency.features.iter().map(|feature| FeatureValue::parse(feature)).collect();
        if edge.dependency.default_features && self.graph.feature(&package.dir, "default").is_some() {
            values.push(FeatureValue::Feature("default".to_owned()));
        }
        Some(((&package.dir, edge.context), values))
    }

    fn feature(&mut self, node: Node<'p>, name: &str) {
        if self.found.features.entry(node).or_default().insert(name.to_owned()) {
            let values = self.graph.feature(node.0, name).unwrap_or_default();
            self.queue.extend(values.iter().map(|value| (node, value.clone())));
        }
    }

    fn dependency(&mut self, node: Node<'p>, key: &str) {
        if !self.found.optional.entry(node).or_default().insert(key.to_owned()) {
            return;
        }
        let waiting = self.weak.remove(&(node, key.to_owned())).unwrap_or_default();
        for edge in self.graph.named(node, key) {
            for feature in &waiting {
                self.ask(node, &edge, feature);
            }
            if let Some((to, values)) = self.asked_of(&edge) {
                self.package(to, values);
            }
        }
    }

    fn feature_of(&mut self, node: Node<'p>, key: &str, feature: &str, is_weak: bool) {
        for edge in self.graph.named(node, key) {
            if edge.dependency.optional {
                if is_weak && !self.found.is_active(node, &edge) {
                    self.weak.entry((node, key.to_owned())).or_default().insert(feature.to_owned());
                    continue;
                }
                self.queue.push((node, FeatureValue::Dependency(key.to_owned())));
                // Without the `?` this has always activated a feature of the dependency's name too.
                if !is_weak && self.graph.feature(node.0, key).is_some() {
                    self.queue.push((node, FeatureValue::Feature(key.to_owned())));
                }
            }
            self.ask(node, &edge, feature);
        }
    }

    fn ask(&mut self, node: Node<'p>, edge: &Edge<'p>, feature: &str) {
        match edge.to {
            Resolved::Local(package) => {
                self.queue.push(((&package.dir, edge.context), FeatureValue::parse(feature)));
            }
            Resolved::External(_) => {
                self.found.asked.entry((node, edge.index)).or_default().insert(feature.to_owned());
            }
        }
    }
}
