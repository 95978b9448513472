//! The build context as the engine listed it: names of all files, contents of a few.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::ignore::IgnoreFile;
use crate::name::RelPath;

/// What a name in the context is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A directory.
    Directory,
    /// A regular file of `size` bytes.
    File {
        /// Size in bytes.
        size: u64,
    },
    /// A symbolic link, with its text unresolved.
    Symlink {
        /// The link's text as it stands; it may be absolute, dangling or part of a loop.
        target: String,
    },
}

/// The files of the build context: every name, and the contents that were read so far.
///
/// Shape: parents of an entry need not be listed themselves. Nothing here was followed or resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    entries: BTreeMap<RelPath, Entry>,
    contents: BTreeMap<RelPath, Vec<u8>>,
    /// Every symbolic link, so that a path without one costs nothing to resolve.
    links: BTreeSet<RelPath>,
    ignore_file: IgnoreFile,
}

/// How many links one path may lead through before it counts as a loop; Linux stops at the same number.
const MAX_LINKS: usize = 40;

impl Tree {
    /// Keeps the ignore file that decided which names are listed.
    pub fn set_ignore_file(&mut self, ignore_file: IgnoreFile) {
        self.ignore_file = ignore_file;
    }

    /// The ignore file that decided which names are listed.
    #[must_use]
    pub fn ignore_file(&self) -> &IgnoreFile {
        &self.ignore_file
    }

    /// Adds a name. A name that is listed twice keeps what came last.
    pub fn insert(&mut self, path: RelPath, entry: Entry) {
        if matches!(entry, Entry::Symlink { .. }) {
            self.links.insert(path.clone());
        } else {
            self.links.remove(&path);
        }
        self.entries.insert(path, entry);
    }

    /// Adds the contents of the file at `path` as the user names it, before links are followed.
    pub fn insert_contents(&mut self, path: RelPath, contents: Vec<u8>) {
        self.contents.insert(path, contents);
    }

    /// Adds a file with its contents: one that was made for a project which lacks it.
    pub fn insert_file(&mut self, path: RelPath, contents: Vec<u8>) {
        let size = u64::try_from(contents.len()).unwrap_or(u64::MAX);
        self.insert(path.clone(), Entry::File { size });
        self.contents.insert(path, contents);
    }

    /// Takes the file at `path` away.
    pub fn remove_file(&mut self, path: &RelPath) {
        self.entries.remove(path);
        self.links.remove(path);
        self.contents.remove(path);
    }

    /// Adds everything of `other` below `directory`.
    pub fn graft(&mut self, directory: &RelPath, other: Self) {
        let below = |path: &RelPath| directory.join(path.as_str()).ok();
        for (path, entry) in other.entries {
            if let Some(path) = below(&path) {
                self.insert(path, entry);
            }
        }
        self.contents
            .extend(other.contents.into_iter().filter_map(|(path, text)| Some((below(&path)?, text))));
    }

    /// The contents read for `path`, or `None` if nobody read it yet.
    #[must_use]
    pub fn contents(&self, path: &RelPath) -> Option<&[u8]> {
        self.contents.get(path).map(Vec::as_slice)
    }

    /// Every file that was read, sorted bytewise.
    pub fn all_contents(&self) -> impl Iterator<Item = (&RelPath, &[u8])> {
        self.contents.iter().map(|(path, contents)| (path, contents.as_slice()))
    }

