//! One local package as the per-member skeleton has it: its dependencies and features, stub targets, no name.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::external;
use super::feature_value::FeatureValue;
use super::flatten::set;
use super::graph::{Graph, Resolved};
use super::selection::Selection;
use super::units::Request;
use crate::name::RelPath;
use crate::project::{CargoTarget, Dependency, DependencyKind, Package, Source};

/// How the packages of the skeleton are called and where they are.
pub(super) struct Names<'p> {
    /// The synthetic package of each local one.
    pub(super) synthetic: BTreeMap<&'p RelPath, String>,
    /// The local packages that keep their real sources.
    pub(super) real: BTreeSet<&'p RelPath>,
}

/// Which binaries of a package get stubs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binaries {
    /// Every one: all are built, or another package wants them as artifacts.
    All,
    /// Those that the selection names.
    Selected,
    /// None.
    None,
}

/// The directory that holds every synthetic package.
pub(super) const HOME: &str = "supercargo";

/// What is made of one package.
pub(super) struct Member<'g, 'p> {
    pub(super) graph: &'g Graph<'p>,
    pub(super) package: &'p Package,
    pub(super) selection: &'g Selection,
    /// Whether dev-dependencies stay.
    pub(super) with_tests: bool,
    /// Which of its binaries get stubs.
    pub(super) binaries: Binaries,
}

