//! Where things are inside a compile step.
//!
//! Compiled dependencies remember these paths, so they are the same in every step of every build, and changing one
//! makes every cache anew.

use crate::name::RelPath;

/// The user's workspace, or the skeleton that stands in for it.
pub const WORKSPACE: &str = "/workspace";

/// A directory of the workspace.
#[must_use]
pub fn in_workspace(directory: &RelPath) -> String {
    if directory.is_root() { WORKSPACE.to_owned() } else { format!("{WORKSPACE}/{directory}") }
}

/// `CARGO_HOME`.
pub const CARGO_HOME: &str = "/supercargo/cargo";

/// Cargo's settings for all directories below `/supercargo`: `cargo install` looks for them beside and above
/// [`CARGO_HOME`], not in the current directory.
pub const CARGO_SETTINGS: &str = "/supercargo/.cargo";

/// Where cargo unpacks archives, within [`CARGO_HOME`].
pub const CARGO_SOURCES: &str = "/supercargo/cargo/registry/src";

/// Where cargo checks out revisions of git repositories, within [`CARGO_HOME`].
pub const CARGO_CHECKOUTS: &str = "/supercargo/cargo/git/checkouts";

/// Cargo's target directory.
pub const TARGET: &str = "/supercargo/target";

/// What the dependency step hands out: the live artifacts of one lockfile, laid out as in [`TARGET`].
pub const DEPS: &str = "/supercargo/deps";

/// The cache mount that keeps downloaded crates.
pub const DOWNLOADS: &str = "/supercargo/downloads";

/// The cache mount that keeps what npm downloads.
pub const NPM: &str = "/supercargo/npm";

/// Where `cargo install` leaves a tool, and where each crate's are mounted below.
pub const TOOLS: &str = "/supercargo/tools";

/// The cache mount that is sccache's local storage.
pub const SCCACHE: &str = "/supercargo/sccache";

/// The secret with the credentials of sccache's storage.
pub const SCCACHE_SECRET: &str = "/run/secrets/supercargo-sccache";

/// The secrets of the client, each under its id.
pub const SECRETS: &str = "/run/secrets";

/// The socket of the client's SSH agent.
pub const SSH_AGENT: &str = "/run/supercargo/ssh-agent";

/// Certificates of the context.
pub const CERTIFICATES: &str = "/run/supercargo/certificates";

/// What the last compile hands out: `bin/<name>`, `symbols/<name>.debug` where they are split off, and `report.json`.
pub const OUT: &str = "/supercargo/out";

/// The agent.
pub const AGENT: &str = "/supercargo/agent";

/// The directory in which the C compiler finds the linker that was asked for.
pub const LINKER: &str = "/supercargo/linker";

/// The ledger of modification times, beside what it describes.
pub const LEDGER: &str = "/supercargo/target/.supercargo-ledger.json";

/// The cache mount that keeps package lists and packages of the system.
pub const PACKAGES: &str = "/supercargo/packages";

/// The agent in a step whose root becomes the image: directly below the root, so that no directory is left behind.
pub const AGENT_IN_IMAGE: &str = "/.supercargo-agent";

/// The cache mount for packages in such a step.
pub const PACKAGES_IN_IMAGE: &str = "/.supercargo-packages";

/// What the binaries need, in the audit.
pub const NEEDS: &str = "/supercargo/needs.json";

/// The runtime base, in the audit.
pub const BASE: &str = "/supercargo/base";

/// What the audit lays over the base.
pub const LIBRARIES: &str = "/supercargo/libraries";

/// Where debuggers and Rust's own backtraces look for the symbols of a program, in an image; the program's own path follows.
pub const SYMBOLS: &str = "/usr/lib/debug";
