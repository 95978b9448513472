//! Which part of the context the real build reads.

use std::collections::{BTreeMap, BTreeSet};

use super::selection::Selection;
use crate::diagnostic::{Checked, Diagnostic};
use crate::name::RelPath;
use crate::project::Project;

/// The real sources of a selection, without the members that it does not need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceView {
    /// Directories that are no input of the build.
    pub excluded: BTreeSet<RelPath>,
    /// Files laid over the context so that Cargo does not miss what is excluded. Empty when every member is
    /// needed: then the user's files are used as they are.
    pub overlays: BTreeMap<RelPath, Vec<u8>>,
    /// Whether Cargo takes `--locked`: only if the lockfile is the user's own.
    pub locked: bool,
    /// True if the lockfile of the real build names external packages that the skeleton's does not, so that
    /// Cargo needs their index entries to work offline.
    pub needs_index: bool,
}

/// The view for `selection`.
pub fn source_view(_project: &Project, _selection: &Selection) -> Checked<SourceView> {
    Err(vec![Diagnostic::error("source views do not exist yet")])
}
