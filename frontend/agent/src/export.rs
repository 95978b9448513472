//! Copies live artifacts out of a target directory: as cargo would find them fresh, and not a byte more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::files;
use crate::sources;
use crate::stamp::Stamp;
use crate::unit;

/// What cargo keeps at the top of a target directory for itself.
const OF_CARGO: [&str; 2] = [".rustc_info.json", "CACHEDIR.TAG"];

/// Files beside a unit's fingerprint, its build script or its output that no later build reads.
const UNREAD: [&str; 2] = ["invoked.timestamp", "stderr"];

/// Digests of the contents of libraries, by their paths relative to the target directory.
pub(crate) type Libraries = BTreeMap<String, String>;

/// Everything that is to be copied, by paths relative to both directories.
#[derive(Default)]
struct Copies {
    directories: BTreeMap<PathBuf, Stamp>,
    files: Vec<PathBuf>,
    /// Further names of a file, each with its first one.
    links: Vec<(PathBuf, PathBuf)>,
    symlinks: Vec<PathBuf>,
    seen: BTreeMap<(u64, u64), PathBuf>,
}

/// Copies the units `live` from `from` to `to` with modification times, modes and links, and returns the digests of all
/// libraries.
pub(crate) fn export(from: &Path, to: &Path, live: &BTreeSet<String>) -> Result<Libraries, Error> {
    let mut copies = Copies::default();
    for piece in unit::pieces(from)?.iter().filter(|piece| live.contains(&piece.unit)) {
        let path = piece.path.strip_prefix(from).unwrap_or(&piece.path);
        if piece.package().is_some() {
            copies.unit(from, path)?;
        } else if is_read(path) {
            copies.add(from, path)?;
        }
    }
    for name in OF_CARGO {
        copies.add(from, Path::new(name))?;
    }
    copies.make(from, to)
}

impl Copies {
    /// Adds a directory of one unit.
    fn unit(&mut self, from: &Path, directory: &Path) -> Result<(), Error> {
        let names = files::names(&from.join(directory))?;
        let read = names.iter().filter(|name| is_read(Path::new(name)));
        for name in read {
            let path = directory.join(name);
            // Cargo's new layout has one directory more; what a build script made is nobody's to judge.
            if name == "fingerprint" || name == "run" {
                self.unit(from, &path)?;
            } else {
                self.add(from, &path)?;
            }
        }
        if names.is_empty() { Ok(()) } else { self.directory(from, directory) }
    }

    /// Adds a file, a link or a whole directory; one that is not there is none.
    fn add(&mut self, from: &Path, path: &Path) -> Result<(), Error> {
        let absolute = from.join(path);
        let metadata = match fs::symlink_metadata(&absolute) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            metadata => metadata.map_err(Error::file("look at", &absolute))?,
        };
        if let Some(parent) = path.parent() {
            self.directory(from, parent)?;
        }
        if metadata.is_dir() {
            self.directory(from, path)?;
            for name in files::names(&absolute)? {
                self.add(from, &path.join(name))?;
            }
        } else if metadata.is_symlink() {
            self.symlinks.push(path.to_owned());
        } else if metadata.is_file() {
            self.file(path, &metadata);
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, metadata: &Metadata) {
        match self.seen.get(&(metadata.dev(), metadata.ino())) {
            Some(first) if first == path => {}
            Some(first) => self.links.push((path.to_owned(), first.clone())),
            None => {
                self.seen.insert((metadata.dev(), metadata.ino()), path.to_owned());
                self.files.push(path.to_owned());
            }
        }
    }

    /// Adds a directory and those above it, without what is in them.
    fn directory(&mut self, from: &Path, path: &Path) -> Result<(), Error> {
        for directory in path.ancestors().filter(|directory| !directory.as_os_str().is_empty()) {
            if self.directories.contains_key(directory) {
                break;
            }
            let absolute = from.join(directory);
            let metadata = fs::metadata(&absolute).map_err(Error::file("look at", &absolute))?;
            self.directories.insert(directory.to_owned(), Stamp::of(&metadata));
        }
        Ok(())
    }

    fn make(self, from: &Path, to: &Path) -> Result<Libraries, Error> {
        for directory in self.directories.keys() {
            let directory = to.join(directory);
            fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
        }
        let libraries = copy_all(from, to, &self.files)?;
        for (path, first) in &self.links {
            let path = to.join(path);
            fs::hard_link(to.join(first), &path).map_err(Error::file("link", &path))?;
        }
        for path in &self.symlinks {
            let (old, new) = (from.join(path), to.join(path));
            let target = fs::read_link(&old).map_err(Error::file("read", &old))?;
            symlink(target, &new).map_err(Error::file("link", &new))?;
            let metadata = fs::symlink_metadata(&old).map_err(Error::file("look at", &old))?;
            Stamp::of(&metadata).set(&new)?;
        }
        // Last, and those below first, since whatever is put into a directory changes its time.
        for (directory, stamp) in self.directories.iter().rev() {
            stamp.set(&to.join(directory))?;
        }
        Ok(libraries)
    }
}

/// False for what no later build reads: dep-info for other tools, what cargo writes for people, times that it has put
/// elsewhere already.
fn is_read(name: &Path) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    let unread = UNREAD.iter().any(|unread| name.as_os_str() == *unread);
    !unread && !matches!(extension, Some("d" | "json"))
}

/// Copies `files` on every processor there is.
fn copy_all(from: &Path, to: &Path, files: &[PathBuf]) -> Result<Libraries, Error> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut libraries = Libraries::new();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let digest = copy(&from.join(path), &to.join(path), is_library(path))?;
            libraries.extend(digest.and_then(|digest| Some((path.to_str()?.to_owned(), digest))));
        }
        Ok(libraries)
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<Result<Libraries, Error>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let own = work();
        let joined = others.into_iter().map(|worker| {
            worker.join().unwrap_or_else(|_| {
                Err(Error::System {
                    action: "copy artifacts",
                    source: std::io::Error::other("a thread that copied them panicked"),
                })
            })
        });
        std::iter::once(own).chain(joined).collect()
    });
    results.into_iter().try_fold(Libraries::new(), |mut all, libraries| {
        all.extend(libraries?);
        Ok(all)
    })
}

fn is_library(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rlib" | "rmeta" | "so"))
}

/// Copies one file with its mode and time, and returns the digest of what it holds if that is `wanted`.
fn copy(from: &Path, to: &Path, wanted: bool) -> Result<Option<String>, Error> {
    let metadata = fs::metadata(from).map_err(Error::file("look at", from))?;
    let digest = if wanted {
        let mut hash = Sha256::new();
        let copied = copy_hashing(from, to, &mut hash);
        copied
            .and_then(|()| fs::set_permissions(to, metadata.permissions()))
            .map_err(Error::file("copy", from))?;
        Some(sources::hex(hash))
    } else {
        fs::copy(from, to).map_err(Error::file("copy", from))?;
        None
    };
    Stamp::of(&metadata).set(to)?;
    Ok(digest)
}

/// Reads a large file once and not twice.
fn copy_hashing(from: &Path, to: &Path, hash: &mut Sha256) -> std::io::Result<()> {
    let (mut from, mut to) = (File::open(from)?, File::create(to)?);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        hash.update(bytes);
        to.write_all(bytes)?;
    }
}
