//! Making files.

use buildkit_proto::pb;

use super::{Owner, time};
use crate::path;

/// Makes a file. Its directory must exist; a file that is there is overwritten and keeps its mode.
///
/// Units: the mode is permission bits, `0644` unless said otherwise; an engine with a umask may take some away.
///
/// ```
/// use buildkit_llb::{FileOp, file::MkFile};
///
/// let motd = FileOp::on_scratch().mkfile(MkFile::new("/motd", "welcome\n").mode(0o600).timestamp(0)).output();
/// # let _ = motd;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct MkFile {
    path: String,
    data: Vec<u8>,
    mode: u32,
    owner: Option<Owner>,
    timestamp: Option<u64>,
}

impl MkFile {
    /// A file at this path with this content.
    pub fn new(path: impl AsRef<str>, data: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path::clean(path.as_ref()),
            data: data.into(),
            mode: 0o644,
            owner: None,
            timestamp: None,
        }
    }

    /// The file's permission bits.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// Who the file belongs to; root unless said otherwise.
    pub fn owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// The file's time, in seconds since the epoch.
    pub fn timestamp(mut self, seconds: u64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    pub(super) fn owner_ref(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    pub(super) fn to_pb(&self, base: i64) -> pb::FileActionMkFile {
        pb::FileActionMkFile {
            path: self.path.clone(),
            mode: self.mode.cast_signed(),
            data: self.data.clone(),
            owner: self.owner.as_ref().map(|owner| owner.to_pb(base)),
            timestamp: self.timestamp.map_or(time::UNSET, time::from_seconds),
        }
    }
}
