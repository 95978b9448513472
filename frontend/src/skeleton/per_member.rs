//! Every local package, canonicalised: what to fall back on where flattening does not model a project.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::canonical::{self, Shape};
use super::feature_value::FeatureValue;
use super::flatten::{Files, add_shared, set, unused_name};
use super::form::{Form, Skeleton};
use super::graph::{Graph, Resolved};
use super::lock::{self, LockEntry};
use super::member::{Binaries, HOME, Member, Names};
use super::needed::{Reach, is_excluded, needed};
use super::referenced::referenced;
use super::root_overlay::inherited_keys;
use super::selection::Selection;
use super::stub;
use crate::name::RelPath;
use crate::project::{Package, Resolver};

/// The skeleton with a stub for every local package that Cargo must load, or the reason why there is none.
pub(super) fn per_member(
    graph: &Graph<'_>,
    selection: &Selection,
    selected: &[&Package],
    because: String,
) -> Result<Skeleton, String> {
    let project = graph.project;
    let with_tests = selection.tests || project.workspace.resolver == Resolver::V1;
    let reach = if with_tests { Reach::Everything } else { Reach::Compiled };
    let dirs = needed(project, selected.iter().map(|package| &package.dir), reach);
    let all = Plan { graph, selection, with_tests, dirs };
    let real = all.real();
    if real.iter().any(|dir| dir.is_root()) {
        return Err(format!("{because}, and that is the root package, whose files are the whole project"));
    }
    let names = all.names(real);
    Ok(all.render(&names, selected, because))
}

struct Plan<'g, 'p> {
    graph: &'g Graph<'p>,
    selection: &'g Selection,
    with_tests: bool,
    /// The local packages that take part.
    dirs: BTreeSet<&'p RelPath>,
}

