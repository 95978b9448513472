//! One synthetic package with the union of all external dependencies.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::form::{Form, Skeleton};
use super::graph::{Context, Graph};
use super::lock::{self, LockEntry};
use super::referenced::referenced;
use super::selection::Selection;
use super::units::{Requests, Units};
use super::{config, external, patches, profile, stub};
use crate::name::RelPath;
use crate::project::Project;

/// The package that depends on every external package.
const NAME: &str = "supercargo-skeleton";
/// The package that adds features and compiles nothing.
const UNIFIED: &str = "supercargo-features";
/// The version of both.
const VERSION: &str = "0.0.0";

/// The flattened skeleton for `units`.
pub(super) fn flatten(graph: &Graph<'_>, selection: &Selection, units: &Units<'_>) -> Skeleton {
    let project = graph.project;
    let compiled_roots: BTreeSet<usize> = units.compiled.keys().map(|(_, index)| *index).collect();
    let compiled = lock::reachable(graph.lockfile, compiled_roots.iter().copied());
    let unified = relevant(graph, units, &compiled);
    let keys = external::keys(graph.lockfile, &[&units.compiled, &unified]);
    let roots = compiled_roots.into_iter().chain(unified.keys().map(|(_, index)| *index));
    let kept = lock::reachable(graph.lockfile, roots);

    let name = unused_name(project, NAME);
    let mut files = Files::default();
    let mut packages = vec![(name.clone(), &units.compiled)];
    let mut root = package(graph, &name, &units.compiled, &keys);
    root.insert("lib".to_owned(), table([("path", "supercargo/lib.rs")]));
    files.text("supercargo/lib.rs", stub::PLAIN_LIBRARY);
    if units.compiled.keys().any(|(context, _)| *context == Context::Host) {
        set(&mut root, "package", "build", "supercargo/build.rs".into());
        files.text("supercargo/build.rs", stub::PROGRAM);
    }
    let mut workspace = Table::from_iter([("resolver".to_owned(), Value::from("2"))]);
    if !unified.is_empty() {
        let name = unused_name(project, UNIFIED);
        let mut manifest = package(graph, &name, &unified, &keys);
        let bin = table([("name", name.as_str()), ("path", "main.rs")]);
        manifest.insert("bin".to_owned(), Value::Array(vec![bin]));
        files.toml("supercargo/features/Cargo.toml", &manifest);
        files.text("supercargo/features/main.rs", stub::PROGRAM);
        workspace.insert("members".to_owned(), Value::Array(vec!["supercargo/features".into()]));
        packages.push((name, &unified));
    }
    root.insert("workspace".to_owned(), Value::Table(workspace));
    add_shared(&mut root, graph, selection, &kept);
    files.toml("Cargo.toml", &root);
    files.text("Cargo.lock", &lockfile(graph, &kept, &packages));
    files.config(project, graph, selection, &kept);

    let stubs: Vec<String> = packages.into_iter().map(|(name, _)| name).collect();
    let selected = stubs.iter().flat_map(|name| ["--package".to_owned(), name.clone()]);
    Skeleton {
        arguments: selected.chain(["--lib".to_owned()]).collect(),
        files: files.0,
        patched: BTreeSet::new(),
        referenced: referenced(project, graph.lockfile, &kept),
        form: Form::Flattened,
        stubs,
    }
}

/// The requests that only unify features and change something by it: those that lead to a compiled package and
/// ask for more than the compiled request for the same package does.
fn relevant<'p>(graph: &Graph<'p>, units: &Units<'p>, compiled: &BTreeSet<usize>) -> Requests<'p> {
    let is_covered = |key: &(Context, usize)| {
        let (Some(more), Some(given)) = (units.unified.get(key), units.compiled.get(key)) else {
            return false;
        };
        more.features.is_subset(&given.features) && (given.default_features || !more.default_features)
    };
    let leading = lock::leading(graph.lockfile, compiled);
    units
        .unified
        .iter()
        .filter(|(key, _)| !is_covered(key))
        .filter(|((_, index), _)| leading.contains(index))
        .map(|(key, request)| (*key, request.clone()))
        .collect()
}

