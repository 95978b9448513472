//! How a fetch reaches what not everybody may see.
//!
//! A job names secrets and never holds one. Each is a file that is there if the client passed it.

use serde::{Deserialize, Serialize};

/// Where the secret `ca` is: certificates in PEM that stand beside those of the system.
pub const CERTIFICATES: &str = "/run/secrets/ca";

/// What a fetch may have beside the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Access {
    /// Registries that may want a token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registries: Vec<RegistryAccess>,
    /// A `credentials.toml` of Cargo's, for any of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Secret>,
    /// What git may need, if anything comes from a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<GitAccess>,
    /// Settings of Cargo's for the network, in TOML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// Absolute paths of further certificates in PEM.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
}

impl Access {
    /// True if there is nothing to it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A secret of the client's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Secret {
    /// The id that the client knows it by.
    pub id: String,
    /// Absolute path of its file; there is none if the client did not pass it.
    pub path: String,
}

/// A registry that may want a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RegistryAccess {
    /// The name that Cargo's configuration has for it.
    pub name: String,
    /// The URL of its index.
    pub index: String,
    /// True if Cargo's configuration does not tell that name, so that it must be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    /// The token that is passed by the registry's name.
    pub token: Secret,
    /// The token that is passed by the host of the index, which goes before the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_token: Option<Secret>,
}

/// What git may need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GitAccess {
    /// Hosts that are asked over HTTP, in lower case and without a port.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<HostAccess>,
    /// Names and passwords as `.netrc` has them.
    pub netrc: Secret,
    /// Absolute path of the socket of the client's SSH agent; there is none if the client did not pass it.
    pub agent: String,
    /// The keys of hosts that are asked over SSH, as `known_hosts` has them.
    pub known_hosts: Secret,
    /// Such lines that Cargo's configuration has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// A host that may want a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HostAccess {
    /// The host.
    pub host: String,
    /// The token, or a name and a password with a colon between them.
    pub token: Secret,
}
