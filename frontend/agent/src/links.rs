//! Puts the compiled dependencies into a target directory that outlives them: as links to the layer that holds them.
//!
//! Nothing is copied, whatever cargo or rustc look at through a link is the layer's own, with its own time, and the
//! target directory only owns what was compiled from the user's sources. Links that an earlier layer left go.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::files;
use crate::ledger::key;
use crate::mount::Mount;
use crate::seed;
use crate::sources;
use crate::stamp::Stamp;
use crate::unit;

/// Files that a linker or compiler reads; local crates must be compiled again if one has other contents.
const LINKED: [&str; 5] = ["rlib", "rmeta", "so", "a", "o"];

/// With more names than this, the memory of what artifacts held starts anew. That costs one compile of the user's own
/// crates in hundreds of new lockfiles.
const REMEMBERED: usize = 20_000;

/// Makes `target_dir` hold every dependency of `layer`, and none of an earlier one.
///
/// Returns false if crates in `target_dir` may have been compiled against dependencies of the same names that held
/// something else; then the caller takes care that cargo compiles them again. The `mount` is brought up to date.
pub(crate) fn lay(layer: &Path, target_dir: &Path, mount: &mut Mount, now: Stamp) -> Result<bool, Error> {
    let wanted = wanted(layer)?;
    let mut same = !mount.mixed;
    mount.mixed = false;
    same &= learn(layer, &wanted, &mut mount.contents);
    clear(target_dir, layer, &wanted, mount)?;
    for entry in &wanted {
        same &= place(entry, &layer.join(&entry.path), &target_dir.join(&entry.path), mount, now)?;
    }
    // Cargo keeps answers of rustc's there and would otherwise ask again.
    let info = Path::new(".rustc_info.json");
    if layer.join(info).is_file() && !target_dir.join(info).exists() {
        files::copy(&layer.join(info), &target_dir.join(info))?;
    }
    Ok(same)
}

/// Something of the layer that gets one link: a file, or a unit's whole directory.
struct Entry {
    /// Relative to the layer.
    path: PathBuf,
    /// Itself, or the files in it, by path relative to the layer; links left out.
    files: Vec<(PathBuf, Metadata)>,
}

