//! Secret mounts: files that the client holds and no layer keeps.

use buildkit_proto::{cap, pb};

use super::{Mount, MountKind};

/// A secret of the client as a file in memory. Its value is in no layer and in no cache key; the id, the path and the mode are
/// part of the key.
///
/// Units: the mode is permission bits; `0400` unless said otherwise, root's.
///
/// ```
/// use buildkit_llb::Mount;
///
/// let token = Mount::secret("/run/secrets/token", "token").optional();
/// # let _ = token;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SecretMount {
    dest: String,
    secret: Secret,
}

#[derive(Clone, Debug)]
pub(in crate::exec) struct Secret {
    id: String,
    uid: u32,
    gid: u32,
    mode: u32,
    optional: bool,
}

impl SecretMount {
    pub(super) fn new(dest: String, id: &str) -> Self {
        Self { dest, secret: Secret { id: id.to_owned(), uid: 0, gid: 0, mode: 0o400, optional: false } }
    }

    /// The file's numeric owner and group.
    pub fn owner(mut self, uid: u32, gid: u32) -> Self {
        self.secret.uid = uid;
        self.secret.gid = gid;
        self
    }

    /// The file's permission bits.
    pub fn mode(mut self, mode: u32) -> Self {
        self.secret.mode = mode;
        self
    }

    /// Without the secret there is no file and the exec goes on; otherwise it fails.
    pub fn optional(mut self) -> Self {
        self.secret.optional = true;
        self
    }
}

impl From<SecretMount> for Mount {
    fn from(mount: SecretMount) -> Self {
        Self { dest: mount.dest, kind: MountKind::Secret(mount.secret) }
    }
}

pub(super) fn caps() -> Vec<&'static str> {
    vec![cap::EXEC_MOUNT_SECRET]
}

impl Secret {
    pub(super) fn id_is_empty(&self) -> bool {
        self.id.is_empty()
    }

    pub(super) fn write(&self, mount: &mut pb::Mount) {
        // BuildKit's own client leaves the output of these mounts at 0, which the daemon ignores; the bytes must be the same.
        mount.output = 0;
        mount.set_mount_type(pb::MountType::Secret);
        mount.secret_opt = Some(pb::SecretOpt {
            id: self.id.clone(),
            uid: self.uid,
            gid: self.gid,
            mode: self.mode,
            optional: self.optional,
        });
    }
}
