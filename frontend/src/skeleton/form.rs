//! The skeleton as a value.

use std::collections::{BTreeMap, BTreeSet};

use crate::name::RelPath;

/// Generated files that compile the dependencies of a selection.
///
/// Shape: paths are relative to the workspace's root; contents are UTF-8 with LF.
/// The lockfile holds everything that is reachable; Cargo may drop edges from it that only packages outside the
/// skeleton needed, so it is used *without* `--locked`. It holds every version that can be chosen, so that Cargo
/// never chooses one itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    /// The files.
    pub files: BTreeMap<RelPath, Vec<u8>>,
    /// Names of the synthetic packages, whose artifacts belong to no output.
    pub stubs: Vec<String>,
    /// The package and target selection for `cargo build`, without profile, `--target` or feature flags:
    /// those the caller gives exactly as in the real build, except that a skeleton takes no feature flags.
    pub arguments: Vec<String>,
    /// Directories whose real files must be laid over the skeleton: external packages are built with them.
    pub patched: BTreeSet<RelPath>,
    /// Files in the context that Cargo's configuration names, such as a linker wrapper.
    pub referenced: BTreeSet<RelPath>,
    /// How the skeleton was made.
    pub form: Form,
}

/// How a skeleton stands for the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One synthetic package with the union of all external dependencies, features resolved.
    Flattened,
    /// Every local manifest, canonicalised, with stub targets.
    PerMember {
        /// Why flattening does not model this project; a fragment that follows "because".
        because: String,
    },
}

/// What can be made of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The skeleton.
    Ready(Box<Skeleton>),
    /// Nothing yet: the project has no lockfile, and a skeleton pins what a lockfile says.
    NeedsLockfile,
    /// Nothing: the project builds, but without a layer of its own for dependencies.
    Impossible {
        /// Why; a fragment that follows "because".
        because: String,
    },
}
