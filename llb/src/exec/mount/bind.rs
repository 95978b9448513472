//! Bind mounts: another file system of the graph.

use buildkit_proto::{cap, pb};

use super::{ContentCache, Mount, MountKind, selector};
use crate::error::ProblemKind;
use crate::vertex::{Inputs, Output};

/// A writable bind mount whose result is an output of the exec.
///
/// ```
/// use buildkit_llb::{Exec, FileOp, Mount, Platform, file::MkFile};
///
/// let source = FileOp::on_scratch().mkfile(MkFile::new("/a", "a")).output();
/// let mut exec = Exec::new(source.clone(), ["true"]).platform(Platform::new("linux", "amd64"));
/// let work = exec.mount(Mount::bind(source.clone(), "/work"));
/// let target = exec.mount(Mount::scratch("/target"));
/// exec.mount(Mount::bind(source, "/src").readonly().selector("/a"));
/// assert_ne!(exec.output(&work), exec.output(&target));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct BindMount {
    dest: String,
    bind: Bind,
}

/// A bind mount without an output: read-only, or with its writes thrown away.
#[derive(Clone, Debug)]
#[must_use]
pub struct InputMount {
    dest: String,
    bind: Bind,
}

#[derive(Clone, Debug)]
pub(in crate::exec) struct Bind {
    source: Output,
    selector: String,
    access: Access,
    content_cache: ContentCache,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Output,
    Readonly,
    Discard,
}

impl BindMount {
    pub(super) fn new(source: Output, dest: String) -> Self {
        Self { dest, bind: Bind::writable(source) }
    }

    pub(super) fn dest(&self) -> &str {
        &self.dest
    }

    pub(super) fn into_mount(self) -> Mount {
        Mount { dest: self.dest, kind: MountKind::Bind(self.bind) }
    }

    /// Mounts one path of the input. The output is the whole input all the same, with that path changed.
    pub fn selector(mut self, path: &str) -> Self {
        self.bind.selector = selector(path);
        self
    }

    /// Says whether the input's content counts for the cache.
    pub fn content_cache(mut self, mode: ContentCache) -> Self {
        self.bind.content_cache = mode;
        self
    }

    /// Forbids writing; the mount has no output.
    pub fn readonly(self) -> InputMount {
        self.without_output(Access::Readonly)
    }

    /// Throws the exec's writes away; the mount has no output.
    pub fn no_output(self) -> InputMount {
        self.without_output(Access::Discard)
    }

    fn without_output(mut self, access: Access) -> InputMount {
        self.bind.access = access;
        InputMount { dest: self.dest, bind: self.bind }
    }
}

impl InputMount {
    /// Mounts one path of the input, a file or a directory.
    pub fn selector(mut self, path: &str) -> Self {
        self.bind.selector = selector(path);
        self
    }

    /// Says whether the input's content counts for the cache.
    pub fn content_cache(mut self, mode: ContentCache) -> Self {
        self.bind.content_cache = mode;
        self
    }
}

impl From<InputMount> for Mount {
    fn from(mount: InputMount) -> Self {
        Self { dest: mount.dest, kind: MountKind::Bind(mount.bind) }
    }
}

impl Bind {
    pub(in crate::exec) fn writable(source: Output) -> Self {
        Self { source, selector: String::new(), access: Access::Output, content_cache: ContentCache::Auto }
    }

    pub(in crate::exec) fn readonly(source: Output) -> Self {
        Self { access: Access::Readonly, ..Self::writable(source) }
    }

    pub(super) fn has_output(&self) -> bool {
        self.access == Access::Output
    }

    pub(super) fn write(&self, mount: &mut pb::Mount, inputs: &mut Inputs) {
        mount.input = inputs.place(&self.source);
        mount.selector.clone_from(&self.selector);
        mount.readonly = self.access == Access::Readonly;
        mount.set_content_cache(self.content_cache.into());
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        let mut caps = vec![cap::EXEC_MOUNT_BIND];
        if self.access == Access::Discard {
            caps.push(cap::EXEC_MOUNT_BIND_READWRITE_NO_OUTPUT);
        }
        if !self.selector.is_empty() {
            caps.push(cap::EXEC_MOUNT_SELECTOR);
        }
        if self.content_cache != ContentCache::Auto {
            caps.push(cap::EXEC_MOUNT_CONTENT_CACHE);
        }
        caps
    }

    pub(super) fn problem(&self, dest: &str) -> Option<ProblemKind> {
        let impossible =
            self.has_output() && !self.selector.is_empty() && self.content_cache == ContentCache::On;
        impossible.then(|| ProblemKind::ContentCacheWithSelector(dest.to_owned()))
    }
}
