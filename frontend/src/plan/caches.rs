//! The cache mounts: what they are called, so that nothing wrong is ever shared.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Chosen;
use super::command::Command;
use super::mount_id::{MountId, MountIds};
use crate::config::{CacheMode, Config};
use crate::project::Project;

/// The cache mounts of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caches {
    /// How compiled code is kept.
    pub mode: Chosen<CacheMode>,
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
    mode: Chosen<CacheMode>,
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
        mode,
        downloads: ids.shared("downloads"),
        packages: ids.shared("packages"),
        npm: ids.shared("npm"),
        dependencies: ids.own("dependencies", &[image, triple, profile, checked]),
        target: ids.own(&kind, &[owner, image, triple, profile]),
        web_apps: ids.own("web-app", &[image]),
    }
}

/// What stands for a project in the ids of its mounts: what was configured, else the client's `repository`, else the
/// names of the packages. All binaries of a workspace have the same.
pub(super) fn namespace(config: &Config, project: &Project, repository: Option<&str>) -> String {
    let namespace = match (&config.cache_namespace, repository) {
        (Some(setting), _) => setting.value.clone(),
        (None, Some(repository)) => repository.to_owned(),
        (None, None) => names(project),
    };
    // A digest, because a namespace may hold anything, a token in a repository's address included.
    digest(&namespace)
}

/// The root package's name; a workspace without one has the names of its members.
fn names(project: &Project) -> String {
    let root = project.members().find(|package| package.manifest.as_str() == "Cargo.toml");
    let members = root.map_or_else(|| project.members().collect(), |root| vec![root]);
    let names: Vec<&str> = members.into_iter().map(|package| package.name.as_str()).collect();
    names.join(" ")
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