/// Everything that the layer hands out. What lies at its top is for the layer itself, and files that begin with a dot
/// are cargo's locks.
fn wanted(layer: &Path) -> Result<Vec<Entry>, Error> {
    let mut found = Vec::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        let is_top = directory.as_os_str().is_empty();
        for name in files::names(&layer.join(&directory))? {
            let path = directory.join(&name);
            let is_directory = files::is_directory(&layer.join(&path));
            if is_directory && unit::hash_in(&name).is_none() {
                directories.push(path);
            } else if is_directory || !(is_top || name.as_encoded_bytes().starts_with(b".")) {
                found.push(Entry { files: files_of(layer, &path)?, path });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Compares what the layer's artifacts hold with what local crates were compiled against, and remembers it. False if
/// any differs.
fn learn(layer: &Path, wanted: &[Entry], known: &mut BTreeMap<String, String>) -> bool {
    let digests = seed::digests(layer);
    let mut held = BTreeMap::new();
    for (path, metadata) in wanted.iter().flat_map(|entry| &entry.files) {
        if !path.extension().and_then(|one| one.to_str()).is_some_and(|one| LINKED.contains(&one)) {
            continue;
        }
        let name = key(path);
        // Without a digest, another time is taken for another content, in whole seconds as layers keep it.
        let unknown = || format!("{} bytes of {}", metadata.len(), Stamp::of(metadata).0);
        let content = digests.get(&name).cloned().unwrap_or_else(unknown);
        held.insert(name, content);
    }
    let same = held.iter().all(|(name, content)| known.get(name).is_none_or(|known| known == content));
    if same && known.len() + held.len() < REMEMBERED {
        known.extend(held);
        return true;
    }
    let fits = known.is_empty();
    *known = held;
    fits
}

/// The files at or below `path` with their metadata, links left out.
fn files_of(layer: &Path, path: &Path) -> Result<Vec<(PathBuf, Metadata)>, Error> {
    let mut found = Vec::new();
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        let absolute = layer.join(&path);
        let metadata = fs::symlink_metadata(&absolute).map_err(Error::file("look at", &absolute))?;
        if metadata.is_dir() {
            paths.extend(files::names(&absolute)?.into_iter().map(|name| path.join(name)));
        } else if metadata.is_file() {
            found.push((path, metadata));
        }
    }
    Ok(found)
}

/// Takes links out of `target_dir` that belong to an earlier layer, and copies that nothing wants any more.
fn clear(target_dir: &Path, layer: &Path, wanted: &[Entry], mount: &mut Mount) -> Result<(), Error> {
    let paths: BTreeSet<&Path> = wanted.iter().map(|entry| entry.path.as_path()).collect();
    let names: BTreeSet<String> = paths.iter().map(|path| key(path)).collect();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        for name in files::names(&target_dir.join(&directory))? {
            let path = directory.join(&name);
            let absolute = target_dir.join(&path);
            let metadata = fs::symlink_metadata(&absolute).map_err(Error::file("look at", &absolute))?;
            let is_stale_copy = mount.copies.contains_key(&key(&path)) && !names.contains(&key(&path));
            let is_stale_link = metadata.is_symlink()
                && !paths.contains(path.as_path())
                && fs::read_link(&absolute).is_ok_and(|to| to.starts_with(layer));
            if is_stale_copy || is_stale_link {
                files::remove(&absolute)?;
            } else if metadata.is_dir() && unit::hash_in(&name).is_none() {
                directories.push(path);
            }
        }
    }
    mount.copies.retain(|name, _| names.contains(name));
    Ok(())
}

/// Puts one entry in place. False if something stood there that local crates may have been compiled against.
fn place(entry: &Entry, from: &Path, to: &Path, mount: &mut Mount, now: Stamp) -> Result<bool, Error> {
    let name = key(&entry.path);
    let is_ahead = entry.files.iter().any(|(_, metadata)| Stamp::of(metadata) > now);
    let copied = mount.copies.get(&name);
    // A copy stays when the clock has caught up: what was compiled since is newer than it, and not than the layer's.
    if is_ahead || copied.is_some() {
        let original = signature(&entry.files);
        if copied == Some(&original) && fs::symlink_metadata(to).is_ok_and(|there| !there.is_symlink()) {
            return Ok(true);
        }
        if is_ahead {
            files::remove(to)?;
            files::create_parent(to)?;
            copy_settled(from, to, now)?;
            mount.copies.insert(name, original);
            return Ok(true);
        }
    }
    if fs::read_link(to).is_ok_and(|there| there == from) {
        return Ok(true);
    }
    let is_ours = mount.copies.remove(&name).is_some();
    let stood = fs::symlink_metadata(to).ok();
    let is_foreign = stood.is_some_and(|stood| !stood.is_symlink()) && !is_ours;
    files::remove(to)?;
    make_room(to)?;
    symlink(from, to).map_err(Error::file("link to", from))?;
    // A directory that a build script watches is as new as its newest link.
    Stamp::OLD.set(to)?;
    Ok(!is_foreign)
}

/// Makes the directory for `path`, also where a link or a file is in its way.
fn make_room(path: &Path) -> Result<(), Error> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if !files::is_directory(parent) && fs::symlink_metadata(parent).is_ok() {
        files::remove(parent)?;
    }
    files::create_parent(path)
}

/// Identifies what a copy is of.
fn signature(files: &[(PathBuf, Metadata)]) -> String {
    let mut hash = Sha256::new();
    for (path, metadata) in files {
        let Stamp(seconds, nanoseconds) = Stamp::of(metadata);
        hash.update(format!("{} {} {seconds} {nanoseconds}\n", key(path), metadata.len()));
    }
    sources::hex(hash)
}

/// Copies a file or directory with its times, but for those after `now`, which become `now`.
fn copy_settled(from: &Path, to: &Path, now: Stamp) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(from).map_err(Error::file("look at", from))?;
    if metadata.is_dir() {
        fs::create_dir(to).map_err(Error::file("create", to))?;
        for name in files::names(from)? {
            copy_settled(&from.join(&name), &to.join(&name), now)?;
        }
    } else if metadata.is_symlink() {
        let text = fs::read_link(from).map_err(Error::file("read", from))?;
        symlink(text, to).map_err(Error::file("link to", from))?;
    } else if metadata.is_file() {
        fs::copy(from, to).map_err(Error::file("copy", from))?;
    } else {
        return Ok(());
    }
    Stamp::of(&metadata).min(now).set(to)
}
