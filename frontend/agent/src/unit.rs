//! One unit of cargo's: where its files lie in a target directory.
//!
//! In cargo's old layout a unit is known by a hash that ends the names of all its files; in the new one (the default
//! since 1.100) it has a directory of its own.

use std::path::{Component, Path};

/// A unit, by where it lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unit {
    /// The directory of its profile, relative to the target directory: `<profile>` or `<triple>/<profile>`.
    root: String,
    package: String,
    hash: String,
    layout: Layout,
}

/// How a target directory is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    /// `.fingerprint/<package>-<hash>`, `build/<package>-<hash>` and `deps/*-<hash>*`.
    Old,
    /// `build/<package>/<hash>`.
    New,
}

impl Unit {
    /// The unit of `package` that the file or directory `path` belongs to; nothing if its place does not say so.
    pub(crate) fn of(target_dir: &Path, path: &Path, package: &str) -> Option<Self> {
        let below = path.strip_prefix(target_dir).ok()?;
        let parts: Option<Vec<&str>> = below.components().map(plain).collect();
        let parts = parts?;
        let place = parts.iter().position(|part| *part == "deps" || *part == "build")?;
        let (root, rest) = parts.split_at(place);
        let root = root.join("/");
        let (hash, layout) = match rest {
            ["build", own, hash, ..] if *own == package && is_hash(hash) => (*hash, Layout::New),
            ["build", directory, ..] => (hash_of_directory(directory, package)?, Layout::Old),
            ["deps", file] => (hash_of_file(file)?, Layout::Old),
            _ => return None,
        };
        Some(Self { root, package: package.to_owned(), hash: hash.to_owned(), layout })
    }

    /// The unit of that name in the profile directory `root`: what [`Unit::directory`] calls it, for the old layout.
    pub(crate) fn old(root: &str, directory: &str) -> Option<Self> {
        let (package, hash) = directory.rsplit_once('-').filter(|(_, hash)| is_hash(hash))?;
        let (package, hash) = (package.to_owned(), hash.to_owned());
        Some(Self { root: root.to_owned(), package, hash, layout: Layout::Old })
    }

    /// The unit in `build/<package>/<hash>` of the profile directory `root`.
    pub(crate) fn new(root: &str, package: &str, hash: &str) -> Option<Self> {
        let (root, package) = (root.to_owned(), package.to_owned());
        is_hash(hash).then(|| Self { root, package, hash: hash.to_owned(), layout: Layout::New })
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// The name of its directories: below `.fingerprint` and `build`, or below `build`.
    pub(crate) fn directory(&self) -> String {
        let Self { package, hash, .. } = self;
        match self.layout {
            Layout::Old => format!("{package}-{hash}"),
            Layout::New => format!("{package}/{hash}"),
        }
    }

    /// What tells it from every other unit of the target directory.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.root, self.directory())
    }
}

/// The hash that ends the name of a file in `deps`, up to its first dot.
pub(crate) fn hash_of_file(name: &str) -> Option<&str> {
    let (_, hash) = name.split('.').next()?.rsplit_once('-')?;
    is_hash(hash).then_some(hash)
}

/// The hash of a directory that is called `<package>-<hash>`.
fn hash_of_directory<'a>(name: &'a str, package: &str) -> Option<&'a str> {
    let hash = name.strip_prefix(package)?.strip_prefix('-')?;
    is_hash(hash).then_some(hash)
}

fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn plain(component: Component<'_>) -> Option<&str> {
    match component {
        Component::Normal(part) => part.to_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Unit;

    #[test]
    fn every_place_leads_to_its_unit() {
        let hash = "0123456789abcdef";
        for (path, package, expected) in [
            ("release/deps/libserde_json-0123456789abcdef.rlib", "serde_json", Some("release/serde_json-")),
            ("x86/release/deps/libfoo_bar-0123456789abcdef.so", "foo-bar", Some("x86/release/foo-bar-")),
            ("release/build/libc-0123456789abcdef/build-script-build", "libc", Some("release/libc-")),
            ("release/build/libc-0123456789abcdef/out", "libc", Some("release/libc-")),
            ("release/build/libc/0123456789abcdef/out/liblibc-1.rlib", "libc", Some("release/libc/")),
            ("release/build/libc-sys-0123456789abcdef/out", "libc", None),
            ("release/deps/libfoo.so", "foo", None),
            ("release/foo", "foo", None),
            ("elsewhere", "foo", None),
        ] {
            let target = Path::new("/target");
            let unit = Unit::of(target, &target.join(path), package);
            let expected = expected.map(|start| format!("{start}{hash}"));
            assert_eq!(unit.as_ref().map(Unit::key), expected, "{path}");
            if let Some(unit) = unit {
                let directory = unit.directory();
                let again = match directory.split_once('/') {
                    Some((package, hash)) => Unit::new(unit.root(), package, hash),
                    None => Unit::old(unit.root(), &directory),
                };
                assert_eq!(again, Some(unit));
            }
        }
        assert_eq!(Unit::of(Path::new("/target"), Path::new("/other/deps/a"), "a"), None);
    }
}
