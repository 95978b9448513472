//! A local package: one `Cargo.toml` with a `[package]` table, inheritance resolved.

use std::collections::BTreeMap;

use super::dependency::Dependency;
use super::target::{CargoTarget, CargoTargetKind};
use crate::diagnostic::Span;
use crate::name::RelPath;

/// One local package.
///
/// Shape: keys inherited from `[workspace.package]` and `[workspace.dependencies]` are filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// The package's name.
    pub name: String,
    /// Its version; `0.0.0` where the manifest has none.
    pub version: semver::Version,
    /// The directory that holds its manifest.
    pub dir: RelPath,
    /// Its manifest.
    pub manifest: RelPath,
    /// The manifest's text, to find lines in.
    pub text: String,
    /// `2015`, `2018`, `2021`, `2024`.
    pub edition: String,
    /// The `rust-version` key, as written.
    pub rust_version: Option<String>,
    /// The `license` key.
    pub license: Option<String>,
    /// The `description` key.
    pub description: Option<String>,
    /// The `repository` key.
    pub repository: Option<String>,
    /// The `homepage` key.
    pub homepage: Option<String>,
    /// The `documentation` key.
    pub documentation: Option<String>,
    /// The `authors` key.
    pub authors: Vec<String>,
    /// The `default-run` key: the name of a binary.
    pub default_run: Option<String>,
    /// The `links` key.
    pub links: Option<String>,
    /// The `publish` key says that no registry may have it.
    pub is_private: bool,
    /// `[package.metadata.supercargo]`.
    pub metadata: Option<Metadata>,
    /// Every target, declared or found, sorted by kind, then by name.
    pub targets: Vec<CargoTarget>,
    /// Every dependency of every kind and platform, in the order of kind, platform and key.
    pub dependencies: Vec<Dependency>,
    /// The `[features]` table as written: name to what it activates.
    pub features: BTreeMap<String, Vec<String>>,
    /// True for a member of the workspace; false for a path dependency that the workspace excludes, and for a
    /// `[patch]` path.
    pub is_member: bool,
    /// True for a member that Cargo builds when no package is selected.
    pub is_default_member: bool,
}

impl Package {
    /// The library or proc macro, if there is one.
    #[must_use]
    pub fn library(&self) -> Option<&CargoTarget> {
        self.targets.iter().find(|target| target.kind == CargoTargetKind::Lib)
    }

    /// The binaries, sorted by name.
    pub fn binaries(&self) -> impl Iterator<Item = &CargoTarget> {
        self.targets.iter().filter(|target| target.kind == CargoTargetKind::Bin)
    }

    /// The build script, if there is one.
    #[must_use]
    pub fn build_script(&self) -> Option<&CargoTarget> {
        self.targets.iter().find(|target| target.kind == CargoTargetKind::BuildScript)
    }

    /// True if the library is a proc macro, which runs in the compiler on the build platform.
    #[must_use]
    pub fn is_proc_macro(&self) -> bool {
        self.library().is_some_and(CargoTarget::is_proc_macro)
    }
}

/// The table under `metadata.supercargo`, unchecked.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// The table's value.
    pub value: toml::Value,
    /// Where the table starts.
    pub span: Span,
}
