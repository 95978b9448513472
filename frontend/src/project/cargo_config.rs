//! `.cargo/config.toml`.

use std::collections::BTreeSet;

use crate::name::RelPath;

/// Cargo's configuration of the project, includes merged.
///
/// Shape: relative paths are respelled so that they resolve against the context's root.
#[derive(Clone, Debug, PartialEq)]
pub struct CargoConfig {
    /// The file that Cargo reads first.
    pub file: RelPath,
    /// The merged value.
    pub table: toml::Table,
    /// Files in the context that the configuration names: linkers, wrappers, target specifications.
    pub referenced: BTreeSet<RelPath>,
}
