//! Mounts: what an exec sees beside its root.

mod bind;
mod cache;
mod secret;
mod ssh;
mod tmpfs;

use buildkit_proto::pb;

pub(super) use bind::Bind;
pub use bind::{BindMount, InputMount};
pub use cache::{CacheMount, Sharing};
pub use secret::SecretMount;
pub use ssh::SshMount;
pub use tmpfs::TmpfsMount;

use crate::error::ProblemKind;
use crate::path;
use crate::vertex::{Inputs, Output};

/// Any mount that has no output, and the place where all kinds of mounts start.
///
/// | made by | what the exec sees | what becomes of its writes |
/// |---|---|---|
/// | [`Mount::bind`] | another file system | an [`Output`] of the exec |
/// | [`Mount::scratch`] | an empty directory | an [`Output`] of the exec |
/// | `Mount::bind(…).readonly()` | another file system | cannot write |
/// | `Mount::bind(…).no_output()` | another file system | thrown away |
/// | [`Mount::cache`] | what earlier runs left there | kept for later runs on this machine |
/// | [`Mount::tmpfs`] | an empty directory in memory | thrown away |
/// | [`Mount::secret`] | a file of the client's | cannot write |
/// | [`Mount::ssh`] | the socket of the client's SSH agent | cannot write |
///
/// Shape: the destination is absolute; relative ones start at `/`. Mounts are sorted by destination, so the order in which
/// they are added changes nothing.
#[derive(Clone, Debug)]
pub struct Mount {
    pub(super) dest: String,
    pub(super) kind: MountKind,
}

#[derive(Clone, Debug)]
pub(super) enum MountKind {
    Bind(bind::Bind),
    Cache(cache::Cache),
    Tmpfs(tmpfs::Tmpfs),
    Secret(secret::Secret),
    Ssh(ssh::Ssh),
}

/// Whether an input's content counts for the cache, beside the way in which it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentCache {
    /// As BuildKit sees fit: on for what is mounted without an output, off for the root.
    #[default]
    Auto,
    /// The content is hashed once the input is there. The exec is not run again when other steps made the same files.
    On,
    /// The content is not hashed, which saves reading a large input.
    Off,
}

impl From<ContentCache> for pb::MountContentCache {
    fn from(mode: ContentCache) -> Self {
        match mode {
            ContentCache::Auto => Self::Default,
            ContentCache::On => Self::On,
            ContentCache::Off => Self::Off,
        }
    }
}

/// The promise of an output, given by [`Exec::mount`](super::Exec::mount) and kept by [`Exec::output`](super::Exec::output).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountOutput {
    pub(super) dest: String,
}

impl Mount {
    /// A file system at `dest`, writable; what the exec leaves there is an output.
    pub fn bind(source: Output, dest: impl AsRef<str>) -> BindMount {
        BindMount::new(source, path::clean(dest.as_ref()))
    }

    /// An empty directory at `dest`, writable; what the exec leaves there is an output.
    pub fn scratch(dest: impl AsRef<str>) -> BindMount {
        Self::bind(Output::scratch(), dest)
    }

    /// A directory at `dest` that is kept between runs on one machine, by its id.
    pub fn cache(dest: impl AsRef<str>, id: &str) -> CacheMount {
        CacheMount::new(path::clean(dest.as_ref()), id)
    }

    /// An empty directory in memory at `dest`.
    pub fn tmpfs(dest: impl AsRef<str>) -> TmpfsMount {
        TmpfsMount::new(path::clean(dest.as_ref()))
    }

    /// The secret of this id as a file at `dest`.
    pub fn secret(dest: impl AsRef<str>, id: &str) -> SecretMount {
        SecretMount::new(path::clean(dest.as_ref()), id)
    }

    /// The socket of the client's SSH agent at `dest`; set `SSH_AUTH_SOCK` to the same path.
    pub fn ssh(dest: impl AsRef<str>) -> SshMount {
        SshMount::new(path::clean(dest.as_ref()))
    }

    /// Where the mount is.
    #[must_use]
    pub fn dest(&self) -> &str {
        &self.dest
    }

    /// File systems first, then secrets, then agents; each by destination. The order of BuildKit's own client.
    pub(super) fn order(&self) -> (u8, &str) {
        let group = match self.kind {
            MountKind::Bind(_) | MountKind::Cache(_) | MountKind::Tmpfs(_) => 0,
            MountKind::Secret(_) => 1,
            MountKind::Ssh(_) => 2,
        };
        (group, &self.dest)
    }

    pub(super) fn has_output(&self) -> bool {
        matches!(&self.kind, MountKind::Bind(bind) if bind.has_output())
    }

    /// The mount on the wire, but for its output.
    pub(super) fn to_pb(&self, inputs: &mut Inputs) -> pb::Mount {
        let mut mount = pb::Mount { input: -1, dest: self.dest.clone(), output: -1, ..pb::Mount::default() };
        match &self.kind {
            MountKind::Bind(bind) => bind.write(&mut mount, inputs),
            MountKind::Cache(cache) => cache.write(&mut mount, inputs),
            MountKind::Tmpfs(tmpfs) => tmpfs.write(&mut mount),
            MountKind::Secret(secret) => secret.write(&mut mount),
            MountKind::Ssh(ssh) => ssh.write(&mut mount),
        }
        mount
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        match &self.kind {
            MountKind::Bind(bind) => bind.caps(),
            MountKind::Cache(cache) => cache.caps(),
            MountKind::Tmpfs(tmpfs) => tmpfs.caps(),
            MountKind::Secret(_) => secret::caps(),
            MountKind::Ssh(_) => ssh::caps(),
        }
    }

    pub(super) fn problem(&self) -> Option<ProblemKind> {
        let dest = || self.dest.clone();
        match &self.kind {
            MountKind::Bind(bind) => bind.problem(&self.dest),
            MountKind::Cache(cache) => cache.id_is_empty().then(|| ProblemKind::EmptyId(dest())),
            MountKind::Tmpfs(_) => None,
            MountKind::Secret(secret) => secret.id_is_empty().then(|| ProblemKind::EmptyId(dest())),
            MountKind::Ssh(ssh) => ssh.id_is_empty().then(|| ProblemKind::EmptyId(dest())),
        }
    }
}

/// A mount that an exec can take. A [`BindMount`] gives the token of its output, every other kind gives nothing.
///
/// Sealed: the kinds of mounts are BuildKit's.
pub trait Attach: sealed::IntoMount {
    /// What [`Exec::mount`](super::Exec::mount) returns.
    type Token;

    #[doc(hidden)]
    fn attach(self) -> (Mount, Self::Token);
}

mod sealed {
    pub trait IntoMount {}
    impl IntoMount for super::BindMount {}
    impl<M: Into<super::Mount>> IntoMount for M {}
}

impl<M: Into<Mount>> Attach for M {
    type Token = ();

    fn attach(self) -> (Mount, ()) {
        (self.into(), ())
    }
}

impl Attach for BindMount {
    type Token = MountOutput;

    fn attach(self) -> (Mount, MountOutput) {
        let token = MountOutput { dest: self.dest().to_owned() };
        (self.into_mount(), token)
    }
}

/// The path within an input; `/` is the whole input.
fn selector(path: &str) -> String {
    let cleaned = path::clean(path);
    if cleaned == "/" { String::new() } else { cleaned }
}
