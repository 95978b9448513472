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
    from: String,
    to: String,
    owner: Option<Owner>,
    mode: Option<u32>,
    timestamp: Option<u64>,
    follow_symlinks: bool,
    contents_only: bool,
    unpack: bool,
    create_dest_path: bool,
    allow_wildcard: bool,
    allow_empty_wildcard: bool,
    replace_existing: bool,
    include_patterns: Vec<String>,
    exclude_patterns: Vec<String>,
    required_paths: Vec<String>,
}

impl Copy {
    /// What is at `from` in the source goes to `to`.
    pub fn new(source: Output, from: impl AsRef<str>, to: &str) -> Self {
        Self {
            source,
            from: path::clean(from.as_ref()),
            to: path::clean_destination(to),
            owner: None,
            mode: None,
            timestamp: None,
            follow_symlinks: false,
            contents_only: false,
            unpack: false,
            create_dest_path: false,
            allow_wildcard: false,
            allow_empty_wildcard: false,
            replace_existing: false,
            include_patterns: Vec::new(),
            exclude_patterns: Vec::new(),
            required_paths: Vec::new(),
        }
    }

    /// Who the copies belong to; the source's owner unless said otherwise.
    pub fn owner(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// The copies' permission bits; the source's unless said otherwise.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// The copies' time and that of parents that are made, in seconds since the epoch; the source's unless said otherwise.
    pub fn timestamp(mut self, seconds: u64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// Copies what a symbolic link at `from` points to.
    pub fn follow_symlinks(mut self) -> Self {
        self.follow_symlinks = true;
        self
    }

    /// Copies what is in the directory instead of the directory.
    pub fn contents_only(mut self) -> Self {
        self.contents_only = true;
        self
    }

    /// Unpacks the source if it is an archive.
    pub fn unpack(mut self) -> Self {
        self.unpack = true;
        self
    }

    /// Makes missing parents of the destination, with mode `0755`.
    pub fn create_dest_path(mut self) -> Self {
        self.create_dest_path = true;
        self
    }

    /// Takes `from` for a pattern.
    pub fn allow_wildcard(mut self) -> Self {
        self.allow_wildcard = true;
        self
    }

    /// Takes `from` for a pattern and is content if nothing matches.
    pub fn allow_empty_wildcard(mut self) -> Self {
        self.allow_wildcard = true;
        self.allow_empty_wildcard = true;
        self
    }

    /// Replaces a directory by a file of its name, and the other way round, instead of failing.
    pub fn replace_existing(mut self) -> Self {
        self.replace_existing = true;
        self
    }

    /// Copies only what matches one of these patterns, seen from `from`.
    pub fn include_patterns<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.include_patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Does not copy what these patterns match, seen from `from`; the last match decides.
    pub fn exclude_patterns<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.exclude_patterns.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Fails unless each of these paths is there, even where a pattern may match nothing.
    pub fn required_paths<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Self {
        self.required_paths.extend(paths.into_iter().map(Into::into));
        self
    }

    pub(super) fn source(&self) -> &Output {
        &self.source
    }

    pub(super) fn from(&self) -> &str {
        &self.from
    }

    pub(super) fn owner_ref(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    pub(super) fn caps(&self) -> Vec<&'static str> {
        let mut caps = Vec::new();
        if !self.include_patterns.is_empty() || !self.exclude_patterns.is_empty() {
            caps.push(cap::FILE_COPY_INCLUDE_EXCLUDE_PATTERNS);
        }
        if self.replace_existing {
            caps.push(cap::FILE_COPY_ALWAYS_REPLACE_EXISTING_DEST_PATHS);
        }
        if !self.required_paths.is_empty() {
            caps.push(cap::FILE_COPY_REQUIRED_PATHS);
        }
        caps
    }

    pub(super) fn to_pb(&self, base: i64) -> pb::FileActionCopy {
        pb::FileActionCopy {
            src: self.from.clone(),
            dest: self.to.clone(),
            owner: self.owner.as_ref().map(|owner| owner.to_pb(base)),
            mode: self.mode.map_or(KEEP_MODE, u32::cast_signed),
            follow_symlink: self.follow_symlinks,
            dir_copy_contents: self.contents_only,
            attempt_unpack_docker_compatibility: self.unpack,
            create_dest_path: self.create_dest_path,
            allow_wildcard: self.allow_wildcard,
            allow_empty_wildcard: self.allow_empty_wildcard,
            timestamp: self.timestamp.map_or(time::UNSET, time::from_seconds),
            include_patterns: self.include_patterns.clone(),
            exclude_patterns: self.exclude_patterns.clone(),
            always_replace_existing_dest_paths: self.replace_existing,
            mode_str: String::new(),
            required_paths: self.required_paths.clone(),
        }
    }
}
