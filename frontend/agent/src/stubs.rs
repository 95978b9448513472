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

/// Removes every unit of the packages `names` from `target_dir`, so that cargo compiles them again.
pub(crate) fn forget_packages(target_dir: &Path, names: &BTreeSet<String>) -> Result<(), Error> {
    let names: Vec<String> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
    if names.is_empty() {
        return Ok(());
    }
    profile_roots(target_dir)?.iter().try_for_each(|root| forget(root, &names))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{forget_script, remove, unit_hash};

    fn put(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
    }

    #[test]
    fn only_the_very_package_is_meant() {
        for (entry, expected) in [
            ("api-0123456789abcdef", Some("0123456789abcdef")),
            ("api-0123456789abcde", None),
            ("api-0123456789abcdefa", None),
            ("api-core-0123456789abcdef", None),
            ("api_core-0123456789abcdef", None),
            ("my-api-0123456789abcdef", None),
            ("api-0123456789abcdeg", None),
            ("api", None),
        ] {
            assert_eq!(unit_hash(entry.as_ref(), "api"), expected, "{entry}");
        }
    }

    #[test]
    fn crates_of_like_names_stay() {
        let target = tempfile::tempdir().unwrap();
        let (stub, other) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
        let of = |hash: &str, package: &str, name: &str| {
            [
                format!("release/.fingerprint/{package}-{hash}/lib-{name}"),
                format!("release/deps/lib{name}-{hash}.rlib"),
                format!("release/deps/{name}-{hash}.d"),
                format!("release/build/{package}-{hash}/output"),
            ]
        };
        let (stubs, others) =
            (of(stub, "it", "it"), [of(other, "it-oa", "it_oa"), of(other, "itoa", "itoa")].concat());
        for name in stubs.iter().chain(&others) {
            put(target.path(), &[name]);
        }
        put(
            target.path(),
            &["release/it", "release/.cargo-lock", "CACHEDIR.TAG", "release/incremental/it-1/x"],
        );
        remove(target.path(), &["it".to_owned()], &[]).unwrap();
        let there = |name: &str| target.path().join(name).exists();
        assert!(stubs.iter().all(|name| !there(name)));
        assert!(others.iter().all(|name| there(name)));
        assert!(there("CACHEDIR.TAG") && there("release/.cargo-lock"));
        assert!(!there("release/it") && !there("release/incremental"));
    }

    #[test]
    fn a_script_is_forgotten_in_both_layouts() {
        let target = tempfile::tempdir().unwrap();
        put(target.path(), &["old/build/a-1/out/x", "old/.fingerprint/a-1/y", "old/.fingerprint/a-2/y"]);
        put(target.path(), &["new/build/a/1/out/x", "new/build/a/1/fingerprint/y", "new/build/a/2/out/x"]);
        for out_dir in ["old/build/a-1/out", "new/build/a/1/out", "not/a/unit"] {
            forget_script(&target.path().join(out_dir)).unwrap();
        }
        let there = |name: &str| target.path().join(name).exists();
        assert!(!there("old/build/a-1") && !there("old/.fingerprint/a-1") && there("old/.fingerprint/a-2"));
        assert!(!there("new/build/a/1") && there("new/build/a/2"));
    }
}
