//! Which files the project model still needs: a walk without I/O.
//!
//! [`step`] looks at the names in the build context and at the contents read so far, and answers either with
//! the files to read next or with [`Step::Done`]. The caller reads, adds the contents to the [`Tree`] and asks
//! again. A step never names a file twice once its contents are there, so the walk ends.

use std::collections::BTreeSet;

use crate::diagnostic::Checked;
use crate::name::RelPath;
use crate::tree::Tree;

/// What the walk needs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The contents of these files; every one of them is a listed regular file (links followed) of a size that
    /// is allowed.
    Need(BTreeSet<RelPath>),
    /// Nothing: [`crate::project::load`] will find all it asks for.
    Done,
}

/// Says what to read next.
///
/// Errors: no manifest at the root, a manifest that is too large, not UTF-8, not TOML, or that names a member,
/// a path dependency or a file that is not in the context.
pub fn step(_tree: &Tree) -> Checked<Step> {
    Err(vec![crate::diagnostic::Diagnostic::error("discovery does not exist yet")])
}
