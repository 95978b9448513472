//! Directories that may not be there, and copies that are whole or not there.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use crate::error::Error;

/// Up to this many bytes, files are compared by what they hold. Larger ones that cargo downloads are named after it.
const SMALL: u64 = 64 * 1024;

/// The names in `directory`, sorted; none if it is not there.
pub(crate) fn names(directory: &Path) -> Result<Vec<OsString>, Error> {
    let listing = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()
        }),
    };
    let mut names = listing.map_err(Error::file("list", directory))?;
    names.sort();
    Ok(names)
}

/// True for a directory; a link to one is none.
pub(crate) fn is_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// Removes a file, a link or a whole directory; that it is gone already is fine.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Empties a directory that cannot be removed itself.
pub(crate) fn clear(directory: &Path) -> Result<(), Error> {
    names(directory)?.into_iter().try_for_each(|name| remove(&directory.join(name)))
}

/// Writes `bytes` to `path`, its directory included.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    create_parent(path)?;
    fs::write(path, bytes).map_err(Error::file("write", path))
}

/// Makes the directory that `path` lies in.
pub(crate) fn create_parent(path: &Path) -> Result<(), Error> {
    path.parent().map_or(Ok(()), |parent| fs::create_dir_all(parent).map_err(Error::file("create", parent)))
}

/// Copies the file or directory `from` to `to`, where nothing is. Links and special files are left out: nothing that
/// cargo downloads has any that it needs.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(from).map_err(Error::file("look at", from))?;
    if metadata.is_dir() {
        fs::create_dir_all(to).map_err(Error::file("create", to))?;
        for name in names(from)? {
            copy(&from.join(&name), &to.join(&name))?;
        }
    } else if metadata.is_file() {
        fs::copy(from, to).map_err(Error::file("copy", from))?;
    }
    Ok(())
}

/// True if both are there and cannot be told apart by names, kinds and sizes; of small files also by what they hold.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let (Ok(first), Ok(second)) = (fs::symlink_metadata(one), fs::symlink_metadata(other)) else {
        return false;
    };
    if first.is_dir() && second.is_dir() {
        let (Ok(first), Ok(second)) = (names(one), names(other)) else { return false };
        return first == second && first.iter().all(|name| is_same(&one.join(name), &other.join(name)));
    }
    let same_size = first.is_file() && second.is_file() && first.len() == second.len();
    same_size && (first.len() > SMALL || fs::read(one).ok() == fs::read(other).ok())
}
