//! Takes a package's output out of a target directory, so that cargo has never heard of it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use crate::error::Error;
use crate::files;
use crate::messages::Artifact;
use crate::unit::{self, Piece};

/// Removes everything that the synthetic packages `names` left in `target_dir`, and everything that only the last
/// link leaves: incremental data, examples, final artifacts. What externals need stays untouched.
pub(crate) fn remove(target_dir: &Path, names: &[String], artifacts: &[Artifact]) -> Result<(), Error> {
    let finals = final_stems(names, artifacts);
    forget(target_dir, names)?;
    for root in unit::profile_roots(target_dir)? {
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
            if !is_cargos && !files::is_directory(&root.join(&name)) {
                files::remove(&root.join(name))?;
            }
        }
    }
    Ok(())
}

/// Removes every unit of the packages `names` from `target_dir`, so that cargo compiles them again.
pub(crate) fn forget_packages(target_dir: &Path, names: &BTreeSet<String>) -> Result<(), Error> {
    let names: Vec<String> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
    if names.is_empty() { Ok(()) } else { forget(target_dir, &names) }
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

/// Removes every run of a build script of the packages `names`, so that cargo runs the scripts again. The compiled
/// scripts stay.
pub(crate) fn forget_scripts(target_dir: &Path, names: &[String]) -> Result<(), Error> {
    for piece in unit::pieces(target_dir)? {
        let out_dir = piece.path.join("out");
        let is_meant = piece.package().is_some_and(|package| names.iter().any(|name| name == package));
        if is_meant && out_dir.is_dir() {
            forget_script(&out_dir)?;
        }
    }
    Ok(())
}

/// Removes every unit of the packages `names`.
fn forget(target_dir: &Path, names: &[String]) -> Result<(), Error> {
    let pieces = unit::pieces(target_dir)?;
    let is_meant = |piece: &&Piece| names.iter().any(|name| piece.package() == Some(name));
    let units: BTreeSet<&str> = pieces.iter().filter(is_meant).map(|piece| piece.unit.as_str()).collect();
    for piece in pieces.iter().filter(|piece| units.contains(piece.unit.as_str())) {
        files::remove(&piece.path)?;
    }
    for root in unit::profile_roots(target_dir)? {
        names.iter().try_for_each(|name| files::remove(&root.join("build").join(name)))?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{forget_script, remove};

    fn put(root: &Path, names: &[&str]) {
        for name in names {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
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
    fn scripts_are_forgotten_by_package() {
        let target = tempfile::tempdir().unwrap();
        let names: Vec<String> = ["a", "a-b", "b"]
            .iter()
            .flat_map(|name| [format!("{name}-1111111111111111"), format!("{name}-2222222222222222")])
            .collect();
        for name in &names {
            let made = if name.ends_with('1') { "out/x" } else { "build-script-build" };
            put(
                target.path(),
                &[&format!("release/build/{name}/{made}"), &format!("release/.fingerprint/{name}/y")],
            );
        }
        super::forget_scripts(target.path(), &["a".to_owned()]).unwrap();
        let gone: Vec<&String> =
            names.iter().filter(|name| !target.path().join("release/build").join(name).exists()).collect();
        assert_eq!(gone, ["a-1111111111111111"]);
        assert!(!target.path().join("release/.fingerprint/a-1111111111111111").exists());
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
