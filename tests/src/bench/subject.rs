//! Projects to build.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};
use serde::Deserialize;

use crate::process::Cmd;
use crate::project::Project;

/// The projects of a benchmark that is not told which.
pub const USUAL: &[&str] = &["axum-service", "workspace:api"];

/// A project as the user named it: an example, or a published package, and which binary of it.
#[derive(Debug, Clone)]
pub struct Spec {
    name: String,
    version: Option<String>,
    binary: Option<String>,
}

/// A project, and what of it is built.
#[derive(Debug)]
pub struct Subject {
    /// The project's name, fit for a part of an image's name.
    pub label: String,
    /// The package that the binary belongs to.
    pub package: String,
    /// The package's version, unchanged.
    pub version: String,
    /// The binary.
    pub binary: String,
    /// The main file of the binary, relative to the project.
    pub main: PathBuf,
    /// The value of `--target`, where the project alone does not say which binary is meant.
    pub target: Option<String>,
    origin: Project,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

impl Metadata {
    /// What cargo knows of a project without its dependencies.
    fn of(project: &Project) -> Result<Self> {
        let answer = Cmd::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(project.path())
            .run()?;
        serde_json::from_str(&answer).context("failed to read the answer of `cargo metadata`")
    }
}

/// The versions of the packages of a project, by name, as the manifests have them.
pub fn versions(project: &Project) -> Result<BTreeMap<String, String>> {
    let packages = Metadata::of(project)?.packages.into_iter();
    Ok(packages.map(|package| (package.name, package.version)).collect())
}

impl FromStr for Spec {
    type Err = Error;

    /// `NAME`, `NAME@VERSION`, either with `:BINARY`.
    fn from_str(text: &str) -> Result<Self> {
        let (project, binary) = match text.split_once(':') {
            Some((project, binary)) => (project, Some(binary.to_owned())),
            None => (text, None),
        };
        let (name, version) = match project.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (project, None),
        };
        if name.is_empty() || name.contains('/') {
            bail!("`{text}` is no project; right would be `axum-service`, `workspace:api` or `hexyl@0.17.0`");
        }
        Ok(Self { name: name.to_owned(), version, binary })
    }
}

impl Subject {
    /// Brings the project and asks cargo what is in it.
    pub fn bring(spec: &Spec) -> Result<Self> {
        let Spec { name, version, binary } = spec;
        let origin = match version {
            Some(version) => Project::from_registry(name, version)?,
            None => Project::example(name)?,
        };
        Self::of(origin, name, binary.as_deref())
    }

    /// Asks cargo what is in a project.
    pub fn of(origin: Project, name: &str, binary: Option<&str>) -> Result<Self> {
        let metadata = Metadata::of(&origin)?;
        let found: Vec<(&Package, &Target)> = metadata
            .packages
            .iter()
            .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
            .filter(|(_, target)| target.kind.iter().any(|kind| kind == "bin"))
            .filter(|(_, target)| binary.is_none_or(|binary| target.name == binary))
            .collect();
        let [(package, target)] = found.as_slice() else {
            let names: Vec<&str> = found.iter().map(|(_, target)| target.name.as_str()).collect();
            bail!("`{name}` must be given as `{name}:BINARY`; it has {} that match: {names:?}", found.len());
        };
        let main = target.src_path.strip_prefix(origin.path());
        let main = main.with_context(|| format!("`{}` is outside of the project", target.src_path.display()));
        Ok(Self {
            label: binary.map_or_else(|| name.to_owned(), |binary| format!("{name}-{binary}")),
            package: package.name.clone(),
            version: package.version.clone(),
            binary: target.name.clone(),
            main: main?.to_owned(),
            target: binary.map(str::to_owned),
            origin,
        })
    }

    /// What the tables call it.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {} (binary `{}`)", self.package, self.version, self.binary)
    }

    /// A fresh copy.
    pub fn copy(&self) -> Result<Project> {
        Project::copy_of(self.origin.path())
    }

    /// The number of packages of its lockfile that are not of the project.
    pub fn dependencies(&self) -> Result<usize> {
        let lockfile = self.origin.read("Cargo.lock")?;
        Ok(lockfile.lines().filter(|line| line.starts_with("source = ")).count())
    }

    /// Downloads what the lockfile names, to the machine itself: no contestant is to pay for what a proxy between here
    /// and the registry had not seen before.
    pub fn fetch(&self) -> Result<()> {
        let fetch = Cmd::new("cargo").args(["fetch", "--quiet", "--locked"]).current_dir(self.origin.path());
        fetch.run().map(drop)
    }

    /// True when the lockfile has the package of `NAME@VERSION`, at whatever version.
    #[must_use]
    pub fn depends_on(&self, dependency: &str) -> bool {
        let name = dependency.split_once('@').map_or(dependency, |(name, _)| name);
        let line = format!("name = \"{name}\"");
        self.origin.read("Cargo.lock").is_ok_and(|lockfile| lockfile.lines().any(|found| found == line))
    }
}

#[cfg(test)]
mod tests {
    use super::{Spec, Subject};

    #[test]
    fn a_project_is_named_by_example_package_and_binary() {
        let spec: Spec = "hexyl@0.17.0:hexyl".parse().unwrap();
        assert_eq!(
            (spec.name.as_str(), spec.version.as_deref(), spec.binary.as_deref()),
            ("hexyl", Some("0.17.0"), Some("hexyl"))
        );
        assert!("../outside".parse::<Spec>().is_err());
    }

    #[test]
    fn an_example_says_what_is_built_of_it() {
        let subject = Subject::bring(&"workspace:api".parse().unwrap()).unwrap();
        assert_eq!((subject.package.as_str(), subject.binary.as_str()), ("api", "api"));
        assert_eq!(subject.main.to_str(), Some("crates/api/src/main.rs"));
        assert!(subject.dependencies().unwrap() > 10);
    }

    #[test]
    fn a_choice_of_binaries_is_the_users() {
        let error = Subject::bring(&"workspace".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("api") && error.contains("worker"), "{error}");
    }
}
