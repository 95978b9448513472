//! What cargo runs use of a target directory, so that the rest of it can go.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::Error;
use crate::files;
use crate::history::History;
use crate::messages::{Artifact, Script};
use crate::unit::{self, Piece};

/// The units that a cargo run named by its `artifacts` and its build `scripts`, as [`Piece::unit`] has them.
///
/// An artifact of which no name tells the unit counts for every unit of its package that there is.
pub(crate) fn select<'a>(
    target_dir: &Path,
    artifacts: impl Iterator<Item = &'a Artifact>,
    scripts: impl Iterator<Item = &'a Script>,
) -> Result<BTreeSet<String>, Error> {
    let pieces = unit::pieces(target_dir)?;
    let mut live: BTreeSet<String> =
        scripts.filter_map(|script| unit::of(target_dir, &script.out_dir)).collect();
    for artifact in artifacts {
        let mut is_known = false;
        for path in &artifact.filenames {
            if let Some(unit) = unit::of(target_dir, path) {
                is_known = true;
                live.insert(unit);
            } else {
                for piece in twins(path, artifact, &pieces) {
                    is_known |= piece.hash().is_some();
                    live.insert(piece.unit.clone());
                }
            }
        }
        if !is_known {
            let package = artifact.package().name();
            let of_package = pieces.iter().filter(|piece| piece.package() == Some(package));
            live.extend(of_package.map(|piece| piece.unit.clone()));
        }
    }
    Ok(live)
}

/// Where the final artifact `path` lies as well: cargo gives it a second name without a hash, and both names are of one
/// file.
fn twins<'a>(path: &Path, artifact: &Artifact, pieces: &'a [Piece]) -> Vec<&'a Piece> {
    let Ok(metadata) = fs::metadata(path) else { return Vec::new() };
    let stem = artifact.target().replace('-', "_");
    let is_same = |other: &Path| {
        let name = other.file_name().and_then(OsStr::to_str);
        name.is_some_and(|name| name.replace('-', "_").contains(&stem))
            && fs::symlink_metadata(other)
                .is_ok_and(|other| (other.dev(), other.ino()) == (metadata.dev(), metadata.ino()))
    };
    let is_twin = |piece: &&Piece| {
        let Some(package) = piece.package() else { return is_same(&piece.path) };
        let out = piece.path.join("out");
        package == artifact.package().name()
            && files::names(&out).is_ok_and(|names| names.iter().any(|name| is_same(&out.join(name))))
    };
    pieces.iter().filter(is_twin).collect()
}

/// Removes what none of the remembered runs used, but for what is `spared`.
pub(crate) fn sweep<T>(
    target_dir: &Path,
    history: &History<T>,
    spared: impl Fn(&Piece) -> bool,
) -> Result<(), Error> {
    let pieces = unit::pieces(target_dir)?;
    let unused = pieces.iter().filter(|piece| !history.keeps(&piece.unit) && !spared(piece));
    unused.map(|piece| &piece.path).try_for_each(|path| files::remove(path))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{select, sweep};
    use crate::history::History;
    use crate::messages::Artifacts;

    const ONE: &str = "1111111111111111";
    const TWO: &str = "2222222222222222";

    #[test]
    fn a_name_without_a_hash_leads_to_what_it_is_a_name_of() {
        for (is_linked, name, of_package, expected) in [
            (true, format!("deps/api_server-{ONE}"), "", &[ONE][..]),
            (true, format!("build/api/{ONE}/out/api_server-{ONE}"), "", &[ONE]),
            // Without a hash in any name, all units of the package count.
            (true, "deps/libapi_server.so".to_owned(), "", &[ONE, TWO, "deps/libapi_server.so"]),
            (false, format!("deps/api_server-{ONE}"), "", &[ONE, TWO]),
            (false, format!("deps/api_server-{ONE}"), "other-", &[]),
        ] {
            let target = tempfile::tempdir().unwrap();
            let put = |name: &str| {
                let path = target.path().join("x86/release").join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, "").unwrap();
                path
            };
            for hash in [ONE, TWO] {
                put(&format!(".fingerprint/{of_package}api-{hash}/x"));
            }
            let (other, file) = (put(&format!("deps/api_server-{TWO}.api_server.o")), put(&name));
            let path = target.path().join("x86/release/api-server");
            if is_linked {
                fs::hard_link(&file, &path).unwrap();
            } else {
                fs::write(&path, "").unwrap();
            }
            let message = serde_json::json!({
                "reason": "compiler-artifact", "package_id": "path+file:///src#api@0.1.0", "profile": {},
                "target": { "kind": ["bin"], "name": "api-server" }, "features": [], "executable": null,
                "filenames": [path], "fresh": false,
            });
            let mut artifacts = Artifacts::below(target.path());
            artifacts.take(message.to_string().as_bytes());
            let live = select(target.path(), artifacts.0.iter(), [].into_iter()).unwrap();
            let expected = expected.iter().map(|unit| format!("x86/release/{unit}"));
            assert_eq!(Vec::from_iter(&live), Vec::from_iter(&expected.collect::<Vec<_>>()), "{name}");

            let mut history = History::default();
            history.add(live.clone(), ());
            sweep(target.path(), &history, |piece| piece.path == other).unwrap();
            assert_eq!(file.exists(), !live.is_empty(), "{name}");
            assert!(other.exists() && path.exists(), "{name}");
            let fingerprint = format!("x86/release/.fingerprint/{of_package}api-{TWO}");
            assert_eq!(target.path().join(fingerprint).exists(), live.len() > 1, "{name}");
        }
    }
}
