//! Projects to build.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};

use super::assembled::{self, Assembly};
use super::change;
use super::library::{self, Library};
use super::mark;
use super::metadata::{Metadata, Package, Target};
use crate::process::Cmd;
use crate::project::Project;

/// The projects of a benchmark that is not told which.
pub const USUAL: &[&str] = &["axum-service", "gix-ref-workspace"];

/// A project as the user named it, and which binary of it.
#[derive(Debug, Clone)]
pub struct Spec {
    name: String,
    origin: Origin,
    binary: Option<String>,
}

/// Where a project comes from.
#[derive(Debug, Clone)]
enum Origin {
    /// An example of this repository.
    Example,
    /// A package of crates.io at this version.
    Published(String),
    /// A workspace of packages of crates.io.
    Assembled(&'static Assembly),
    /// A folder of the user's.
    Folder(PathBuf),
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
    /// The local library that most local packages stand on, of those that the binary's package uses itself.
    pub library: Option<Library>,
    /// The number of packages of the project itself that the binary is made of.
    pub members: usize,
    /// Every target of every package of the project: what a hand-written skeleton needs a stub for.
    pub stubs: Vec<PathBuf>,
    /// The manifests of the project, relative to it.
    pub manifests: Vec<PathBuf>,
    /// The value of `--target`, where the project alone does not say which binary is meant.
    pub target: Option<String>,
    origin: Project,
}

impl FromStr for Spec {
    type Err = Error;

    /// `NAME`, `NAME@VERSION` or `NAME=FOLDER`, each with `:BINARY`.
    fn from_str(text: &str) -> Result<Self> {
        let (project, binary) = match text.rsplit_once(':') {
            Some((project, binary)) => (project, Some(binary.to_owned())),
            None => (text, None),
        };
        let (name, origin) = if let Some((name, folder)) = project.split_once('=') {
            (name, Origin::Folder(folder.into()))
        } else if let Some((name, version)) = project.split_once('@') {
            (name, Origin::Published(version.to_owned()))
        } else {
            (project, assembled::of(project).map_or(Origin::Example, Origin::Assembled))
        };
        if name.is_empty()
            || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
        {
            bail!(
                "`{text}` is no project; right would be `axum-service`, `workspace:api`, `hexyl@0.17.0` or \
                 `mine=/path/to/it:binary`"
            );
        }
        Ok(Self { name: name.to_owned(), origin, binary })
    }
}

impl Subject {
    /// Brings the project and asks cargo what is in it.
    pub fn bring(spec: &Spec) -> Result<Self> {
        let Spec { name, origin, binary } = spec;
        let origin = match origin {
            Origin::Example => Project::example(name)?,
            Origin::Published(version) => Project::from_registry(name, version)?,
            Origin::Assembled(assembly) => assembly.put_together()?,
            Origin::Folder(folder) => Project::copy_of(folder)?,
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
        let within = |path: &Path| {
            path.strip_prefix(origin.path())
                .map(Path::to_owned)
                .with_context(|| format!("`{}` is outside of the project", path.display()))
        };
        let main = within(&target.src_path)?;
        let stubs = metadata.packages.iter().flat_map(|package| &package.targets);
        let subject = Self {
            label: binary.map_or_else(|| name.to_owned(), |binary| format!("{name}-{binary}")),
            package: package.name.clone(),
            version: package.version.clone(),
            binary: target.name.clone(),
            main,
            library: library::of(&metadata, package, origin.path())?,
            members: library::closure(&metadata, package).len(),
            stubs: stubs.map(|target| within(&target.src_path)).collect::<Result<_>>()?,
            manifests: metadata
                .packages
                .iter()
                .map(|package| within(&package.manifest_path))
                .collect::<Result<_>>()?,
            target: binary.map(str::to_owned),
            origin,
        };
        // Every later edit replaces a number in what is planted here, and the image shows which one it was made of.
        mark::plant(&subject.origin, &subject.main, subject.library.as_ref())?;
        Ok(subject)
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

    /// True when the lockfile has a package that can become a new dependency of the binary's package.
    #[must_use]
    pub fn has_strangers(&self) -> bool {
        change::strangers(&self.origin, self).is_ok_and(|strangers| !strangers.is_empty())
    }

    /// The files of a copy that hold marks.
    pub fn marked_files(&self, project: &Project) -> Result<Vec<PathBuf>> {
        let mut files = vec![self.main.clone()];
        files.extend(self.library.as_ref().map(|library| library.file.clone()));
        for folder in self.main.ancestors().skip(1).take(2) {
            let path = project.path().join(folder);
            for entry in
                std::fs::read_dir(&path).with_context(|| format!("failed to list `{}`", path.display()))?
            {
                let name = entry?.file_name();
                if name.to_string_lossy().starts_with("bench_module_") {
                    files.push(folder.join(name));
                }
            }
        }
        Ok(files)
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
    use super::{Origin, Spec, Subject};

    #[test]
    fn a_project_is_named_by_example_package_and_binary() {
        let spec: Spec = "hexyl@0.17.0:hexyl".parse().unwrap();
        assert_eq!((spec.name.as_str(), spec.binary.as_deref()), ("hexyl", Some("hexyl")));
        assert!(matches!(spec.origin, Origin::Published(version) if version == "0.17.0"));
        let spec: Spec = "mine=/some/folder:tool".parse().unwrap();
        assert!(matches!(spec.origin, Origin::Folder(folder) if folder.ends_with("some/folder")));
        assert!("../outside".parse::<Spec>().is_err());
    }

    #[test]
    fn an_example_says_what_is_built_of_it() {
        let subject = Subject::bring(&"workspace:api".parse().unwrap()).unwrap();
        assert_eq!((subject.package.as_str(), subject.binary.as_str()), ("api", "api"));
        assert_eq!(subject.main.to_str(), Some("crates/api/src/main.rs"));
        assert!(subject.dependencies().unwrap() > 10);
        assert!(subject.library.is_some() && subject.members > 1);
    }

    #[test]
    fn a_choice_of_binaries_is_the_users() {
        let error = Subject::bring(&"workspace".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("api") && error.contains("worker"), "{error}");
    }
}
