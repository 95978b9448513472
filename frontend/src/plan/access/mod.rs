//! What the steps with network may need to be let in: which secrets of the client's can matter to this project.
//!
//! A secret that cannot matter is not asked for, so a project of crates.io alone asks for none but the certificates
//! that every connection may need.

mod endpoint;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::name::RelPath;
use crate::project::{Project, Registry, Source, parse_lockfile};

use endpoint::{Endpoint, Endpoints};
pub(super) use settings::cleaned;

/// The id of the secret with all of Cargo's tokens, as `credentials.toml` has them.
pub const CREDENTIALS: &str = "cargo-credentials";
/// The id of the secret with names and passwords by host.
pub const NETRC: &str = "netrc";
/// The id of the secret with the keys of hosts that are asked over SSH.
pub const KNOWN_HOSTS: &str = "known-hosts";
/// The id of the secret with the certificates that every connection may need.
pub const CERTIFICATES: &str = "ca";

/// The id of the secret with the token for repositories of `host`.
#[must_use]
pub fn git_token(host: &str) -> String {
    format!("git-token-{host}")
}

/// What may be needed to reach what one lockfile names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Access {
    /// Registries other than crates.io, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registries: Vec<RegistryAccess>,
    /// Git repositories, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitAccess>,
    /// Cargo's settings without which servers may be out of reach, in TOML; the skeleton leaves them out, because no crate is compiled otherwise
    /// for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// Certificates in the context that Cargo's configuration names.
    #[serde(serialize_with = "displayed", skip_serializing_if = "BTreeSet::is_empty")]
    pub certificates: BTreeSet<RelPath>,
}

/// A registry that may want a token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RegistryAccess {
    /// The name that Cargo's configuration has for it, else its host.
    pub name: String,
    /// The URL of its index.
    pub index: String,
    /// The host of its index, with a port if the URL has one; users see that a token goes there.
    pub address: String,
    /// The host without the port; none if its connection is not secure, because tokens by host go nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// True if `[registries]` does not have the name.
    pub unnamed: bool,
}

/// Git repositories that may not be open to everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GitAccess {
    /// The hosts of those that are asked over HTTP, without ports.
    pub hosts: BTreeSet<String>,
    /// What Cargo's configuration has of `known_hosts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

impl RegistryAccess {
    /// Returns the id of the secret with the token for its name.
    #[must_use]
    pub fn secret(&self) -> String {
        format!("cargo-token-{}", self.name)
    }

    /// Returns the id of the secret with the token for its host.
    ///
    /// The prefix is not that of [`secret`](Self::secret), because a project can name a registry like a host.
    #[must_use]
    pub fn host_secret(&self) -> Option<String> {
        self.host.as_ref().map(|host| format!("registry-token-{host}"))
    }
}

impl Access {
    /// For what the text of a lockfile names.
    #[must_use]
    pub fn of_lockfile(project: &Project, text: &[u8]) -> Self {
        // One that cannot be read was reported already, or Cargo will.
        let packages = parse_lockfile(text).map(|lockfile| lockfile.packages).unwrap_or_default();
        let sources: BTreeSet<String> = packages.into_iter().filter_map(|package| package.source).collect();
        Self::of(project, &sources)
    }

    /// For what Cargo may ask to make a lockfile: the manifests' own sources and every registry of the configuration,
    /// because dependencies of dependencies may come from any.
    #[must_use]
    pub fn of_manifests(project: &Project) -> Self {
        let dependencies = project.packages.values().flat_map(|package| &package.dependencies);
        let patched = project.workspace.patches.iter().map(|patch| &patch.dependency);
        let mut sources: BTreeSet<String> = dependencies
            .chain(patched)
            .filter_map(|dependency| match &dependency.source {
                Source::Git { url, .. } => Some(format!("git+{url}")),
                Source::Registry(Some(Registry::Index(index))) => Some(index.clone()),
                Source::Registry(_) | Source::Path(_) => None,
            })
            .collect();
        sources.extend(endpoint::registries(project).map(|(_, index)| index.to_owned()));
        sources.insert(endpoint::CRATES_IO.to_owned());
        Self::of(project, &sources)
    }

    /// For programs of crates.io, with Cargo's settings that say where its crates come from instead.
    pub(super) fn of_programs(project: &Project) -> (Self, Option<String>) {
        let access = Self::of(project, &[endpoint::CRATES_IO.to_owned()].into());
        let is_elsewhere = match Endpoints::new(project).of(endpoint::CRATES_IO) {
            Endpoint::Registry(_) | Endpoint::Git(_) => true,
            // What a project has vendored are not its tools.
            Endpoint::CratesIo | Endpoint::Local => false,
        };
        (access, settings::of_sources(project).filter(|_| is_elsewhere))
    }

    /// For the sources of a lockfile.
    fn of(project: &Project, sources: &BTreeSet<String>) -> Self {
        let endpoints = Endpoints::new(project);
        let mut registries = BTreeMap::new();
        let mut git: Option<GitAccess> = None;
        let mut ask = |url: &str| {
            let git = git.get_or_insert_default();
            git.hosts.extend(endpoint::http_host(url));
        };
        for source in sources {
            match endpoints.of(source) {
                Endpoint::CratesIo | Endpoint::Local => {}
                Endpoint::Git(url) => ask(url),
                Endpoint::Registry(index) => {
                    if !index.starts_with("sparse+") {
                        ask(index);
                    }
                    if let Some(registry) = endpoints.named(index) {
                        registries.entry(registry.name.clone()).or_insert(registry);
                    }
                }
            }
        }
        if let Some(git) = &mut git {
            git.known = settings::known_hosts(project);
        }
        let certificates = settings::certificates(project);
        Self {
            registries: registries.into_values().collect(),
            git,
            settings: settings::of(project),
            certificates,
        }
    }

    /// The ids of the secrets that may let a step in.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        let tokens = self.registries.iter().flat_map(|one| [Some(one.secret()), one.host_secret()]).flatten();
        let credentials = (!self.registries.is_empty()).then_some(CREDENTIALS);
        let hosts = self.git.iter().flat_map(|git| &git.hosts).map(|host| git_token(host));
        let git = self.git.iter().flat_map(|_| [NETRC, KNOWN_HOSTS]);
        tokens.chain(hosts).chain(credentials.into_iter().chain(git).map(str::to_owned)).collect()
    }

    /// True if nothing may be needed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn displayed<S: Serializer>(values: &BTreeSet<RelPath>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}

#[cfg(test)]
mod tests;
