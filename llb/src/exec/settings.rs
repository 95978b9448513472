//! What an exec may be given beside arguments and mounts.

use buildkit_proto::pb;

/// What an exec reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// The engine's build network.
    #[default]
    Sandbox,
    /// The host's network; the user must allow it.
    Host,
    /// Loopback only.
    None,
}

impl From<Network> for pb::NetMode {
    fn from(network: Network) -> Self {
        match network {
            Network::Sandbox => Self::Unset,
            Network::Host => Self::Host,
            Network::None => Self::None,
        }
    }
}

/// How an exec is confined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// As any container of a build.
    #[default]
    Sandbox,
    /// With all privileges; the user must allow it.
    Insecure,
}

impl From<Security> for pb::SecurityMode {
    fn from(security: Security) -> Self {
        match security {
            Security::Sandbox => Self::Sandbox,
            Security::Insecure => Self::Insecure,
        }
    }
}

/// A resource limit, such as `nofile`.
///
/// Units: those of `setrlimit`; -1 is unlimited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ulimit {
    name: String,
    soft: i64,
    hard: i64,
}

impl Ulimit {
    /// A limit by its name without `RLIMIT_`, in lower case.
    #[must_use]
    pub fn new(name: impl Into<String>, soft: i64, hard: i64) -> Self {
        Self { name: name.into(), soft, hard }
    }

    pub(crate) fn to_pb(&self) -> pb::Ulimit {
        pb::Ulimit { name: self.name.clone(), soft: self.soft, hard: self.hard }
    }
}

/// A secret as an environment variable. The value is neither in the graph nor in a cache key; the id and the name are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEnv {
    pub(crate) name: String,
    pub(crate) id: String,
    optional: bool,
}

impl SecretEnv {
    /// The variable of this name holds the secret of this id; without the secret the exec fails.
    #[must_use]
    pub fn new(name: impl Into<String>, id: &str) -> Self {
        Self { name: name.into(), id: id.to_owned(), optional: false }
    }

    /// Without the secret the variable is empty and the exec goes on.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(crate) fn to_pb(&self) -> pb::SecretEnv {
        pb::SecretEnv { id: self.id.clone(), name: self.name.clone(), optional: self.optional }
    }
}

/// Proxy variables, which reach the program and do not count for the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ProxyEnv(pb::ProxyEnv);

impl ProxyEnv {
    /// No proxies yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `HTTP_PROXY`.
    pub fn http(mut self, url: impl Into<String>) -> Self {
        self.0.http_proxy = url.into();
        self
    }

    /// Sets `HTTPS_PROXY`.
    pub fn https(mut self, url: impl Into<String>) -> Self {
        self.0.https_proxy = url.into();
        self
    }

    /// Sets `FTP_PROXY`.
    pub fn ftp(mut self, url: impl Into<String>) -> Self {
        self.0.ftp_proxy = url.into();
        self
    }

    /// Sets `NO_PROXY`.
    pub fn no_proxy(mut self, hosts: impl Into<String>) -> Self {
        self.0.no_proxy = hosts.into();
        self
    }

    /// Sets `ALL_PROXY`.
    pub fn all(mut self, url: impl Into<String>) -> Self {
        self.0.all_proxy = url.into();
        self
    }

    pub(crate) fn to_pb(&self) -> pb::ProxyEnv {
        self.0.clone()
    }
}
