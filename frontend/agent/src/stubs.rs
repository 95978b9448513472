//! Takes a package's output out of a target directory, so that cargo has never heard of it.
//!
//! Cargo has two layouts. In the old one every unit has a hash of its own that ends the names of all its files; in the
//! new one (the default since 1.100) each package has a directory of its own.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files;
use crate::messages::Artifact;

/// Removes everything that the synthetic packages `names` left in `target_dir`, and everything that only the last
/// link leaves: incremental data, examples, final artifacts. What externals need stays untouched.
pub(crate) fn remove(target_dir: &Path, names: &[String], artifacts: &[Artifact]) -> Result<(), Error> {
    let finals = final_stems(names, artifacts);
    for root in profile_roots(target_dir)? {
        forget(&root, names)?;
        for directory in ["incremental", "examples"] {
            files::remove(&root.join(directory))?;
        }
        for name in files::names(&root.join("deps"))? {
            if stem(&name).is_some_and(|stem| finals.contains(stem)) {
                files::remove(&root.join("deps").join(name))?;
            }
        }
        // Cargo puts only what the user asked for at the top, and its own files there begin with a dot.
        for name in files::names(&root)? {
            let is_cargos = name.as_encoded_bytes().starts_with(b".");
            if !is_cargos && !is_directory(&root.join(&name)) {
                files::remove(&root.join(name))?;
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
    files::remove(unit)?;
    let (root, name) = (unit.parent().and_then(Path::parent), unit.file_name());
    let (Some(root), Some(name)) = (root, name) else { return Ok(()) };
    files::remove(&root.join(".fingerprint").join(name))
}

/// Removes every unit of the packages `names` from the profile directory `root`.
fn forget(root: &Path, names: &[String]) -> Result<(), Error> {
    let mut hashes = BTreeSet::new();
    for directory in [".fingerprint", "build"] {
        for name in files::names(&root.join(directory))? {
            let Some(hash) = names.iter().find_map(|package| unit_hash(&name, package)) else { continue };
            hashes.insert(hash.to_owned());
            files::remove(&root.join(directory).join(&name))?;
        }
    }
    for name in files::names(&root.join("deps"))? {
        let hash = stem(&name).and_then(|stem| stem.rsplit_once('-')).map(|(_, hash)| hash);
        if hash.is_some_and(|hash| hashes.contains(hash)) {
            files::remove(&root.join("deps").join(&name))?;
        }
    }
    for package in names {
        files::remove(&root.join("build").join(package))?;
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

/// The directories in `directory`, sorted.
fn directories(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let below = files::names(directory)?.into_iter().map(|name| directory.join(name));
    Ok(below.filter(|path| is_directory(path)).collect())
}

/// True for a directory; a link to one is none.
fn is_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}
