//! `.cargo/config.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::config_paths::ConfigPaths;
use crate::diagnostic::Findings;
use crate::discover::ConfigFile;
use crate::name::RelPath;
use crate::tree::Tree;

/// Cargo's configuration of the project, includes merged.
///
/// Shape: relative paths are spelled so that they resolve against the context's root.
#[derive(Clone, Debug, PartialEq)]
pub struct CargoConfig {
    /// The file that Cargo reads first.
    pub file: RelPath,
    /// All files that are read, the included ones first.
    pub files: Vec<RelPath>,
    /// The merged value.
    pub table: toml::Table,
    /// Files and directories in the context that the configuration names: linkers, wrappers, target
    /// specifications, vendored sources.
    pub referenced: BTreeSet<RelPath>,
    /// The directories among them that hold vendored packages, each with the names in it.
    pub vendored: BTreeMap<RelPath, BTreeSet<String>>,
}

impl CargoConfig {
    /// The value under `path`.
    #[must_use]
    pub fn get(&self, path: &[&str]) -> Option<&toml::Value> {
        let (last, tables) = path.split_last()?;
        let mut table = &self.table;
        for key in tables {
            table = table.get(*key)?.as_table()?;
        }
        table.get(*last)
    }
}

/// Merges `files`, least important first.
pub(super) fn merge(tree: &Tree, files: &[ConfigFile], findings: &mut Findings) -> Option<CargoConfig> {
    let file = files.last()?.document.file.clone();
    let mut table = toml::Table::new();
    let mut referenced = BTreeSet::new();
    for file in files {
        let mut paths = ConfigPaths { tree, file, referenced: &mut referenced, findings };
        overlay(&mut table, paths.respelled());
    }
    table.remove("include");
    let vendored = vendored(tree, &table);
    let files = files.iter().map(|file| file.document.file.clone()).collect();
    Some(CargoConfig { file, files, table, referenced, vendored })
}

/// The directories of the sources that are directories.
fn vendored(tree: &Tree, table: &toml::Table) -> BTreeMap<RelPath, BTreeSet<String>> {
    let sources = table.get("source").and_then(toml::Value::as_table).into_iter().flatten();
    sources
        .filter_map(|(_, source)| RelPath::new(source.get("directory")?.as_str()?).ok())
        .map(|path| {
            let names = tree.children(&path).into_iter().map(str::to_owned).collect();
            (path, names)
        })
        .collect()
}

/// Cargo's way of merging: tables key by key, arrays end to end, anything else the more important one.
fn overlay(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(over)) => overlay(base, over),
            (Some(toml::Value::Array(base)), toml::Value::Array(over)) => base.extend(over),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::overlay;

    #[test]
    fn tables_merge_and_arrays_join() {
        let mut base = toml::from_str("[build]\nrustflags = ['-a']\njobs = 1\n[env]\nA = '1'\n").unwrap();
        overlay(&mut base, toml::from_str("[build]\nrustflags = ['-b']\njobs = 2\n").unwrap());
        let expected: toml::Table =
            toml::from_str("[build]\nrustflags = ['-a', '-b']\njobs = 2\n[env]\nA = '1'\n").unwrap();
        assert_eq!(base, expected);
    }
}
