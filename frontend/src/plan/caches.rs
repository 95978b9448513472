//! The cache mounts: what they are called, so that nothing wrong is ever shared.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Chosen;
use crate::config::{CacheMode, Config};
use crate::project::Package;

/// The format of what is kept in the mounts. It changes when an older content could not be used.
const FORMAT: &str = "supercargo/1";

/// The cache mounts of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Caches {
    /// How compiled code is kept.
    pub mode: Chosen<CacheMode>,
    /// The mount that keeps downloaded crates, shared by all projects: Cargo's archives are named by content.
    pub downloads: String,
    /// The mount that keeps compiled dependencies, for one project, toolchain, triple and profile; all packages of a
    /// workspace share it. What else compiles them is added by [`Caches::dependencies_with`].
    pub dependencies: String,
    /// The mount that keeps the user's own compiled crates, for one package of one project, one toolchain, triple and
    /// profile. In mode `mounts` it holds the dependencies as well and is another one.
    ///
    /// One package each, although members of a workspace share crates: a mount has one build at a time, so builds of
    /// different binaries would wait for one another, and each would take out of it what the other alone needs.
    pub target: String,
}

/// What must differ for two builds not to share compiled code.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The toolchain image.
    pub image: &'a str,
    /// The triple.
    pub triple: &'a str,
    /// The profile.
    pub profile: &'a str,
    /// The client's repository, if it told it.
    pub repository: Option<&'a str>,
}

impl Caches {
    /// The mount for dependencies that `toolchain`, the digest of a file system, compiles in `environment`.
    ///
    /// Cargo sees another rustc and other flags, but not another C compiler or library of the same image's tag, nor what
    /// a build script reads from the environment without saying so.
    #[must_use]
    pub fn dependencies_with(&self, toolchain: &str, environment: &BTreeMap<String, String>) -> String {
        let all = std::iter::once((toolchain, ""))
            .chain(environment.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let text = all.fold(String::new(), |text, (name, value)| format!("{text}{name}={value}\0"));
        format!("{}/{}", self.dependencies, digest(&text))
    }
}

/// Names the mounts.
#[must_use]
pub fn choose(config: &Config, package: &Package, mode: Chosen<CacheMode>, identity: Identity<'_>) -> Caches {
    let namespace = namespace(config, package, identity.repository);
    let Identity { image, triple, profile, .. } = identity;
    let compiler = image.rsplit('/').next().unwrap_or(image);
    let kind = if mode.value.has_layer() { "target" } else { "whole" };
    Caches {
        mode,
        downloads: format!("{FORMAT}/downloads"),
        dependencies: format!("{FORMAT}/dependencies/{namespace}/{compiler}/{triple}/{profile}"),
        target: format!("{FORMAT}/{kind}/{namespace}/{}/{compiler}/{triple}/{profile}", package.name),
    }
}

/// What stands for a project in the ids of its mounts.
pub(super) fn namespace(config: &Config, package: &Package, repository: Option<&str>) -> String {
    let namespace = match (&config.cache_namespace, repository) {
        (Some(setting), _) => &setting.value,
        (None, Some(repository)) => repository,
        (None, None) => &package.name,
    };
    // A digest, because a namespace may hold anything, a token in a repository's address included.
    digest(namespace)
}

/// The mount that is sccache's storage. Build scripts can write to it, so projects share it only if they say so.
pub(super) fn sccache(namespace: &str) -> String {
    format!("{FORMAT}/sccache/{namespace}")
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
