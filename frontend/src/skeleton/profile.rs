//! The profile that is built, without what cannot reach an external package.

use std::collections::BTreeSet;

use cargo_util_schemas::core::PackageIdSpec;
use toml::{Table, Value};

use super::selection::Selection;
use crate::diagnostic::Diagnostic;
use crate::project::{Lockfile, Profiles, Project};

/// Profiles that every project has.
const BUILT_IN: [&str; 5] = ["dev", "release", "test", "bench", "doc"];

/// The manifest's profiles under those of Cargo's configuration, which win.
pub(super) fn effective(project: &Project) -> Profiles {
    let mut profiles = project.workspace.profiles.clone();
    for (name, table) in &configured(project).0 {
        let merged = profiles.0.entry(name.clone()).or_default();
        overlay(merged, table);
    }
    profiles
}

/// The profiles of Cargo's configuration.
pub(super) fn configured(project: &Project) -> Profiles {
    let table = project.cargo_config.as_ref().map(|config| &config.table);
    table.map(Profiles::of).unwrap_or_default()
}

fn overlay(base: &mut Table, over: &Table) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over),
            _ => drop(base.insert(key.clone(), value.clone())),
        }
    }
}

/// What the manifest and Cargo's configuration say of `profile` and of those that it inherits from, key by key.
#[must_use]
pub fn written(project: &Project, profile: &str) -> Table {
    let profiles = effective(project);
    let mut all = Table::new();
    for table in profiles.chain(profile).iter().rev().filter_map(|name| profiles.0.get(name)) {
        overlay(&mut all, table);
    }
    all
}

/// What is wrong with a profile that nobody defined.
pub(super) fn undefined(profiles: &Profiles, profile: &str) -> Option<Diagnostic> {
    if BUILT_IN.contains(&profile) || profiles.0.contains_key(profile) {
        return None;
    }
    let known: BTreeSet<&str> = BUILT_IN.into_iter().chain(profiles.0.keys().map(String::as_str)).collect();
    let known: Vec<&str> = known.into_iter().collect();
    Some(
        Diagnostic::error(format!("no profile `{profile}` is defined"))
            .hint(format!("there are `{}`", known.join("`, `")))
            .hint(format!("`[profile.{profile}]` with `inherits = \"release\"` in `Cargo.toml` defines it")),
    )
}

/// True if what is selected optimises at link time.
pub(super) fn has_lto(profiles: &Profiles, selection: &Selection) -> bool {
    if let Some(set) = selection.profile_keys.get("lto") {
        return set != "off";
    }
    let chain = profiles.chain(&selection.profile);
    let value = chain.iter().find_map(|name| profiles.0.get(name)?.get("lto"));
    match value {
        Some(Value::Boolean(is_on)) => *is_on,
        Some(Value::String(text)) => !matches!(text.as_str(), "off" | "n" | "no" | "false"),
        _ => false,
    }
}

/// The tables of `profiles` that decide how `kept` packages are built with the chain `chain`.
pub(super) fn pruned(
    profiles: &Profiles,
    chain: &[String],
    lockfile: &Lockfile,
    kept: &BTreeSet<usize>,
) -> Table {
    let mut tables = Table::new();
    for name in chain {
        let Some(table) = profiles.0.get(name) else { continue };
        let mut table = table.clone();
        if let Some(Value::Table(packages)) = table.get_mut("package") {
            let unused: Vec<String> =
                packages.keys().filter(|spec| !matches_any(spec, lockfile, kept)).cloned().collect();
            for spec in unused {
                packages.remove(&spec);
            }
            if packages.is_empty() {
                table.remove("package");
            }
        }
        if !table.is_empty() {
            tables.insert(name.clone(), Value::Table(table));
        }
    }
    tables
}

/// True if the package specification `spec` means one of the packages `kept`.
pub(super) fn matches_any(spec: &str, lockfile: &Lockfile, kept: &BTreeSet<usize>) -> bool {
    if spec == "*" {
        return true;
    }
    // What cannot be read here is left for Cargo to judge.
    let Ok(spec) = PackageIdSpec::parse(spec) else { return true };
    lockfile.named(spec.name()).any(|(index, package)| {
        kept.contains(&index)
            && spec.partial_version().is_none_or(|version| version.matches(&package.version))
    })
}
