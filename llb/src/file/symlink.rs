//! Making symbolic links.

use buildkit_proto::{cap, pb};

use super::{Owner, time};
use crate::path;

/// Makes a symbolic link where nothing is yet.
///
/// ```
/// use buildkit_llb::{FileOp, file::Symlink};
///
/// let usr = FileOp::on_scratch().symlink(Symlink::new("usr/bin", "/bin")).output();
/// # let _ = usr;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Symlink {
    target: String,
    path: String,
    owner: Option<Owner>,
    timestamp: Option<u64>,
}

impl Symlink {
    /// A link at `path` whose text is `target`, kept as it is.
    pub fn new(target: impl Into<String>, path: &str) -> Self {
        Self { target: target.into(), path: path::clean(path), owner: None, timestamp: None }
    }

    /// Who the link belongs to; root unless said otherwise.
    pub fn owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// The link's time, in seconds since the epoch.
    pub fn timestamp(mut self, seconds: u64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    pub(super) fn caps() -> Vec<&'static str> {
        vec![cap::FILE_SYMLINK_CREATE]
    }

    pub(super) fn owner_ref(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    pub(super) fn to_pb(&self, base: i64) -> pb::FileActionSymlink {
        pb::FileActionSymlink {
            oldpath: self.target.clone(),
            newpath: self.path.clone(),
            owner: self.owner.as_ref().map(|owner| owner.to_pb(base)),
            timestamp: self.timestamp.map_or(time::UNSET, time::from_seconds),
        }
    }
}
