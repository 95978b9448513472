//! Takes out of a long-lived target directory what cargo would keep for ever, or must not find.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Error;
use crate::files;
use crate::ledger::key;
use crate::messages::Artifact;
use crate::mount::Mount;
use crate::stubs::profile_roots;
use crate::units;

/// Makes cargo compile everything again that is no link to the dependency layer.
///
/// A unit without its fingerprint has never been compiled as far as cargo knows. One that is half removed when the
/// machine stops is none either.
pub(crate) fn forget_local(target_dir: &Path, mount: &Mount) -> Result<(), Error> {
    for (_, path) in units::real(target_dir)? {
        let is_fingerprint = path.parent().is_some_and(|parent| parent.ends_with(".fingerprint"));
        if is_copy(target_dir, &path, mount) {
            continue;
        }
        if is_fingerprint {
            files::remove(&path)?;
        } else if units::is_real_directory(&path) {
            // In cargo's new layout the unit's directory holds it.
            files::remove(&path.join("fingerprint"))?;
        }
    }
    Ok(())
}

/// Removes units that none of the remembered builds used, and final artifacts that this build did not make.
pub(crate) fn remove_unused(target_dir: &Path, mount: &Mount, artifacts: &[Artifact]) -> Result<(), Error> {
    for (hash, path) in units::real(target_dir)? {
        if !mount.history.keeps(&hash) && !is_copy(target_dir, &path, mount) {
            files::remove(&path)?;
        }
    }
    let finals: BTreeSet<&str> = artifacts
        .iter()
        .flat_map(|artifact| &artifact.filenames)
        .filter_map(|path| path.file_name()?.to_str()?.split('.').next())
        .collect();
    for root in profile_roots(target_dir)? {
        for name in files::names(&root)? {
            let stem = name.to_str().and_then(|name| name.split('.').next());
            // Cargo's own files there begin with a dot. What goes is a second name of what is in `deps`, if that is
            // still there, and cargo makes it again when it is asked for.
            let is_stale = stem.is_some_and(|stem| !stem.is_empty() && !finals.contains(stem));
            if is_stale && !units::is_real_directory(&root.join(&name)) {
                files::remove(&root.join(&name))?;
            }
        }
    }
    Ok(())
}

fn is_copy(target_dir: &Path, path: &Path, mount: &Mount) -> bool {
    path.strip_prefix(target_dir).is_ok_and(|path| mount.copies.contains_key(&key(path)))
}
