//! Tmpfs mounts: directories in memory.

use buildkit_proto::{cap, pb};

use super::{Mount, MountKind};

/// An empty directory in memory, gone when the exec ends.
///
/// ```
/// use buildkit_llb::Mount;
///
/// let tmp = Mount::tmpfs("/tmp").size(64 << 20);
/// # let _ = tmp;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TmpfsMount {
    dest: String,
    tmpfs: Tmpfs,
}

#[derive(Clone, Debug)]
pub(in crate::exec) struct Tmpfs {
    /// Bytes; 0 for no limit of our own.
    size: i64,
}

impl TmpfsMount {
    pub(super) fn new(dest: String) -> Self {
        Self { dest, tmpfs: Tmpfs { size: 0 } }
    }

    /// The most that it may hold, in bytes.
    pub fn size(mut self, bytes: u64) -> Self {
        self.tmpfs.size = i64::try_from(bytes).unwrap_or(i64::MAX);
        self
    }
}

impl From<TmpfsMount> for Mount {
    fn from(mount: TmpfsMount) -> Self {
        Self { dest: mount.dest, kind: MountKind::Tmpfs(mount.tmpfs) }
    }
}

impl Tmpfs {
    pub(super) fn write(&self, mount: &mut pb::Mount) {
        mount.set_mount_type(pb::MountType::Tmpfs);
        mount.tmpfs_opt = Some(pb::TmpfsOpt { size: self.size });
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        let mut caps = vec![cap::EXEC_MOUNT_TMPFS];
        if self.size > 0 {
            caps.push(cap::EXEC_MOUNT_TMPFS_SIZE);
        }
        caps
    }
}