impl<'p> Member<'_, 'p> {
    /// The dependencies that stay, each with what it resolves to.
    pub(super) fn dependencies(&self) -> Vec<(&'p Dependency, Resolved<'p>)> {
        self.graph
            .resolved(&self.package.dir)
            .into_iter()
            .filter(|(dependency, _)| {
                dependency.kind != DependencyKind::Development || (self.with_tests && self.package.is_member)
            })
            .collect()
    }

    /// The key that `dependency` gets: the name of what it is in the skeleton, unless features speak of the key.
    pub(super) fn key(&self, dependency: &Dependency, to: Resolved<'_>, name: Option<&str>) -> String {
        let speaks_of = |text: &String| match FeatureValue::parse(text) {
            FeatureValue::Feature(name)
            | FeatureValue::Dependency(name)
            | FeatureValue::Of { dependency: name, .. } => name == dependency.key,
        };
        let is_spoken_of = dependency.optional
            || self.package.features.values().flatten().any(speaks_of)
            || self.selection.features.names.iter().any(speaks_of);
        let wanted = match to {
            Resolved::Local(_) => name,
            Resolved::External(index) => self.only_key(index),
        };
        wanted.filter(|_| !is_spoken_of).unwrap_or(&dependency.key).to_owned()
    }

    /// The name of an external package, if the package depends on it under one key and on nothing else of that name.
    fn only_key(&self, index: usize) -> Option<&'p str> {
        let lockfile = self.graph.lockfile;
        let name = lockfile.packages.get(index)?.name.as_str();
        let mut keys = BTreeSet::new();
        for (dependency, to) in self.dependencies() {
            match to {
                Resolved::External(other) if other == index => _ = keys.insert(&dependency.key),
                Resolved::External(other) if lockfile.packages.get(other)?.name == name => return None,
                _ if dependency.key == name => return None,
                _ => {}
            }
        }
        (keys.len() == 1).then_some(name)
    }

    /// Whether it gets a build script: one without dependencies compiles nothing that is not the user's.
    pub(super) fn has_script(&self) -> bool {
        let is_build = |(dependency, _): &(&Dependency, _)| dependency.kind == DependencyKind::Build;
        self.package.build_script().is_some() && self.dependencies().iter().any(is_build)
    }

    /// Everything about the package but its name, its place and its local dependencies.
    pub(super) fn shape(&self) -> String {
        let mut manifest = self.manifest_without_dependencies("shape");
        for (dependency, to) in self.dependencies() {
            if let Resolved::External(_) = to {
                let key = self.key(dependency, to, None);
                let entry = self.entry(dependency, to, &key, &BTreeMap::new());
                add(&mut manifest, &key, dependency, entry);
            }
        }
        manifest.to_string()
    }

    /// How it depends on a local package, without its name.
    pub(super) fn tie(&self, dependency: &Dependency, to: Resolved<'_>) -> String {
        let platform = dependency.platform.as_ref().map(ToString::to_string).unwrap_or_default();
        let key = self.key(dependency, to, Some(""));
        format!(
            "{:?}\0{platform}\0{key}\0{:?}\0{}\0{}\0{:?}",
            dependency.kind,
            dependency.features,
            dependency.default_features,
            dependency.optional,
            dependency.artifact
        )
    }

    /// The manifest.
    pub(super) fn manifest(&self, name: &str, names: &Names<'p>) -> Table {
        let mut manifest = self.manifest_without_dependencies(name);
        for (dependency, to) in self.dependencies() {
            let local = match to {
                Resolved::Local(package) => names.synthetic.get(&package.dir).map(String::as_str),
                Resolved::External(_) => None,
            };
            let key = self.key(dependency, to, local);
            let mut entry = self.entry(dependency, to, &key, &names.synthetic);
            if let Resolved::Local(package) = to {
                let name = local.unwrap_or(&package.name);
                entry.extend(place(dependency, package, local));
                if key != name {
                    entry.insert("package".to_owned(), name.into());
                }
            }
            add(&mut manifest, &key, dependency, entry);
        }
        manifest
    }

    fn manifest_without_dependencies(&self, name: &str) -> Table {
        let mut manifest = Table::new();
        for (key, value) in [("name", name), ("version", "0.0.0"), ("edition", "2021")] {
            set(&mut manifest, "package", key, value.into());
        }
        for key in ["autobins", "autoexamples", "autotests", "autobenches"] {
            set(&mut manifest, "package", key, false.into());
        }
        let build = if self.has_script() { "build.rs".into() } else { Value::Boolean(false) };
        set(&mut manifest, "package", "build", build);
        if let Some(library) = self.package.library() {
            set(&mut manifest, "lib", "path", "lib.rs".into());
            if !library.is_tested {
                set(&mut manifest, "lib", "test", false.into());
            }
            if library.is_proc_macro() {
                set(&mut manifest, "lib", "proc-macro", true.into());
            } else {
                let types = library.crate_types.iter().cloned().map(Value::String).collect();
                set(&mut manifest, "lib", "crate-type", Value::Array(types));
            }
        }
        let binaries: Vec<Value> = self.binaries(name).into_values().map(Value::Table).collect();
        if !binaries.is_empty() {
            manifest.insert("bin".to_owned(), Value::Array(binaries));
        }
        let features: Table = self
            .package
            .features
            .iter()
            .map(|(name, values)| {
                (name.clone(), Value::Array(values.iter().cloned().map(Value::String).collect()))
            })
            .collect();
        if !features.is_empty() {
            manifest.insert("features".to_owned(), Value::Table(features));
        }
        manifest
    }

    /// A stub for each binary that is built, by the real name. A package must have some target.
    pub(super) fn binaries(&self, name: &str) -> BTreeMap<&'p str, Table> {
        let is_named = |binary: &&CargoTarget| match self.binaries {
            Binaries::All => true,
            Binaries::Selected => self.selection.binaries.contains(&binary.name),
            Binaries::None => false,
        };
        let mut found: Vec<&CargoTarget> = self.package.binaries().filter(is_named).collect();
        if found.is_empty() && self.package.library().is_none() {
            found.extend(self.package.binaries());
        }
        let mut stubs = BTreeMap::new();
        for (ordinal, binary) in found.into_iter().enumerate() {
            let mut stub = Table::from_iter([
                ("name".to_owned(), Value::String(format!("{name}-{ordinal}"))),
                ("path".to_owned(), "main.rs".into()),
            ]);
            let own: Vec<Value> = binary
                .required_features
                .iter()
                .filter(|feature| !feature.contains('/'))
                .cloned()
                .map(Value::String)
                .collect();
            if !own.is_empty() {
                stub.insert("required-features".to_owned(), Value::Array(own));
            }
            stubs.insert(binary.name.as_str(), stub);
        }
        stubs
    }

    fn entry(
        &self,
        dependency: &'p Dependency,
        to: Resolved<'p>,
        key: &str,
        synthetic: &BTreeMap<&'p RelPath, String>,
    ) -> Table {
        let request = Request {
            features: dependency.features.iter().cloned().collect(),
            default_features: dependency.default_features,
            by: vec![(self.package, dependency)],
        };
        let mut entry = match to {
            Resolved::External(index) => self
                .graph
                .lockfile
                .packages
                .get(index)
                .map(|locked| external::entry(self.graph.project, locked, key, &request))
                .unwrap_or_default(),
            Resolved::Local(_) => external::asked(&request),
        };
        if dependency.optional {
            entry.insert("optional".to_owned(), Value::Boolean(true));
        }
        if let Some(artifact) = &dependency.artifact {
            let kinds = artifact.kinds.iter().map(|kind| Value::String(self.artifact(kind, to, synthetic)));
            entry.insert("artifact".to_owned(), Value::Array(kinds.collect()));
            entry.insert("lib".to_owned(), Value::Boolean(artifact.lib));
            if let Some(target) = &artifact.target {
                entry.insert("target".to_owned(), Value::String(target.clone()));
            }
        }
        entry
    }

    /// The artifact `kind` with the name that a binary of a local package has in the skeleton.
    fn artifact(&self, kind: &str, to: Resolved<'p>, synthetic: &BTreeMap<&'p RelPath, String>) -> String {
        let Resolved::Local(package) = to else { return kind.to_owned() };
        let (Some(binary), Some(name)) = (kind.strip_prefix("bin:"), synthetic.get(&package.dir)) else {
            return kind.to_owned();
        };
        let target = Member { package, binaries: Binaries::All, ..*self };
        let stub = target.binaries(name).remove(binary);
        let stub = stub.and_then(|stub| stub.get("name")?.as_str().map(str::to_owned));
        stub.map_or_else(|| kind.to_owned(), |stub| format!("bin:{stub}"))
    }
}

/// Adds the entry to the table it belongs to.
fn add(manifest: &mut Table, key: &str, dependency: &Dependency, entry: Table) {
    let kind = match dependency.kind {
        DependencyKind::Normal => "dependencies",
        DependencyKind::Build => "build-dependencies",
        DependencyKind::Development => "dev-dependencies",
    };
    let Some(platform) = &dependency.platform else {
        return set(manifest, kind, key, Value::Table(entry));
    };
    let targets = manifest.entry("target".to_owned()).or_insert_with(|| Value::Table(Table::new()));
    let Value::Table(targets) = targets else { return };
    let tables = targets.entry(platform.to_string()).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(tables) = tables {
        set(tables, kind, key, Value::Table(entry));
    }
}

/// Where a local package is: beside this one, at its real place, or behind the source that a patch replaces.
fn place(dependency: &Dependency, package: &Package, synthetic: Option<&str>) -> Table {
    let path = match (synthetic, &dependency.source) {
        (Some(name), _) => format!("../{name}"),
        (None, Source::Path(dir)) => format!("../../{}", dir.as_str()),
        (None, source) => {
            let mut place = external::declared(source);
            place.insert("version".to_owned(), Value::String(external::pinned(&package.version)));
            return place;
        }
    };
    Table::from_iter([("path".to_owned(), Value::String(path))])
}
