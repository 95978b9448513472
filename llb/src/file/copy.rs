//! Copying files.

use buildkit_proto::{cap, pb};

use super::{Owner, time};
use crate::path;
use crate::vertex::Output;

/// What the wire says for "keep the source's mode".
const KEEP_MODE: i32 = -1;

/// Copies files from one file system into another.
///
/// Shape: a destination that ends in `/` is a directory to copy into. Nothing is followed, unpacked, matched or created unless
/// said so. Only the paths that are copied count for the cache, by content.
/// Units: the mode is permission bits, given to every file and directory copied. BuildKit also knows modes as text (`u+x`);
/// no daemon advertises that it does, so they are left out.
///
/// ```
/// use buildkit_llb::{FileOp, file::{Copy, MkFile, Owner}};
///
/// let built = FileOp::on_scratch().mkfile(MkFile::new("/app", "")).output();
/// let image = FileOp::on_scratch()
///     .copy(Copy::new(built, "/app", "/usr/local/bin/app").create_dest_path().mode(0o755).owner(Owner::ids(0, 0)).timestamp(0))
///     .output();
/// # let _ = image;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Copy {
    source: Output,
    owner: Option<Owner>,
    /// The action but for its owner, which needs to know the op's inputs.
    on_wire: pb::FileActionCopy,
}

impl Copy {
    /// What is at `from` in the source goes to `to`.
    pub fn new(source: Output, from: impl AsRef<str>, to: &str) -> Self {
        let on_wire = pb::FileActionCopy {
            src: path::clean(from.as_ref()),
            dest: path::clean_destination(to),
            mode: KEEP_MODE,
            timestamp: time::UNSET,
            ..pb::FileActionCopy::default()
        };
        Self { source, owner: None, on_wire }
    }

    /// Who the copies belong to; the source's owner unless said otherwise.
    pub fn owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// The copies' permission bits; the source's unless said otherwise.
    pub fn mode(mut self, mode: u32) -> Self {
        self.on_wire.mode = mode.cast_signed();
        self
    }

    /// The copies' time and that of parents that are made, in seconds since the epoch; the source's unless said otherwise.
    pub fn timestamp(mut self, seconds: u64) -> Self {
        self.on_wire.timestamp = time::from_seconds(seconds);
        self
    }

    /// Copies what a symbolic link at `from` points to.
    pub fn follow_symlinks(mut self) -> Self {
        self.on_wire.follow_symlink = true;
        self
    }

    /// Copies what is in the directory instead of the directory.
    pub fn contents_only(mut self) -> Self {
        self.on_wire.dir_copy_contents = true;
        self
    }

    /// Unpacks the source if it is an archive.
    pub fn unpack(mut self) -> Self {
        self.on_wire.attempt_unpack_docker_compatibility = true;
        self
    }

    /// Makes missing parents of the destination, with mode `0755`.
    pub fn create_dest_path(mut self) -> Self {
        self.on_wire.create_dest_path = true;
        self
    }

    /// Takes `from` for a pattern.
    pub fn allow_wildcard(mut self) -> Self {
        self.on_wire.allow_wildcard = true;
        self
    }

    /// Takes `from` for a pattern and is content if nothing matches.
    pub fn allow_empty_wildcard(mut self) -> Self {
        self.on_wire.allow_wildcard = true;
        self.on_wire.allow_empty_wildcard = true;
        self
    }

    /// Replaces a directory by a file of its name, and the other way round, instead of failing.
    pub fn replace_existing(mut self) -> Self {
        self.on_wire.always_replace_existing_dest_paths = true;
        self
    }

    /// Copies only what matches one of these patterns, seen from `from`.
    pub fn include_patterns<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.on_wire.include_patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Does not copy what these patterns match, seen from `from`; the last match decides.
    pub fn exclude_patterns<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.on_wire.exclude_patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Fails unless each of these paths is there, even where a pattern may match nothing.
    pub fn required_paths<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.on_wire.required_paths.extend(paths.into_iter().map(Into::into));
        self
    }

    pub(super) fn source(&self) -> &Output {
        &self.source
    }

    pub(super) fn from(&self) -> &str {
        &self.on_wire.src
    }

    pub(super) fn owner_ref(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        let mut caps = Vec::new();
        if !self.on_wire.include_patterns.is_empty() || !self.on_wire.exclude_patterns.is_empty() {
            caps.push(cap::FILE_COPY_INCLUDE_EXCLUDE_PATTERNS);
        }
        if self.on_wire.always_replace_existing_dest_paths {
            caps.push(cap::FILE_COPY_ALWAYS_REPLACE_EXISTING_DEST_PATHS);
        }
        if !self.on_wire.required_paths.is_empty() {
            caps.push(cap::FILE_COPY_REQUIRED_PATHS);
        }
        caps
    }

    pub(super) fn to_pb(&self, base: i64) -> pb::FileActionCopy {
        pb::FileActionCopy {
            owner: self.owner.as_ref().map(|owner| owner.to_pb(base)),
            ..self.on_wire.clone()
        }
    }
}
