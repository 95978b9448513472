//! Fuzz targets for everything that parses bytes from outside.
//!
//! A target takes any bytes. It panics if a parser does, or if the result breaks a rule of ARCHITECTURE.md. The test
//! `corpus` passes every file of `corpus/<target>/` to its target; `cargo bed fuzz` looks for new inputs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a target that meets the unexpected has failed")]

mod definition;
mod job;
mod name;
mod project;

use supercargo_agent::fuzz as agent;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is also that of the directory of its corpus.
    pub name: &'static str,
    /// Runs it once.
    pub run: fn(&[u8]),
}

/// Every target, in the order of names.
pub const TARGETS: [Target; 15] = [
    Target { name: "cargo-config", run: agent::configuration },
    Target { name: "cargo-messages", run: agent::messages },
    Target { name: "definition", run: definition::definition },
    Target { name: "dockerfile", run: project::dockerfile },
    Target { name: "elf", run: agent::elf },
    Target { name: "ignore", run: name::ignore },
    Target { name: "image-config", run: project::image_config },
    Target { name: "job", run: job::job },
    Target { name: "lockfile", run: project::lockfile },
    Target { name: "manifests", run: project::manifests },
    Target { name: "names", run: name::names },
    Target { name: "netrc", run: agent::netrc },
    Target { name: "options", run: project::options },
    Target { name: "sbom", run: project::sbom },
    Target { name: "sccache", run: agent::sccache },
];

/// The target called `name`.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
