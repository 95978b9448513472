//! SSH mounts: the client's agent.

use buildkit_proto::{cap, pb};

use super::{Mount, MountKind};

/// The socket of an SSH agent that the client forwards.
///
/// Units: the mode is permission bits; `0600` unless said otherwise, root's. The agent's id is `default` unless said
/// otherwise.
///
/// ```
/// use buildkit_llb::Mount;
///
/// let agent = Mount::ssh("/run/ssh.sock").optional();
/// # let _ = agent;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SshMount {
    dest: String,
    ssh: Ssh,
}

#[derive(Clone, Debug)]
pub(in crate::exec) struct Ssh {
    id: String,
    uid: u32,
    gid: u32,
    mode: u32,
    optional: bool,
}

impl SshMount {
    pub(super) fn new(dest: String) -> Self {
        Self { dest, ssh: Ssh { id: "default".to_owned(), uid: 0, gid: 0, mode: 0o600, optional: false } }
    }

    /// The agent's id.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.ssh.id = id.into();
        self
    }

    /// The socket's numeric owner and group.
    pub fn owner(mut self, uid: u32, gid: u32) -> Self {
        self.ssh.uid = uid;
        self.ssh.gid = gid;
        self
    }

    /// The socket's permission bits.
    pub fn mode(mut self, mode: u32) -> Self {
        self.ssh.mode = mode;
        self
    }

    /// Without the agent there is no socket and the exec goes on; otherwise it fails.
    pub fn optional(mut self) -> Self {
        self.ssh.optional = true;
        self
    }
}

impl From<SshMount> for Mount {
    fn from(mount: SshMount) -> Self {
        Self { dest: mount.dest, kind: MountKind::Ssh(mount.ssh) }
    }
}

pub(super) fn caps() -> Vec<&'static str> {
    vec![cap::EXEC_MOUNT_SSH]
}

impl Ssh {
    pub(super) fn id_is_empty(&self) -> bool {
        self.id.is_empty()
    }

    pub(super) fn write(&self, mount: &mut pb::Mount) {
        // BuildKit's own client leaves the output of these mounts at 0, which the daemon ignores; the bytes must be the same.
        mount.output = 0;
        mount.set_mount_type(pb::MountType::Ssh);
        mount.ssh_opt = Some(pb::SshOpt {
            id: self.id.clone(),
            uid: self.uid,
            gid: self.gid,
            mode: self.mode,
            optional: self.optional,
        });
    }
}
