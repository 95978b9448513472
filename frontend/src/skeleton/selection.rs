//! What is built: the input of every skeleton.

use std::collections::{BTreeMap, BTreeSet};

/// The packages, features and platforms of one Cargo invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Names of the selected members; at least one. Cargo unifies features over all of them.
    pub packages: BTreeSet<String>,
    /// The features asked for.
    pub features: Features,
    /// Names of the binaries to build; empty means every target that `cargo build` builds.
    pub binaries: BTreeSet<String>,
    /// The profile: `release`, `dev`, or one of the project's own.
    pub profile: String,
    /// Keys of the profile that are set for this build, with their values; they go before what the project says.
    pub profile_keys: BTreeMap<String, String>,
    /// The triple given to `--target`; always given, even when it is the host's.
    pub target: String,
    /// The triple of the toolchain, for which build scripts and proc macros are built.
    pub host: String,
    /// Flags that reach `rustc` for the target besides those in Cargo's configuration; `--cfg` and
    /// `-C target-feature` among them decide which conditional dependencies are active.
    pub rustflags: Vec<String>,
    /// Whether `cargo test` is what builds, with tests, examples and the dev-dependencies.
    pub tests: bool,
}

/// The features of a selection, as `cargo build` takes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `--features`, each `name` or `package/name`.
    pub names: BTreeSet<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}
