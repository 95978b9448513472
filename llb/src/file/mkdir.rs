//! Making directories.

use buildkit_proto::pb;

use super::{Owner, time};
use crate::path;

/// Makes a directory.
///
/// Units: the mode is permission bits, `0755` unless said otherwise; an engine with a umask may take some away.
///
/// ```
/// use buildkit_llb::{FileOp, file::{Mkdir, Owner}};
///
/// let home = FileOp::on_scratch().mkdir(Mkdir::new("/home/app").parents().owner(Owner::ids(1000, 1000))).output();
/// # let _ = home;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Mkdir {
    path: String,
    mode: u32,
    parents: bool,
    owner: Option<Owner>,
    timestamp: Option<u64>,
}

impl Mkdir {
    /// A directory at this path.
    pub fn new(path: impl AsRef<str>) -> Self {
        Self { path: path::clean(path.as_ref()), mode: 0o755, parents: false, owner: None, timestamp: None }
    }

    /// The directory's permission bits.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// Makes missing parents too, and is content if the directory is there.
    pub fn parents(mut self) -> Self {
        self.parents = true;
        self
    }

    /// Who the directory belongs to; root unless said otherwise.
    pub fn owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// The directory's time, in seconds since the epoch.
    pub fn timestamp(mut self, seconds: u64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    pub(super) fn owner_ref(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    pub(super) fn to_pb(&self, base: i64) -> pb::FileActionMkDir {
        pb::FileActionMkDir {
            path: self.path.clone(),
            mode: self.mode.cast_signed(),
            make_parents: self.parents,
            owner: self.owner.as_ref().map(|owner| owner.to_pb(base)),
            timestamp: self.timestamp.map_or(time::UNSET, time::from_seconds),
        }
    }
}
