//! Cache mounts: directories that outlive a build on one machine.

use buildkit_proto::{cap, pb};

use super::{ContentCache, Mount, MountKind, selector};
use crate::vertex::{Inputs, Output};

/// A directory that later runs find as this one left it.
///
/// It makes things faster and nothing else: it may be empty at any time, is no output, and is in no exported cache. A seed
/// is what an empty one starts from; the directory's identity is the id together with the seed, so a new seed starts a new
/// directory.
///
/// ```
/// use buildkit_llb::{FileOp, Mount, exec::Sharing, file::Mkdir};
///
/// let seed = FileOp::on_scratch().mkdir(Mkdir::new("/debug")).output();
/// let target = Mount::cache("/target", "api-target").sharing(Sharing::Locked).seed(seed);
/// # let _ = target;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CacheMount {
    dest: String,
    cache: Cache,
}

/// What happens when two execs use one cache mount at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Both write to it.
    #[default]
    Shared,
    /// Each has one of its own.
    Private,
    /// The second waits.
    Locked,
}

#[derive(Clone, Debug)]
pub(in crate::exec) struct Cache {
    id: String,
    sharing: Sharing,
    seed: Output,
    selector: String,
    seed_content: ContentCache,
}

impl CacheMount {
    pub(super) fn new(dest: String, id: &str) -> Self {
        let cache = Cache {
            id: id.to_owned(),
            sharing: Sharing::default(),
            seed: Output::scratch(),
            selector: String::new(),
            seed_content: ContentCache::default(),
        };
        Self { dest, cache }
    }

    /// Says what happens when two execs use it at the same time.
    pub fn sharing(mut self, sharing: Sharing) -> Self {
        self.cache.sharing = sharing;
        self
    }

    /// What the directory holds when it is used for the first time.
    pub fn seed(mut self, seed: Output) -> Self {
        self.cache.seed = seed;
        self
    }

    /// Mounts one path of the directory.
    pub fn selector(mut self, path: &str) -> Self {
        self.cache.selector = selector(path);
        self
    }

    /// Says whether the seed's content counts for the cache.
    pub fn content_cache(mut self, mode: ContentCache) -> Self {
        self.cache.seed_content = mode;
        self
    }
}

impl From<CacheMount> for Mount {
    fn from(mount: CacheMount) -> Self {
        Self { dest: mount.dest, kind: MountKind::Cache(mount.cache) }
    }
}

impl Cache {
    pub(super) fn id_is_empty(&self) -> bool {
        self.id.is_empty()
    }

    pub(super) fn write(&self, mount: &mut pb::Mount, inputs: &mut Inputs) {
        let sharing = match self.sharing {
            Sharing::Shared => pb::CacheSharingOpt::Shared,
            Sharing::Private => pb::CacheSharingOpt::Private,
            Sharing::Locked => pb::CacheSharingOpt::Locked,
        };
        mount.set_mount_type(pb::MountType::Cache);
        mount.input = inputs.place(&self.seed);
        mount.selector.clone_from(&self.selector);
        mount.cache_opt = Some(pb::CacheOpt { id: self.id.clone(), sharing: sharing.into() });
        mount.set_content_cache(self.seed_content.into());
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        let mut caps = vec![cap::EXEC_MOUNT_CACHE, cap::EXEC_MOUNT_CACHE_SHARING];
        if !self.selector.is_empty() {
            caps.push(cap::EXEC_MOUNT_SELECTOR);
        }
        if self.seed_content != ContentCache::Auto {
            caps.push(cap::EXEC_MOUNT_CONTENT_CACHE);
        }
        caps
    }
}
