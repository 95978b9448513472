//! The source directory as it is: every path in it and what it holds.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;

/// Every path below a directory with its metadata, the directory itself as the empty path.
pub(crate) type Listing = BTreeMap<PathBuf, Metadata>;

/// What a digest begins with that is of a directory.
pub(crate) const DIRECTORY: &str = "directory";

/// What a digest begins with that is of a link.
pub(crate) const LINK: &str = "link";

/// Lists `root` without following links, and without what is at or below one of the absolute paths in `skip`.
pub(crate) fn list(root: &Path, skip: &[PathBuf]) -> Result<Listing, Error> {
    let metadata = fs::metadata(root).map_err(Error::file("look at", root))?;
    let mut listing = Listing::from([(PathBuf::new(), metadata)]);
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        let absolute = root.join(&directory);
        for entry in fs::read_dir(&absolute).map_err(Error::file("list", &absolute))? {
            let entry = entry.map_err(Error::file("list", &absolute))?;
            let path = entry.path();
            if skip.contains(&path) {
                continue;
            }
            let metadata = entry.metadata().map_err(Error::file("look at", &path))?;
            let relative = directory.join(entry.file_name());
            if metadata.is_dir() {
                directories.push(relative.clone());
            }
            listing.insert(relative, metadata);
        }
    }
    Ok(listing)
}

/// The digest of every listed path: of a file its contents and whether it can be run, of a link its text, of a
/// directory the names in it, what each is, and the text of each link. It begins with what the path is.
pub(crate) fn digests(root: &Path, listing: &Listing) -> Result<BTreeMap<PathBuf, String>, Error> {
    let mut directories: BTreeMap<&Path, Sha256> = BTreeMap::new();
    let mut digests = BTreeMap::new();
    for (path, metadata) in listing {
        if metadata.is_dir() {
            directories.insert(path, Sha256::new());
        } else {
            digests.insert(path.clone(), digest(root, path, metadata)?);
        }
        // A parent sorts before its children, so it is there already; the root has none.
        let parent = path.parent().and_then(|parent| directories.get_mut(parent));
        if let (Some(parent), Some(name)) = (parent, path.file_name()) {
            let link = digests.get(path).filter(|_| metadata.is_symlink()).map_or("", String::as_str);
            for part in [kind(metadata).as_bytes(), name.as_bytes(), link.as_bytes()] {
                parent.update(part);
                parent.update([0]);
            }
        }
    }
    digests.extend(directories.into_iter().map(|(path, hash)| (path.to_owned(), text_of(DIRECTORY, hash))));
    Ok(digests)
}

/// The digest of one path that is no directory.
pub(crate) fn digest(root: &Path, path: &Path, metadata: &Metadata) -> Result<String, Error> {
    let absolute = root.join(path);
    let mut hash = Sha256::new();
    if metadata.is_symlink() {
        let text = fs::read_link(&absolute).map_err(Error::file("read", &absolute))?;
        hash.update(text.as_os_str().as_bytes());
    } else if metadata.is_file() {
        // Opening anything else, a pipe say, might wait for ever.
        read_into(&mut hash, &absolute).map_err(Error::file("read", &absolute))?;
    }
    Ok(text_of(kind(metadata), hash))
}

/// What `digest` is of.
pub(crate) fn kind_of(digest: &str) -> &str {
    digest.split(':').next().unwrap_or_default()
}

/// `<kind>:<lower-case hexadecimal digits>`.
fn text_of(kind: &str, hash: Sha256) -> String {
    format!("{kind}:{}", hex(hash))
}

fn read_into(hash: &mut Sha256, path: &Path) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() {
        DIRECTORY
    } else if metadata.is_symlink() {
        LINK
    } else if !metadata.is_file() {
        "other"
    } else if metadata.permissions().mode() & 0o111 == 0 {
        "file"
    } else {
        "program"
    }
}

/// A finished hash as lower-case hexadecimal digits.
pub(crate) fn hex(hash: Sha256) -> String {
    let digits = hash.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}
