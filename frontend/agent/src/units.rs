//! Units of a target directory: what cargo calls the files of one run of the compiler or of a build script.
//!
//! Every unit has a hash. In cargo's old layout it ends the names of the unit's directories and files; in the new one
//! (the default since 1.100) it is the name of a directory that holds all of them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files;
use crate::messages::Artifact;
use crate::stubs::profile_roots;

/// How many hexadecimal digits a unit's hash has.
const DIGITS: usize = 16;

/// The hash in the name of a file or directory: `libdb-0123456789abcdef.rmeta`, `db-0123456789abcdef` or the hash alone.
pub(crate) fn hash_in(name: &OsStr) -> Option<&str> {
    let stem = name.to_str()?.split('.').next()?;
    let (before, hash) = stem.split_at_checked(stem.len().checked_sub(DIGITS)?)?;
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hash && (before.is_empty() || before.ends_with('-'))).then_some(hash)
}

/// The hash of the unit that `path` belongs to.
fn hash_of(path: &Path) -> Option<&str> {
    path.iter().rev().find_map(hash_in)
}

/// The hashes of the units that a cargo run named, by its `artifacts` and the `OUT_DIR`s of its build `scripts`.
///
/// An artifact of which no name tells the hash counts for every unit of its package that there is.
pub(crate) fn named<'a>(
    target_dir: &Path,
    artifacts: impl Iterator<Item = &'a Artifact>,
    scripts: &[PathBuf],
) -> Result<BTreeSet<String>, Error> {
    let roots = profile_roots(target_dir)?;
    let mut hashes: BTreeSet<String> =
        scripts.iter().filter_map(|out_dir| hash_of(out_dir)).map(str::to_owned).collect();
    for artifact in artifacts {
        let mut own: BTreeSet<String> =
            artifact.filenames.iter().filter_map(|path| hash_of(path)).map(str::to_owned).collect();
        if own.is_empty() {
            for path in &artifact.filenames {
                own.extend(hash_of_twin(path, artifact.target(), &roots)?);
            }
        }
        if own.is_empty() {
            own = of_package(artifact.package().name(), &roots)?;
        }
        hashes.extend(own);
    }
    Ok(hashes)
}

/// The hash of a final artifact: cargo gives it a second name without one, and both names are of one file.
fn hash_of_twin(path: &Path, target: &str, roots: &[PathBuf]) -> Result<Option<String>, Error> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    let is_twin = |other: &Path| {
        fs::symlink_metadata(other)
            .is_ok_and(|other| (other.dev(), other.ino()) == (metadata.dev(), metadata.ino()))
    };
    let stem = target.replace('-', "_");
    for root in roots {
        let deps = root.join("deps");
        for name in files::names(&deps)? {
            let hash = hash_in(&name).filter(|_| name.to_str().is_some_and(|name| name.contains(&stem)));
            if let Some(hash) = hash.filter(|_| is_twin(&deps.join(&name))) {
                return Ok(Some(hash.to_owned()));
            }
        }
        for (hash, unit) in in_new_layout(root)? {
            let out = unit.join("out");
            if files::names(&out)?.iter().any(|name| is_twin(&out.join(name))) {
                return Ok(Some(hash));
            }
        }
    }
    Ok(None)
}

/// The hashes of all units of one package.
fn of_package(package: &str, roots: &[PathBuf]) -> Result<BTreeSet<String>, Error> {
    let mut hashes = BTreeSet::new();
    for root in roots {
        for name in files::names(&root.join(".fingerprint"))? {
            let Some(hash) = hash_in(&name) else { continue };
            let before = name.to_str().and_then(|name| name.strip_suffix(hash)?.strip_suffix('-'));
            if before == Some(package) {
                hashes.insert(hash.to_owned());
            }
        }
        hashes.extend(in_new_layout(root)?.into_iter().filter_map(|(hash, unit)| {
            let directory = unit.parent().and_then(Path::file_name);
            (directory == Some(OsStr::new(package))).then_some(hash)
        }));
    }
    Ok(hashes)
}

/// The units below `build/<package>/` of a profile directory, with their hashes.
fn in_new_layout(root: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut units = Vec::new();
    let build = root.join("build");
    for package in files::names(&build)?.iter().filter(|name| hash_in(name).is_none()) {
        let directory = build.join(package);
        if !is_real_directory(&directory) {
            continue;
        }
        for name in files::names(&directory)? {
            if let Some(hash) = hash_in(&name) {
                units.push((hash.to_owned(), directory.join(&name)));
            }
        }
    }
    Ok(units)
}

/// Everything in `target_dir` that belongs to one unit and is no link: its directories, and its files in `deps`.
pub(crate) fn real(target_dir: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    for root in profile_roots(target_dir)? {
        for directory in [".fingerprint", "build", "deps"] {
            let directory = root.join(directory);
            for name in files::names(&directory)? {
                if let Some(hash) = hash_in(&name) {
                    found.push((hash.to_owned(), directory.join(&name)));
                }
            }
        }
        found.extend(in_new_layout(&root)?);
    }
    found.retain(|(_, path)| !path.is_symlink());
    Ok(found)
}

/// True for a directory; a link to one is none.
pub(crate) fn is_real_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

#[cfg(test)]
mod tests {
    use super::{hash_in, hash_of};

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
            ("größe-und-mehr-äöü", None),
            (".fingerprint", None),
        ] {
            assert_eq!(hash_in(name.as_ref()), expected, "{name}");
        }
        let path = "/target/release/build/db-0123456789abcdef/build-script-build";
        assert_eq!(hash_of(path.as_ref()), Some("0123456789abcdef"));
        assert_eq!(hash_of("/target/release/api".as_ref()), None);
    }
}
