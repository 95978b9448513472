//! Takes a package's output out of a target directory, so that cargo has never heard of it.
//!
//! Cargo has two layouts. In the old one every unit has a hash of its own that ends the names of all its files; in the
//! new one (the default since 1.100) each package has a directory of its own.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::messages::Artifact;

/// Removes everything that the synthetic packages `names` left in `target_dir`, and everything that only the last
/// link leaves: incremental data, examples, final artifacts. What externals need stays untouched.
pub(crate) fn remove(target_dir: &Path, names: &[String], artifacts: &[Artifact]) -> Result<(), Error> {
    let finals = final_stems(names, artifacts);
    for root in profile_roots(target_dir)? {
        forget(&root, names)?;
        for directory in ["incremental", "examples"] {
            remove_tree(&root.join(directory))?;
        }
        for entry in entries(&root.join("deps"))? {
            if stem(&entry.file_name()).is_some_and(|stem| finals.contains(stem)) {
                remove_file(&entry.path())?;
            }
        }
        // Cargo puts only what the user asked for at the top, and its own files there begin with a dot.
        for entry in entries(&root)? {
            let ours = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !ours && !is_directory(&entry)? {
                remove_file(&entry.path())?;
            }
        }
    }
    Ok(())
}

/// Removes one run of a build script, known by its `OUT_DIR`, so that cargo runs the script again.
pub(crate) fn forget_script(out_dir: &Path) -> Result<(), Error> {
    // In both layouts the unit's directory holds `out`; the old one keeps the fingerprint apart from it.
    let (Some("out"), Some(unit)) = (out_dir.file_name().and_then(OsStr::to_str), out_dir.parent()) else {
        return Ok(());
    };
    remove_tree(unit)?;
    let (root, name) = (unit.parent().and_then(Path::parent), unit.file_name());
    let (Some(root), Some(name)) = (root, name) else { return Ok(()) };
    remove_tree(&root.join(".fingerprint").join(name))
}

/// Removes every unit of the packages `names` from the profile directory `root`.
fn forget(root: &Path, names: &[String]) -> Result<(), Error> {
    let mut hashes = BTreeSet::new();
    for directory in [".fingerprint", "build"] {
        for entry in entries(&root.join(directory))? {
            let name = entry.file_name();
            let Some(hash) = names.iter().find_map(|package| unit_hash(&name, package)) else { continue };
            hashes.insert(hash.to_owned());
            remove_tree(&entry.path())?;
        }
    }
    for entry in entries(&root.join("deps"))? {
        let name = entry.file_name();
        let hash = stem(&name).and_then(|stem| stem.rsplit_once('-')).map(|(_, hash)| hash);
        if hash.is_some_and(|hash| hashes.contains(hash)) {
            remove_file(&entry.path())?;
        }
    }
    for package in names {
        remove_tree(&root.join("build").join(package))?;
    }
    Ok(())
}

/// The directories of `target_dir` that hold one profile: `<profile>` and `<triple>/<profile>`.
fn profile_roots(target_dir: &Path) -> Result<Vec<PathBuf>, Error> {
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
    [".fingerprint", "build", "deps"].iter().any(|name| directory.join(name).is_dir())
}

/// The hash of the unit that `entry` belongs to, if it is one of exactly `package`: `<package>-<16 hex digits>`.
fn unit_hash<'a>(entry: &'a OsStr, package: &str) -> Option<&'a str> {
    let hash = entry.to_str()?.strip_prefix(package)?.strip_prefix('-')?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(hash)
}

/// The name of a file up to its first dot.
fn stem(name: &OsStr) -> Option<&str> {
    name.to_str()?.split('.').next()
}

/// What local dynamic libraries are called below `deps`, where they alone carry no hash.
fn final_stems(names: &[String], artifacts: &[Artifact]) -> BTreeSet<String> {
    let stubs =
        artifacts.iter().filter(|artifact| names.iter().any(|name| name == artifact.package().name()));
    stubs.map(|artifact| format!("lib{}", artifact.target().replace('-', "_"))).collect()
}

/// The entries of `directory`, sorted by name; none if it is not there.
fn entries(directory: &Path) -> Result<Vec<DirEntry>, Error> {
    let listing = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    let mut entries = listing.map_err(Error::file("list", directory))?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

fn directories(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in entries(directory)? {
        if is_directory(&entry)? {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn is_directory(entry: &DirEntry) -> Result<bool, Error> {
    entry.file_type().map(|kind| kind.is_dir()).map_err(Error::file("look at", &entry.path()))
}

fn remove_tree(path: &Path) -> Result<(), Error> {
    absent_is_fine(fs::remove_dir_all(path)).map_err(Error::file("remove", path))
}

fn remove_file(path: &Path) -> Result<(), Error> {
    absent_is_fine(fs::remove_file(path)).map_err(Error::file("remove", path))
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
