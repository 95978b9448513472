//! The cache mounts: what they are called, so that nothing wrong is ever shared.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Chosen;
use super::command::Command;
use super::mount_id::{MountId, MountIds};
use crate::config::{CacheMode, CacheTrust, Config};
use crate::project::{Package, Project};

/// The cache mounts of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caches {
    /// How compiled code is kept.
    pub mode: Chosen<CacheMode>,
    /// Whether the build has any of the mounts below.
    #[serde(skip)]
    pub has_mounts: bool,
    /// Whether only names of packages tell the mounts of the project from those of others.
    #[serde(skip)]
    pub are_named_after_packages: bool,
    /// The mount that keeps downloaded crates, shared by all projects: Cargo's archives are named by content.
    pub downloads: MountId,
    /// The mount that keeps compiled dependencies, for one project, toolchain, triple and profile; all packages of a
    /// workspace share it. What else compiles them is added by [`Caches::dependencies_with`].
    pub dependencies: MountId,
    /// The mount that keeps the user's own compiled crates, for one package of one project, one toolchain, triple and
    /// profile. In mode `mounts` it holds the dependencies as well and is another one.
    ///
    /// One package each, although members of a workspace share crates: a mount has one build at a time, so builds of
    /// different binaries would wait for one another, and each would take out of it what the other alone needs.
    pub target: MountId,
    /// The mount that keeps package lists and packages of the system, shared by all projects. What installs them adds
    /// the image: its package manager believes what it finds there.
    #[serde(skip)]
    pub packages: MountId,
    /// The mount that keeps what npm downloads, shared by all projects: npm checks the digests of the lockfile.
    #[serde(skip)]
    pub npm: MountId,
    /// The mount that keeps what a web app of the project is compiled to; [`Caches::web_app`] adds which.
    #[serde(skip)]
    web_apps: MountId,
}

/// What must differ for two builds not to share compiled code.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The toolchain image, registry included, and what is installed on it.
    pub image: &'a str,
    /// The triple.
    pub triple: &'a str,
    /// The profile.
    pub profile: &'a str,
}

impl Caches {
    /// The mount for dependencies that `toolchain`, the digest of a file system, compiles in `environment`.
    ///
    /// Cargo sees another rustc and other flags, but not another C compiler or library of the same image's tag, nor what
    /// a build script reads from the environment without saying so.
    #[must_use]
    pub fn dependencies_with(&self, toolchain: &str, environment: &BTreeMap<String, String>) -> MountId {
        let variables = environment.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        self.dependencies.with(&std::iter::once(toolchain).chain(variables).collect::<Vec<_>>())
    }

    /// The mount for what the task `name` compiles, whatever is built of the project and for whom.
    #[must_use]
    pub fn web_app(&self, name: &str) -> MountId {
        self.web_apps.with(&[name])
    }
}

/// Names the mounts of a command on what `owner` names: a package, or the fact that it is more than one.
#[must_use]
pub fn choose(
    ids: &MountIds,
    (command, owner): (Command, &str),
    (mode, trust): (Chosen<CacheMode>, CacheTrust),
    identity: Identity<'_>,
) -> Caches {
    let Identity { image, triple, profile } = identity;
    let kind = match (command, mode.value.has_layer()) {
        (Command::Build, true) => "target".to_owned(),
        (Command::Build, false) => "whole".to_owned(),
        (command, true) => command.word().to_owned(),
        (command, false) => format!("whole-{}", command.word()),
    };
    // Two of them at once need not wait for one another.
    let checked = if command.only_checks() { "check" } else { "" };
    Caches {
        has_mounts: trust == CacheTrust::Project && mode.value != CacheMode::None,
        are_named_after_packages: ids.are_named_after_packages(),
        mode,
        downloads: ids.shared("downloads"),
        packages: ids.shared("packages"),
        npm: ids.shared("npm"),
        dependencies: ids.own("dependencies", &[image, triple, profile, checked]),
        target: ids.own(&kind, &[owner, image, triple, profile]),
        web_apps: ids.own("web-app", &[image]),
    }
}

/// What stands for a project in the ids of its mounts. All binaries of a workspace have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Namespace {
    /// What was configured, or the repository that the client builds.
    Given(String),
    /// What the manifest calls the repository, and the names of the packages.
    Manifest(String),
    /// The names of the packages, which any other project may have as well.
    Packages(String),
}

impl Namespace {
    pub(super) fn of(config: &Config, project: &Project, repository: Option<&str>) -> Self {
        let setting = config.cache_namespace.as_ref().map(|setting| setting.value.as_str());
        if let Some(given) = setting.or(repository) {
            return Self::Given(given.to_owned());
        }
        let root = project.members().find(|package| package.manifest.as_str() == "Cargo.toml");
        let packages: Vec<&Package> = root.map_or_else(|| project.members().collect(), |root| vec![root]);
        let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        match packages.iter().find_map(|package| package.repository.as_deref()) {
            Some(repository) => Self::Manifest(format!("{repository} {}", names.join(" "))),
            None => Self::Packages(names.join(" ")),
        }
    }

    /// A digest, because a namespace may hold anything, a token in a repository's address included.
    pub(super) fn digest(&self) -> String {
        let (Self::Given(text) | Self::Manifest(text) | Self::Packages(text)) = self;
        digest(text)
    }
}

/// Sixteen hexadecimal digits that stand for `text`.
pub(super) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
