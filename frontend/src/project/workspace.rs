//! The project as a whole.

use std::collections::BTreeMap;

use super::cargo_config::CargoConfig;
use super::dependency::Dependency;
use super::lockfile::Lockfile;
use super::package::{Metadata, Package};
use super::profile::Profiles;
use super::toolchain_file::ToolchainFile;
use crate::name::RelPath;

/// What Cargo would know of the project whose root manifest is at the root of the build context.
#[derive(Clone, Debug)]
pub struct Project {
    /// Every local package by its directory: members, excluded path dependencies, `[patch]` paths.
    pub packages: BTreeMap<RelPath, Package>,
    /// What the root manifest says of the workspace.
    pub workspace: Workspace,
    /// The lockfile, or `None` if the context has none.
    pub lockfile: Option<Lockfile>,
    /// `.cargo/config.toml` with everything it includes.
    pub cargo_config: Option<CargoConfig>,
    /// `rust-toolchain` or `rust-toolchain.toml`.
    pub toolchain_file: Option<ToolchainFile>,
}

impl Project {
    /// The members, in the order of their directories.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.is_member)
    }

    /// The members that Cargo builds when no package is selected.
    pub fn default_members(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.is_default_member)
    }

    /// The member called `name`.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Package> {
        self.members().find(|package| package.name == name)
    }

    /// The package at the root, or `None` in a virtual workspace.
    #[must_use]
    pub fn root_package(&self) -> Option<&Package> {
        self.packages.get(&RelPath::root())
    }
}

/// What the root manifest says about all packages together.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The root manifest's text, to find lines in.
    pub text: String,
    /// True if the root manifest has a `[workspace]` table; a lone package has none.
    pub is_declared: bool,
    /// True if it has a list of `default-members`.
    pub has_default_members: bool,
    /// The feature resolver in force, by key or by edition.
    pub resolver: Resolver,
    /// `[workspace.metadata.supercargo]`.
    pub metadata: Option<Metadata>,
    /// The `[profile]` tables.
    pub profiles: Profiles,
    /// `[patch]` of the root manifest, then of Cargo's configuration.
    pub patches: Vec<Patch>,
    /// True if the root manifest has a `[replace]` table with entries.
    pub has_replace: bool,
    /// The `cargo-features` key.
    pub cargo_features: Vec<String>,
}

/// One entry of a `[patch]` table.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// The patched source: `crates-io`, a registry's name or a URL.
    pub patched: String,
    /// What stands in for it.
    pub dependency: Dependency,
}

/// How Cargo unifies features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolver {
    /// One set of features per package.
    V1,
    /// Features apart for build platform, target platform and tests.
    V2,
    /// As 2; differs only in which versions it would choose.
    V3,
}