/// A manifest with the requests as its dependencies.
fn package(graph: &Graph<'_>, name: &str, requests: &Requests<'_>, keys: &BTreeMap<usize, String>) -> Table {
    let mut manifest = Table::from_iter([(
        "package".to_owned(),
        table([("name", name), ("version", VERSION), ("edition", "2021")]),
    )]);
    for key in ["autobins", "autoexamples", "autotests", "autobenches", "build"] {
        set(&mut manifest, "package", key, false.into());
    }
    for ((context, index), request) in requests {
        let (Some(locked), Some(key)) = (graph.lockfile.packages.get(*index), keys.get(index)) else {
            continue;
        };
        let kind = match context {
            Context::Target => "dependencies",
            Context::Host => "build-dependencies",
        };
        set(&mut manifest, kind, key, external::entry(graph.project, locked, key, request).into());
    }
    manifest
}

/// Adds what the root manifest says for the whole graph.
pub(super) fn add_shared(root: &mut Table, graph: &Graph<'_>, selection: &Selection, kept: &BTreeSet<usize>) {
    let project = graph.project;
    let chain = profile::effective(project).chain(&selection.profile);
    let profiles = profile::pruned(&project.workspace.profiles, &chain, graph.lockfile, kept);
    if !profiles.is_empty() {
        root.insert("profile".to_owned(), Value::Table(profiles));
    }
    let patches = patches::table(project, graph.lockfile, kept);
    if !patches.is_empty() {
        root.insert("patch".to_owned(), Value::Table(patches));
    }
    let mut gates = project.workspace.cargo_features.clone();
    gates.sort();
    if !gates.is_empty() {
        let gates = gates.into_iter().map(Value::String).collect();
        root.insert("cargo-features".to_owned(), Value::Array(gates));
    }
}

fn lockfile(graph: &Graph<'_>, kept: &BTreeSet<usize>, packages: &[(String, &Requests<'_>)]) -> String {
    let (mut entries, moved) = lock::entries(graph.lockfile, kept);
    for (name, requests) in packages {
        let mut entry = LockEntry::local(name, VERSION);
        entry.dependencies = requests.keys().filter_map(|(_, index)| moved.get(index).copied()).collect();
        entries.push(entry);
    }
    lock::render(graph.lockfile.version, &entries)
}

/// `name`, or a longer one if a local package has it.
pub(super) fn unused_name(project: &Project, name: &str) -> String {
    let mut name = name.to_owned();
    while project.packages.values().any(|package| package.name == name) {
        name.push_str("-0");
    }
    name
}

fn table<const N: usize>(entries: [(&str, &str); N]) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect())
}

/// Sets `table.key`, making the table where there is none.
pub(super) fn set(manifest: &mut Table, name: &str, key: &str, value: Value) {
    let table = manifest.entry(name.to_owned()).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(table) = table {
        table.insert(key.to_owned(), value);
    }
}

/// Generated files, by path.
#[derive(Debug, Default)]
pub(super) struct Files(pub(super) BTreeMap<RelPath, Vec<u8>>);

impl Files {
    pub(super) fn text(&mut self, path: &str, text: &str) {
        self.0.insert(RelPath::new(path).unwrap_or_default(), text.as_bytes().to_vec());
    }

    pub(super) fn toml(&mut self, path: &str, table: &Table) {
        self.text(path, &table.to_string());
    }

    pub(super) fn config(
        &mut self,
        project: &Project,
        graph: &Graph<'_>,
        selection: &Selection,
        kept: &BTreeSet<usize>,
    ) {
        let config = config::normalised(project, graph.lockfile, selection, kept);
        if !config.is_empty() {
            self.toml(".cargo/config.toml", &config);
        }
    }
}
