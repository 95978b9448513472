//! Servers on the loopback interface that want to know who asks: a registry, git over HTTP, git over SSH.

pub(crate) mod asking;
mod files;
mod git;
mod http;
mod registry;
mod ssh;

pub(crate) use files::files;
pub(crate) use git::GitSite;
pub(crate) use http::Authority;
pub(crate) use registry::Registry;
pub(crate) use ssh::SshSite;
