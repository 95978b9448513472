//! The names of the domain, each validated where it enters.

use std::borrow::Borrow;
use std::fmt;

/// A path inside the build context: relative, `/`-separated, without `.`, `..`, empty parts or
/// control characters.
///
/// Shape: `""` is the context's root; `crates/api/src/main.rs` is a file below it.
/// Errors: [`RelPath::new`] refuses what escapes the root, so a value of this type never does.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

/// Why a text is not a [`RelPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelPathError {
    /// The path starts with `/`.
    #[error("is absolute")]
    Absolute,
    /// The path leads above the root of the build context.
    #[error("leads outside the build context")]
    Escapes,
    /// The path holds a control character or a backslash.
    #[error("contains a control character or a backslash")]
    Character,
}

impl RelPath {
    /// The context's root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Normalises `path`; `.` and empty parts vanish and `..` takes back one part.
    pub fn new(path: &str) -> Result<Self, RelPathError> {
        Self::root().join(path)
    }

    /// Resolves `path` against this directory, as `Path::join` would, and normalises the result.
    pub fn join(&self, path: &str) -> Result<Self, RelPathError> {
        if path.starts_with('/') {
            return Err(RelPathError::Absolute);
        }
        if path.contains(|character: char| character == '\\' || character.is_control()) {
            return Err(RelPathError::Character);
        }
        let mut joined = self.0.clone();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if joined.is_empty() => return Err(RelPathError::Escapes),
                ".." => joined.truncate(joined.rfind('/').unwrap_or_default()),
                _ => {
                    if !joined.is_empty() {
                        joined.push('/');
                    }
                    joined.push_str(part);
                }
            }
        }
        Ok(Self(joined))
    }

    /// The path as text; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the context's root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts from the root down.
    #[must_use]
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// The last part, or `None` for the root.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.parts().next_back()
    }

    /// The directory that holds this path, or `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned())))
    }

    /// True if this path is `directory` or lies below it.
    #[must_use]
    pub fn is_within(&self, directory: &Self) -> bool {
        directory.is_root()
            || self.0 == directory.0
            || self.0.strip_prefix(&directory.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// True if `holds` is true of this path or of a directory that it lies in, the root among them.
    #[must_use]
    pub fn within_any(&self, holds: impl Fn(&Self) -> bool) -> bool {
        std::iter::successors(Some(self.clone()), Self::parent).any(|path| holds(&path))
    }

    /// The part of this path below `directory`, or `None` if it does not lie there.
    #[must_use]
    pub fn strip_prefix(&self, directory: &Self) -> Option<Self> {
        if directory.is_root() {
            return Some(self.clone());
        }
        let rest = self.0.strip_prefix(&directory.0)?;
        if rest.is_empty() {
            return Some(Self::root());
        }
        rest.strip_prefix('/').map(|rest| Self(rest.to_owned()))
    }
}

impl Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::{RelPath, RelPathError};

    #[test]
    fn paths_are_normalised() {
        for (given, expected) in
            [("", ""), (".", ""), ("a//b/./c", "a/b/c"), ("a/../b", "b"), ("./a/", "a"), ("a/b/../..", "")]
        {
            assert_eq!(RelPath::new(given).unwrap().as_str(), expected, "{given}");
        }
    }

    #[test]
    fn what_escapes_is_refused() {
        assert_eq!(RelPath::new("../a"), Err(RelPathError::Escapes));
        assert_eq!(RelPath::new("a/../../b"), Err(RelPathError::Escapes));
        assert_eq!(RelPath::new("/etc"), Err(RelPathError::Absolute));
        for path in ["a\0b", "a\nb", "a/\u{1b}[2J", "a\\b", "\u{9b}"] {
            assert_eq!(RelPath::new(path), Err(RelPathError::Character), "{path:?}");
        }
    }

    #[test]
    fn containment_respects_whole_parts() {
        let crates = RelPath::new("crates").unwrap();
        assert!(RelPath::new("crates/a").unwrap().is_within(&crates));
        assert!(!RelPath::new("crates-old").unwrap().is_within(&crates));
        assert_eq!(RelPath::new("crates/a/b").unwrap().strip_prefix(&crates), RelPath::new("a/b").ok());
    }
}