impl<'p> Plan<'_, 'p> {
    fn packages(&self) -> impl Iterator<Item = &'p Package> {
        self.dirs.iter().filter_map(|dir| self.graph.package(dir))
    }

    fn member(&self, package: &'p Package) -> Member<'_, 'p> {
        let is_selected = package.is_member && self.selection.packages.contains(&package.name);
        Member {
            graph: self.graph,
            package,
            selection: self.selection,
            with_tests: self.with_tests,
            binaries: match (self.is_artifact(package), is_selected) {
                (true, _) => Binaries::All,
                (false, true) if self.selection.binaries.is_empty() => Binaries::All,
                (false, true) => Binaries::Selected,
                (false, false) => Binaries::None,
            },
        }
    }

    fn is_artifact(&self, package: &Package) -> bool {
        self.packages().flat_map(|from| self.graph.resolved(&from.dir)).any(|(dependency, to)| {
            dependency.artifact.is_some() && matches!(to, Resolved::Local(to) if to.dir == package.dir)
        })
    }

    /// The local packages that external ones depend on, and what those lead to.
    fn real(&self) -> BTreeSet<&'p RelPath> {
        let lockfile = self.graph.lockfile;
        let externals =
            self.packages().flat_map(|package| self.member(package).dependencies()).filter_map(|(_, to)| {
                match to {
                    Resolved::External(index) => Some(index),
                    Resolved::Local(_) => None,
                }
            });
        let reached = lock::reachable(lockfile, externals);
        let locked = reached.iter().filter_map(|index| lockfile.packages.get(*index));
        let roots = locked.filter(|locked| locked.is_local()).filter_map(|locked| {
            let mut packages = self.graph.project.packages.values();
            packages.find(|package| package.name == locked.name && package.version == locked.version)
        });
        needed(self.graph.project, roots.map(|package| &package.dir), Reach::Everything)
    }

    fn names(&self, real: BTreeSet<&'p RelPath>) -> Names<'p> {
        let shapes: BTreeMap<&RelPath, Shape<'_>> = self
            .packages()
            .filter(|package| !real.contains(&package.dir))
            .map(|package| {
                let member = self.member(package);
                let leads_to = member
                    .dependencies()
                    .into_iter()
                    .filter_map(|(dependency, to)| match to {
                        Resolved::Local(package) => Some((member.tie(dependency, to), &package.dir)),
                        Resolved::External(_) => None,
                    })
                    .collect();
                let text = format!("{}\0{:?}\0{}", package.is_member, member.binaries, member.shape());
                (&package.dir, Shape { text, leads_to })
            })
            .collect();
        let name = |ordinal| unused_name(self.graph.project, &format!("supercargo-{ordinal}"));
        let ordered = canonical::order(&shapes).into_iter().enumerate();
        Names { synthetic: ordered.map(|(ordinal, dir)| (dir, name(ordinal))).collect(), real }
    }

    fn render(&self, names: &Names<'p>, selected: &[&Package], because: String) -> Skeleton {
        let mut files = Files::default();
        for (dir, name) in &names.synthetic {
            let Some(package) = self.graph.package(dir) else { continue };
            let manifest = self.member(package).manifest(name, names);
            let place = |file: &str| format!("{HOME}/{name}/{file}");
            for (table, file, text) in
                [("lib", "lib.rs", library(package)), ("bin", "main.rs", stub::PROGRAM)]
            {
                if manifest.contains_key(table) {
                    files.text(&place(file), text);
                }
            }
            if self.member(package).has_script() {
                files.text(&place("build.rs"), stub::PROGRAM);
            }
            files.toml(&place("Cargo.toml"), &manifest);
        }
        let (kept, lock) = self.lockfile(names);
        let mut root = self.root(names);
        add_shared(&mut root, self.graph, self.selection, &kept);
        files.toml("Cargo.toml", &root);
        files.text("Cargo.lock", &lock);
        files.config(self.graph.project, self.graph, self.selection, &kept);
        // In an order that does not tell where the packages are.
        let stubs: BTreeSet<&String> = names.synthetic.values().collect();
        Skeleton {
            files: files.0,
            stubs: stubs.into_iter().cloned().collect(),
            arguments: self.arguments(names, selected),
            patched: names.real.iter().map(|dir| (*dir).clone()).collect(),
            referenced: referenced(self.graph.project, self.graph.lockfile, &kept),
            form: Form::PerMember { because },
        }
    }

    /// The root manifest, always without a package.
    fn root(&self, names: &Names<'p>) -> Table {
        let mut root = Table::new();
        let placed = |dir: &RelPath| match names.synthetic.get(dir) {
            Some(name) => format!("{HOME}/{name}"),
            None => dir.as_str().to_owned(),
        };
        let dirs = names.synthetic.keys().chain(&names.real);
        let packages: Vec<&Package> = dirs.filter_map(|dir| self.graph.package(dir)).collect();
        let is_outside = |package: &&&Package| {
            let is_synthetic = !package.is_member && names.synthetic.contains_key(&package.dir);
            is_synthetic || is_excluded(self.graph.project, package)
        };
        let members: Vec<&Package> = packages.iter().filter(|package| package.is_member).copied().collect();
        let others: Vec<&Package> = packages.iter().filter(is_outside).copied().collect();
        for (key, packages) in [("members", members), ("exclude", others)] {
            let mut list: Vec<String> = packages.iter().map(|package| placed(&package.dir)).collect();
            list.sort();
            set(&mut root, "workspace", key, Value::Array(list.into_iter().map(Value::String).collect()));
        }
        // The third differs from the second only where versions are chosen, and here none are.
        let resolver = match self.graph.project.workspace.resolver {
            Resolver::V1 => "1",
            Resolver::V2 | Resolver::V3 => "2",
        };
        set(&mut root, "workspace", "resolver", resolver.into());
        for (key, value) in self.inherited(names) {
            set(&mut root, "workspace", &key, value);
        }
        root
    }

    /// What packages with real sources inherit.
    fn inherited(&self, names: &Names<'p>) -> Table {
        let packages: Vec<&Package> = names.real.iter().filter_map(|dir| self.graph.package(dir)).collect();
        let keys: BTreeSet<String> = packages.iter().flat_map(|package| inherited_keys(package)).collect();
        if !packages.iter().any(|package| package.text.contains("workspace")) {
            return Table::new();
        }
        let manifest: Table = toml::from_str(&self.graph.project.workspace.text).unwrap_or_default();
        let workspace = manifest.get("workspace").and_then(Value::as_table).cloned().unwrap_or_default();
        let mut inherited = Table::new();
        for (key, mut value) in workspace {
            if let (Value::Table(table), "dependencies") = (&mut value, key.as_str()) {
                table.retain(|key, _| keys.contains(key));
            }
            if matches!(key.as_str(), "package" | "dependencies" | "lints") {
                inherited.insert(key, value);
            }
        }
        inherited
    }

    /// The external packages and the real local ones that are kept, and the lockfile.
    fn lockfile(&self, names: &Names<'p>) -> (BTreeSet<usize>, String) {
        let graph = self.graph;
        let lockfile = graph.lockfile;
        let index_of = |package: &Package| graph.project.locked(package);
        let synthetic: BTreeMap<usize, &Package> = names
            .synthetic
            .keys()
            .filter_map(|dir| graph.package(dir))
            .filter_map(|package| Some((index_of(package)?, package)))
            .collect();
        let edges: BTreeMap<usize, BTreeSet<usize>> = synthetic
            .iter()
            .map(|(index, package)| {
                let to = self.member(package).dependencies().into_iter().filter_map(|(_, to)| match to {
                    Resolved::External(index) => Some(index),
                    Resolved::Local(package) => index_of(package),
                });
                (*index, to.collect())
            })
            .collect();
        let outside = edges.values().flatten().copied().filter(|index| !synthetic.contains_key(index));
        let reached = lock::reachable(lockfile, outside);
        let kept: BTreeSet<usize> =
            reached.into_iter().filter(|index| !synthetic.contains_key(index)).collect();
        let (mut entries, mut moved) = lock::entries(lockfile, &kept);
        for (index, package) in &synthetic {
            let Some(name) = names.synthetic.get(&package.dir) else { continue };
            moved.insert(*index, entries.len());
            entries.push(LockEntry::local(name, "0.0.0"));
        }
        for (index, to) in &edges {
            let found = to.iter().filter_map(|index| moved.get(index).copied()).collect();
            let entry = moved.get(index).and_then(|position| entries.get_mut(*position));
            if let Some(entry) = entry {
                entry.dependencies = found;
            }
        }
        (kept, lock::render(lockfile.version, &entries))
    }

    fn arguments(&self, names: &Names<'p>, selected: &[&Package]) -> Vec<String> {
        let name = |package: &Package| names.synthetic.get(&package.dir).unwrap_or(&package.name).clone();
        let mut arguments = Vec::new();
        for package in selected {
            arguments.extend(["--package".to_owned(), name(package)]);
        }
        for package in self.packages().filter(|package| selected.iter().any(|found| found.dir == package.dir))
        {
            let stubs = self.member(package).binaries(&name(package));
            for binary in &self.selection.binaries {
                let stub = stubs.get(binary.as_str()).and_then(|stub| stub.get("name")?.as_str());
                arguments.extend(stub.iter().flat_map(|stub| ["--bin".to_owned(), (*stub).to_owned()]));
            }
        }
        let features = &self.selection.features;
        if features.all {
            arguments.push("--all-features".to_owned());
        }
        if features.no_default {
            arguments.push("--no-default-features".to_owned());
        }
        for feature in &features.names {
            let renamed = match FeatureValue::parse(feature) {
                FeatureValue::Of { dependency, feature, .. } => selected
                    .iter()
                    .find(|package| package.name == dependency)
                    .map(|package| format!("{}/{feature}", name(package))),
                _ => None,
            };
            arguments.extend(["--features".to_owned(), renamed.unwrap_or_else(|| feature.clone())]);
        }
        arguments
    }
}

/// The stub of a library; crate types that link a whole program need the standard library.
fn library(package: &Package) -> &'static str {
    let is_plain = package.library().is_some_and(|library| {
        library.crate_types.iter().all(|crate_type| matches!(crate_type.as_str(), "lib" | "rlib"))
    });
    if is_plain { stub::PLAIN_LIBRARY } else { stub::LINKED_LIBRARY }
}
