//! The `[patch]` tables that a skeleton needs.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::external::{declared, pinned};
use crate::project::{LockedPackage, Lockfile, Patch, Project, Source};

/// The `[patch]` table with the entries that put a package of `keep` into the graph.
///
/// A patch to a path is kept by whoever brings the real sources; among external packages it has no effect.
pub(super) fn table(project: &Project, lockfile: &Lockfile, keep: &BTreeSet<usize>) -> Table {
    let mut by_source: BTreeMap<&str, Vec<(&LockedPackage, &Patch)>> = BTreeMap::new();
    for patch in &project.workspace.patches {
        let named = lockfile.named(&patch.dependency.package).filter(|(index, _)| keep.contains(index));
        let applied = named.filter(|(_, locked)| is_applied(project, patch, locked));
        by_source.entry(&patch.patched).or_default().extend(applied.map(|(_, locked)| (locked, patch)));
    }
    let mut tables = Table::new();
    for (patched, mut entries) in by_source {
        entries.sort_by_key(|(locked, _)| (&locked.name, &locked.version, &locked.source));
        let mut table = Table::new();
        for (locked, patch) in entries {
            let (key, entry) = entry(&table, locked, patch);
            table.insert(key, entry);
        }
        if !table.is_empty() {
            tables.insert(patched.to_owned(), Value::Table(table));
        }
    }
    tables
}

fn is_applied(project: &Project, patch: &Patch, locked: &LockedPackage) -> bool {
    let dependency = &patch.dependency;
    dependency.requirement.matches(&locked.version) && project.is_from(dependency, locked)
}

fn entry(table: &Table, locked: &LockedPackage, patch: &Patch) -> (String, Value) {
    let mut entry = declared(&patch.dependency.source);
    if !matches!(patch.dependency.source, Source::Path(_)) {
        entry.insert("version".to_owned(), Value::String(pinned(&locked.version)));
    }
    let key = if table.contains_key(&locked.name) {
        entry.insert("package".to_owned(), Value::String(locked.name.clone()));
        format!("supercargo-{}-{}", table.len(), locked.name)
    } else {
        locked.name.clone()
    };
    (key, Value::Table(entry))
}