    /// True if nothing is listed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every listed name with what it is, sorted bytewise.
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&RelPath, &Entry)> {
        self.entries.iter()
    }

    /// Where `path` leads once every link in it is followed, or `None` where a link is dangling, loops or
    /// leaves the context.
    #[must_use]
    pub fn resolve(&self, path: &RelPath) -> Option<RelPath> {
        if !self.has_link(path) {
            return Some(path.clone());
        }
        let mut links = 0;
        let mut resolved = RelPath::root();
        let mut rest: Vec<String> = path.parts().rev().map(str::to_owned).collect();
        while let Some(part) = rest.pop() {
            if part == ".." {
                resolved = resolved.parent()?;
                continue;
            }
            let next = resolved.join(&part).ok()?;
            let Some(Entry::Symlink { target }) = self.entries.get(&next) else {
                resolved = next;
                continue;
            };
            links += 1;
            if links > MAX_LINKS || target.starts_with('/') {
                return None;
            }
            rest.extend(
                target.split('/').rev().filter(|part| !part.is_empty() && *part != ".").map(str::to_owned),
            );
        }
        Some(resolved)
    }

    /// True if a part of `path` is a symbolic link.
    fn has_link(&self, path: &RelPath) -> bool {
        let text = path.as_str();
        let ends = text.match_indices('/').map(|(end, _)| end).chain([text.len()]);
        !self.links.is_empty()
            && ends.into_iter().any(|end| text.get(..end).is_some_and(|part| self.links.contains(part)))
    }

    /// What `path` is once links are followed, or `None` if nothing is there.
    #[must_use]
    pub fn entry(&self, path: &RelPath) -> Option<&Entry> {
        let resolved = self.resolve(path)?;
        if resolved.is_root() {
            return Some(&Entry::Directory);
        }
        self.entries.get(&resolved).or_else(|| self.has_children(&resolved).then_some(&Entry::Directory))
    }

    /// True if the name `path` itself is a symbolic link, wherever it leads.
    #[must_use]
    pub fn is_link(&self, path: &RelPath) -> bool {
        self.links.contains(path)
    }

    /// True if `path` is a regular file once links are followed.
    #[must_use]
    pub fn is_file(&self, path: &RelPath) -> bool {
        matches!(self.entry(path), Some(Entry::File { .. }))
    }

    /// True if `path` is a directory once links are followed.
    #[must_use]
    pub fn is_directory(&self, path: &RelPath) -> bool {
        matches!(self.entry(path), Some(Entry::Directory))
    }

    /// The names directly in the directory `path` (links followed), sorted bytewise.
    #[must_use]
    pub fn children(&self, path: &RelPath) -> Vec<&str> {
        let Some(directory) = self.resolve(path) else { return Vec::new() };
        let prefix = Self::prefix(&directory);
        // A set, because `a-b/x` sorts before `a/x` while `a` sorts before `a-b`.
        let mut names = BTreeSet::new();
        let mut next = self.first(Bound::Included(&prefix));
        while let Some(rest) = next.and_then(|entry| entry.as_str().strip_prefix(prefix.as_str())) {
            let (name, below) =
                rest.split_once('/').map_or((rest, None), |(name, below)| (name, Some(below)));
            names.insert(name);
            // What lies in a directory is passed over: `0` is what follows `/`.
            let last = format!("{prefix}{name}{}", if below.is_some() { "0" } else { "" });
            next = self.first(if below.is_some() { Bound::Included(&last) } else { Bound::Excluded(&last) });
        }
        names.into_iter().collect()
    }

    fn prefix(directory: &RelPath) -> String {
        if directory.is_root() { String::new() } else { format!("{}/", directory.as_str()) }
    }

    fn has_children(&self, directory: &RelPath) -> bool {
        let prefix = Self::prefix(directory);
        self.first(Bound::Included(&prefix)).is_some_and(|entry| entry.as_str().starts_with(&prefix))
    }

    /// The first name from `start` on.
    fn first(&self, start: Bound<&str>) -> Option<&RelPath> {
        self.entries.range::<str, _>((start, Bound::Unbounded)).next().map(|(entry, _)| entry)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Tree};
    use crate::name::RelPath;

    fn path(text: &str) -> RelPath {
        RelPath::new(text).unwrap()
    }

    fn tree() -> Tree {
        let mut tree = Tree::default();
        for name in ["a/one", "a/two/x", "a-b/x", "b"] {
            tree.insert(path(name), Entry::File { size: 1 });
        }
        for (name, target) in [("link", "a/two"), ("loop", "loop"), ("out", "../etc"), ("abs", "/etc")] {
            tree.insert(path(name), Entry::Symlink { target: target.to_owned() });
        }
        tree
    }

    #[test]
    fn children_are_direct_and_sorted() {
        assert_eq!(tree().children(&path("a")), ["one", "two"]);
        assert_eq!(tree().children(&path("link")), ["x"]);
        assert_eq!(tree().children(&RelPath::root()), ["a", "a-b", "abs", "b", "link", "loop", "out"]);
    }

    #[test]
    fn links_are_followed_inside_the_context_only() {
        assert!(tree().is_file(&path("link/x")));
        assert!(tree().is_directory(&path("link")));
        for bad in ["loop", "loop/x", "out/passwd", "abs/passwd"] {
            assert_eq!(tree().entry(&path(bad)), None, "{bad}");
        }
    }
}
