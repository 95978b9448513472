//! What `cargo metadata` says of a project without its dependencies.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::Cmd;
use crate::project::Project;

/// A project's packages.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// All of them.
    pub packages: Vec<Package>,
}

/// A package.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its manifest, an absolute path.
    pub manifest_path: PathBuf,
    /// What it compiles to.
    pub targets: Vec<Target>,
    /// What it asks for.
    pub dependencies: Vec<Dependency>,
}

/// A library, a binary, a test, …
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Vec<String>,
    /// Its main file, an absolute path.
    pub src_path: PathBuf,
}

/// An entry of a dependency table.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// What the sources call it, where that is something else.
    pub rename: Option<String>,
    /// The folder of a local package.
    pub path: Option<PathBuf>,
    /// `dev`, `build` or nothing.
    pub kind: Option<String>,
    /// True for one that a feature turns on.
    pub optional: bool,
    /// The platform that it is for, if not all.
    pub target: Option<String>,
}

impl Metadata {
    /// Asks cargo.
    pub fn of(project: &Project) -> Result<Self> {
        let answer = Cmd::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(project.path())
            .run()?;
        serde_json::from_str(&answer).context("failed to read the answer of `cargo metadata`")
    }

    /// The package of this name.
    pub fn package(&self, name: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.with_context(|| format!("the project has no package `{name}`"))
    }

    /// The local package that an entry names.
    #[must_use]
    pub fn local(&self, dependency: &Dependency) -> Option<&Package> {
        let folder = dependency.path.as_deref()?;
        self.packages.iter().find(|package| package.manifest_path.parent() == Some(folder))
    }
}

impl Package {
    /// Its library, unless it is a procedural macro.
    #[must_use]
    pub fn library(&self) -> Option<&Target> {
        let is_library = |kind: &String| kind == "lib" || kind == "rlib";
        self.targets.iter().find(|target| target.kind.iter().any(is_library))
    }
}

impl Dependency {
    /// True for one that the package's own code always has.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.kind.is_none() && !self.optional && self.target.is_none()
    }
}
