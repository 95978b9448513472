//! Removing files.

use buildkit_proto::{cap, pb};

use crate::path;

/// Removes a file, or a directory with all that is in it.
///
/// ```
/// use buildkit_llb::{FileOp, file::{MkFile, Rm}};
///
/// let base = FileOp::on_scratch().mkfile(MkFile::new("/a", "")).output();
/// let empty = FileOp::on(base).rm(Rm::new("/*").allow_wildcard().allow_not_found()).output();
/// # let _ = empty;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Rm {
    path: String,
    allow_not_found: bool,
    allow_wildcard: bool,
}

impl Rm {
    /// Whatever is at this path.
    pub fn new(path: impl AsRef<str>) -> Self {
        Self { path: path::clean(path.as_ref()), allow_not_found: false, allow_wildcard: false }
    }

    /// Is content if there is nothing at the path.
    pub fn allow_not_found(mut self) -> Self {
        self.allow_not_found = true;
        self
    }

    /// Takes the path for a pattern and removes all that match.
    pub fn allow_wildcard(mut self) -> Self {
        self.allow_wildcard = true;
        self
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        if self.allow_wildcard { vec![cap::FILE_RM_WILDCARD] } else { Vec::new() }
    }

    pub(super) fn to_pb(&self) -> pb::FileActionRm {
        pb::FileActionRm {
            path: self.path.clone(),
            allow_not_found: self.allow_not_found,
            allow_wildcard: self.allow_wildcard,
        }
    }
}
