//! Units of a target directory: what cargo calls the files of one run of the compiler or of a build script.
//!
//! Every unit has a hash. In cargo's old layout it ends the names of the unit's directories and files; in the new one
//! (the default since 1.100) it is the name of a directory that holds all of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files;

/// How many hexadecimal digits a unit's hash has.
const DIGITS: usize = 16;

/// The directories of a profile that hold units. What cargo believes of a unit is in the first one, or, in the new
/// layout, with the unit.
const PLACES: [&str; 3] = [".fingerprint", "build", "deps"];

/// What belongs to one unit: a directory of its own, or a file in `deps`.
#[derive(Debug)]
pub(crate) struct Piece {
    /// See [`of`]; for a file in `deps` whose name has no hash, its path relative to the target directory.
    pub(crate) unit: String,
    pub(crate) path: PathBuf,
}

impl Piece {
    /// The hash in its name. Dynamic libraries of path crates have none.
    pub(crate) fn hash(&self) -> Option<&str> {
        hash_in(self.path.file_name()?)
    }

    /// The package, if this is a directory of the unit.
    pub(crate) fn package(&self) -> Option<&str> {
        let parent = self.path.parent()?.file_name()?.to_str()?;
        match self.path.file_name()?.to_str()?.strip_suffix(self.hash()?)? {
            "" => Some(parent),
            before => before.strip_suffix('-').filter(|_| parent != "deps"),
        }
    }
}

/// Everything in `target_dir` that belongs to one unit and is no link. Of each profile, fingerprints come first: when
/// they are gone, cargo believes no unit of which only a part is left.
pub(crate) fn pieces(target_dir: &Path) -> Result<Vec<Piece>, Error> {
    let mut paths = Vec::new();
    for root in profile_roots(target_dir)? {
        for place in PLACES {
            let directory = root.join(place);
            for name in files::names(&directory)? {
                let path = directory.join(&name);
                if hash_in(&name).is_some() || place == "deps" {
                    paths.push(path);
                } else if place == "build" && files::is_directory(&path) {
                    let names = files::names(&path)?.into_iter().filter(|name| hash_in(name).is_some());
                    paths.extend(names.map(|name| path.join(name)));
                }
            }
        }
    }
    let real = paths.into_iter().filter(|path| !path.is_symlink());
    Ok(real
        .filter_map(|path| {
            let own = || Some(path.strip_prefix(target_dir).ok()?.to_str()?.to_owned());
            Some(Piece { unit: of(target_dir, &path).or_else(own)?, path })
        })
        .collect())
}

/// What tells the unit that the file or directory `path` belongs to from every other one of `target_dir`: the
/// directory of its profile and its hash. Nothing if the path does not say so.
pub(crate) fn of(target_dir: &Path, path: &Path) -> Option<String> {
    let mut parts = path.strip_prefix(target_dir).ok()?.iter();
    let root: PathBuf =
        parts.by_ref().take_while(|part| PLACES.iter().all(|place| *part != *place)).collect();
    Some(format!("{}/{}", root.to_str()?, parts.find_map(hash_in)?))
}

/// The hash in the name of a file or directory: `libdb-0123456789abcdef.rmeta`, `db-0123456789abcdef` or the hash alone.
pub(crate) fn hash_in(name: &OsStr) -> Option<&str> {
    let stem = name.to_str()?.split('.').next()?;
    let (before, hash) = stem.split_at_checked(stem.len().checked_sub(DIGITS)?)?;
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hash && (before.is_empty() || before.ends_with('-'))).then_some(hash)
}

/// The directories of `target_dir` that hold one profile: `<profile>` and `<triple>/<profile>`.
pub(crate) fn profile_roots(target_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut roots = Vec::new();
    for directory in directories(target_dir)? {
        if is_profile_root(&directory) {
            roots.push(directory);
        } else {
            roots.extend(directories(&directory)?.into_iter().filter(|below| is_profile_root(below)));
        }
    }
    Ok(roots)
}

fn is_profile_root(directory: &Path) -> bool {
    PLACES.iter().any(|name| directory.join(name).is_dir())
}

/// The directories in `directory`, sorted.
fn directories(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let below = files::names(directory)?.into_iter().map(|name| directory.join(name));
    Ok(below.filter(|path| files::is_directory(path)).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Piece, hash_in, of};

    #[test]
    fn hashes_are_found_at_the_end_of_names() {
        for (name, expected) in [
            ("db-0123456789abcdef", Some("0123456789abcdef")),
            ("libdb-0123456789abcdef.rmeta", Some("0123456789abcdef")),
            ("db-0123456789abcdef.db.1a2b-cgu.0.rcgu.o", Some("0123456789abcdef")),
            ("0123456789abcdef", Some("0123456789abcdef")),
            ("db0123456789abcdef", None),
            ("db-0123456789abcdeg", None),
            ("db-0123456789abcde", None),
            ("db-0123456789abcdefa", None),
            ("größe-und-mehr-äöü", None),
            (".fingerprint", None),
        ] {
            assert_eq!(hash_in(name.as_ref()), expected, "{name}");
        }
    }

    #[test]
    fn every_place_leads_to_its_unit() {
        for (path, root, package) in [
            ("release/deps/libserde_json-0123456789abcdef.rlib", Some("release"), None),
            ("x86/release/deps/libfoo_bar-0123456789abcdef.so", Some("x86/release"), None),
            ("release/.fingerprint/my-api-0123456789abcdef", Some("release"), Some("my-api")),
            ("release/build/libc-0123456789abcdef", Some("release"), Some("libc")),
            ("release/build/libc-0123456789abcdef/out", Some("release"), None),
            ("release/build/deps/0123456789abcdef", Some("release"), Some("deps")),
            ("release/build/libc/0123456789abcdef/out/liblibc-1.rlib", Some("release"), None),
            ("release/deps/libfoo.so", None, None),
            ("release/foo", None, None),
            ("elsewhere", None, None),
        ] {
            let target = Path::new("/target");
            let expected = root.map(|root| format!("{root}/0123456789abcdef"));
            let unit = of(target, &target.join(path));
            assert_eq!(unit, expected, "{path}");
            let piece = Piece { unit: unit.unwrap_or_default(), path: target.join(path) };
            assert_eq!(piece.package(), package, "{path}");
        }
        assert_eq!(of(Path::new("/target"), Path::new("/other/deps/a-0123456789abcdef")), None);
    }
}
