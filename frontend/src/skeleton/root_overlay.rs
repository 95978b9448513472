//! A root manifest for a part of the workspace.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::needed::is_excluded;
use super::profile;
use crate::name::RelPath;
use crate::project::{Lockfile, Package, Project, Resolver};

/// The root manifest with exactly the members among `needed`, for a lockfile of the packages at `locked`. Only a root
/// package that is needed stays in it.
pub(super) fn manifest(
    project: &Project,
    needed: &BTreeSet<&RelPath>,
    (lockfile, locked): (&Lockfile, &BTreeSet<usize>),
) -> String {
    // The text was parsed when the project was loaded.
    let mut root: Table = toml::from_str(&project.workspace.text).unwrap_or_default();
    if !needed.contains(&RelPath::root()) {
        root.retain(|key, _| matches!(key, "cargo-features" | "workspace" | "profile" | "patch" | "replace"));
    }
    // Cargo takes it in one table only, and the workspace's gets it below.
    for key in ["package", "project"] {
        if let Some(Value::Table(package)) = root.get_mut(key) {
            package.remove("resolver");
        }
    }
    let profiles = root.get_mut("profile").and_then(Value::as_table_mut).into_iter().flatten();
    for (_, profile) in profiles {
        if let Some(Value::Table(packages)) = profile.get_mut("package") {
            // Cargo warns of a profile for a package that it does not know.
            packages.retain(|specification, _| profile::matches_any(specification, lockfile, locked));
        }
    }
    let workspace = root.entry("workspace").or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(workspace) = workspace {
        restrict(workspace, project, needed);
    }
    root.to_string()
}

fn restrict(workspace: &mut Table, project: &Project, needed: &BTreeSet<&RelPath>) {
    let packages = || project.packages.values().filter(|package| needed.contains(&package.dir));
    let members: Vec<&Package> =
        packages().filter(|package| package.is_member && !package.dir.is_root()).collect();
    let others: Vec<&Package> = packages().filter(|package| is_excluded(project, package)).collect();
    let spelled = members.iter().map(|member| {
        let holds_other = others.iter().any(|other| other.dir.is_within(&member.dir));
        Value::String(if holds_other { pattern(&member.dir) } else { member.dir.as_str().to_owned() })
    });
    workspace.insert("members".to_owned(), Value::Array(spelled.collect()));
    let excluded = others.iter().map(|other| Value::String(other.dir.as_str().to_owned()));
    workspace.insert("exclude".to_owned(), Value::Array(excluded.collect()));
    workspace.insert("resolver".to_owned(), resolver(project.workspace.resolver).into());
    workspace.remove("default-members");
    workspace.remove("metadata");
    let inherited: BTreeSet<String> = packages().flat_map(inherited_keys).collect();
    if let Some(Value::Table(dependencies)) = workspace.get_mut("dependencies") {
        dependencies.retain(|key, _| inherited.contains(key));
    }
}

/// `dir` as a pattern: a member listed by its plain path would bring everything below it back from `exclude`.
fn pattern(dir: &RelPath) -> String {
    let text = dir.as_str();
    match text.char_indices().next_back() {
        Some((at, last)) => format!("{}[{last}]", text.get(..at).unwrap_or_default()),
        None => String::new(),
    }
}

/// The value of the `resolver` key.
fn resolver(resolver: Resolver) -> &'static str {
    match resolver {
        Resolver::V1 => "1",
        Resolver::V2 => "2",
        Resolver::V3 => "3",
    }
}

/// Keys of `[workspace.dependencies]` that the package inherits.
pub(super) fn inherited_keys(package: &Package) -> BTreeSet<String> {
    let manifest: Table = toml::from_str(&package.text).unwrap_or_default();
    let mut keys = BTreeSet::new();
    collect(&manifest, &mut keys);
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    for (_, tables) in platforms {
        collect(tables.as_table().unwrap_or(&Table::new()), &mut keys);
    }
    keys
}

fn collect(tables: &Table, keys: &mut BTreeSet<String>) {
    let names =
        ["dependencies", "build-dependencies", "build_dependencies", "dev-dependencies", "dev_dependencies"];
    for table in names.iter().filter_map(|name| tables.get(*name)?.as_table()) {
        let inherits = |value: &Value| value.get("workspace").and_then(Value::as_bool) == Some(true);
        keys.extend(table.iter().filter(|(_, value)| inherits(value)).map(|(key, _)| key.clone()));
    }
}
