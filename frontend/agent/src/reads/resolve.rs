//! Where a path leads, and over which links.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// The kernel's own limit of links in one path.
const LINKS: usize = 40;

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The place itself; if it is not there, the first part of the path that is missing, for a path is there only
    /// once that is.
    pub(crate) place: PathBuf,
    /// The links that lead there.
    pub(crate) links: Vec<PathBuf>,
}

/// Follows paths as the kernel does, and remembers which directories are no links.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    directories: HashSet<PathBuf>,
}

impl Resolver {
    /// Where the absolute `path` leads for the process `process`. A link at its end counts as the place unless it is
    /// `followed`. Nothing for what leads nowhere, like a circle of links.
    pub(crate) fn resolve(&mut self, process: u32, path: &Path, followed: bool) -> Option<Resolved> {
        let mut links = Vec::new();
        let mut place = PathBuf::from("/");
        let mut rest = parts(path);
        while let Some(part) = rest.pop() {
            if part == ".." {
                place.pop();
                continue;
            }
            place.push(&part);
            if place.starts_with("/proc/self") || place.starts_with("/proc/thread-self") {
                place = PathBuf::from(format!("/proc/{process}"));
            }
            if self.directories.contains(&place) {
                continue;
            }
            let metadata = match fs::symlink_metadata(&place) {
                Ok(metadata) => metadata,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => break,
                Err(_) => return None,
            };
            if metadata.is_dir() {
                self.directories.insert(place.clone());
            } else if metadata.is_symlink() && (followed || !rest.is_empty()) {
                if links.len() == LINKS {
                    return None;
                }
                let to = fs::read_link(&place).ok()?;
                links.push(place.clone());
                place.pop();
                if to.is_absolute() {
                    place = PathBuf::from("/");
                }
                rest.extend(parts(&to));
            }
        }
        Some(Resolved { place, links })
    }

    /// Forgets everything, since a name was given or taken.
    pub(crate) fn forget(&mut self) {
        self.directories.clear();
    }
}

/// The parts of a path that lead somewhere, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    parts.map(|part| part.as_os_str().to_owned()).rev().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::{Resolved, Resolver};

    #[test]
    fn links_are_followed_and_told() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("real/deep")).unwrap();
        fs::write(root.join("real/file"), "").unwrap();
        symlink("real", root.join("linked")).unwrap();
        symlink(root.join("linked/file"), root.join("far")).unwrap();
        symlink("circle", root.join("circle")).unwrap();
        for (path, followed, place, links) in [
            ("real/file", true, "real/file", &[][..]),
            ("linked/file", true, "real/file", &["linked"]),
            ("far", true, "real/file", &["far", "linked"]),
            ("far", false, "far", &[]),
            ("real/deep/../../linked/deep/../file", true, "real/file", &["linked"]),
            ("real/none/at/all", true, "real/none", &[]),
            ("linked/none", true, "real/none", &["linked"]),
            ("real/file/below", true, "real/file/below", &[]),
        ] {
            let expected = Resolved {
                place: root.join(place),
                links: links.iter().map(|link| root.join(link)).collect(),
            };
            let mut resolver = Resolver::default();
            for round in 0..2 {
                assert_eq!(
                    resolver.resolve(1, &root.join(path), followed).unwrap(),
                    expected,
                    "{path} {round}"
                );
            }
        }
        assert_eq!(Resolver::default().resolve(1, &root.join("circle"), true), None);
    }
}
