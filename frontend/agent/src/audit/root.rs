//! A file system in a directory, with links that lead around in it and never out of it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// How many links one path may lead over.
const MOST_LINKS: usize = 40;

/// A file system.
#[derive(Clone, Debug)]
pub(super) struct Root(Option<PathBuf>);

impl Root {
    /// That in `directory`; without one, the empty file system.
    pub(super) fn new(directory: Option<&str>) -> Self {
        Self(directory.map(PathBuf::from))
    }

    /// Where the file or directory `path` really is: an absolute path in this file system without a link in it, and the
    /// path by which we reach it.
    pub(super) fn find(&self, path: &Path) -> Option<Found> {
        let root = self.0.as_ref()?;
        let mut waiting = parts(path);
        let mut inner = PathBuf::from("/");
        let mut links = 0;
        while let Some(part) = waiting.pop_front() {
            if part == ".." {
                inner.pop();
                continue;
            }
            let outer = below(root, &inner.join(&part));
            let metadata = fs::symlink_metadata(&outer).ok()?;
            if !metadata.is_symlink() {
                inner.push(part);
                continue;
            }
            links += 1;
            if links > MOST_LINKS {
                return None;
            }
            let target = fs::read_link(&outer).ok()?;
            if target.is_absolute() {
                inner = PathBuf::from("/");
            }
            for part in parts(&target).into_iter().rev() {
                waiting.push_front(part);
            }
        }
        Some(Found { outer: below(root, &inner), inner })
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.find(Path::new(path))?.outer).ok()
    }

    /// The names in a directory, sorted.
    pub(super) fn names(&self, path: &str) -> Vec<OsString> {
        let found = self.find(Path::new(path));
        found.and_then(|found| crate::files::names(&found.outer).ok()).unwrap_or_default()
    }
}

/// A file or directory of a [`Root`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// In the file system, without a link.
    pub(super) inner: PathBuf,
    /// As we reach it.
    pub(super) outer: PathBuf,
}

fn below(root: &Path, inner: &Path) -> PathBuf {
    root.join(inner.strip_prefix("/").unwrap_or(inner))
}

/// The names in `path` from the root on, and `..`.
fn parts(path: &Path) -> VecDeque<OsString> {
    let parts = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::Root;

    #[test]
    fn links_stay_inside() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir_all(at("usr/lib/x")).unwrap();
        fs::write(at("usr/lib/x/libz.so.1.3"), "").unwrap();
        symlink("usr/lib", at("lib")).unwrap();
        symlink("libz.so.1.3", at("usr/lib/x/libz.so.1")).unwrap();
        symlink("/usr/lib/x/libz.so.1", at("absolute")).unwrap();
        symlink("../../../../../../usr/lib/x/libz.so.1", at("up")).unwrap();
        symlink("loop", at("loop")).unwrap();
        symlink("/etc/passwd", at("passwd")).unwrap();
        let root = Root::new(directory.path().to_str());
        for (path, expected) in [
            ("/lib/x/libz.so.1", Some("/usr/lib/x/libz.so.1.3")),
            ("/absolute", Some("/usr/lib/x/libz.so.1.3")),
            ("/up", Some("/usr/lib/x/libz.so.1.3")),
            ("/../usr/./lib", Some("/usr/lib")),
            ("/loop", None),
            ("/passwd", None),
            ("/usr/lib/x/libz.so.1.3/more", None),
        ] {
            let found = root.find(Path::new(path)).map(|found| found.inner);
            assert_eq!(found.as_deref(), expected.map(Path::new), "{path}");
        }
        assert_eq!(Root::new(None).find(Path::new("/")), None);
    }
}
