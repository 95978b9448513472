//! The download cache: what earlier fetches brought, in a cache mount that parallel builds share.
//!
//! It is laid out like a `CARGO_HOME`. A file in it may have been half written when a machine went down, and builds of
//! other projects write to it. So an archive is believed for its checksum only, an index entry for its form, and of a
//! git repository the objects, which git compares with their names. Where a registry has its archives and whom it
//! sends a token to (`config.json`) is downloaded in each build.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::files;
use crate::lockfile::Lockfile;
use crate::repository;
use crate::restored::{Restored, ident};
use crate::sources::hex;

/// One download cache.
pub(crate) struct Downloads {
    root: PathBuf,
}

impl Downloads {
    /// The cache in the directory `root`.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Puts what `lockfile` names into `home`, as far as it is here and not there, and writes down in `restored` what
    /// that was.
    pub(crate) fn restore(
        &self,
        lockfile: &Lockfile,
        home: &Path,
        restored: &mut Restored,
    ) -> Result<(), Error> {
        // A cache that cannot be locked is one that nobody can write to either.
        let lock = File::open(self.lock_file()).ok();
        if let Some(lock) = &lock {
            lock.lock_shared().map_err(Error::file("lock", &self.lock_file()))?;
        }
        self.restore_crates(lockfile, home, restored)?;
        self.restore_indexes(lockfile, home, restored)?;
        self.restore_repositories(lockfile, home, restored)
    }

    fn restore_crates(&self, lockfile: &Lockfile, home: &Path, restored: &mut Restored) -> Result<(), Error> {
        let cache = Path::new("registry/cache");
        for host in files::names(&self.root.join(cache))? {
            for one in &lockfile.crates {
                let name = cache.join(&host).join(format!("{}.crate", one.stem()));
                if home.join(&name).exists() {
                    continue;
                }
                let Ok(bytes) = fs::read(self.root.join(&name)) else { continue };
                if hex(Sha256::new_with_prefix(&bytes)) == one.checksum {
                    files::write(&home.join(&name), &bytes)?;
                    restored.crates.insert((host.clone(), one.stem()));
                } else {
                    // If it cannot go, it is at least not used.
                    files::remove(&self.root.join(&name)).ok();
                }
            }
        }
        Ok(())
    }

    fn restore_indexes(
        &self,
        lockfile: &Lockfile,
        home: &Path,
        restored: &mut Restored,
    ) -> Result<(), Error> {
        let index = Path::new("registry/index");
        for host in files::names(&self.root.join(index))? {
            let (from, to) = (self.root.join(index).join(&host), home.join(index).join(&host));
            if from.join(".git").is_dir() {
                if !to.exists() && lockfile.registries.iter().any(|url| ident(&host) == Some(host_of(url))) {
                    repository::copy(&from.join(".git"), &to.join(".git"))?;
                }
                continue;
            }
            for one in &lockfile.crates {
                let name = Path::new(".cache").join(index_path(&one.name));
                if to.join(&name).exists() {
                    continue;
                }
                let Ok(bytes) = fs::read(from.join(&name)) else { continue };
                if is_whole_entry(&bytes) {
                    files::write(&to.join(&name), &bytes)?;
                    restored.indexes.entry(host.clone()).or_default().insert(name);
                }
            }
        }
        Ok(())
    }

    fn restore_repositories(
        &self,
        lockfile: &Lockfile,
        home: &Path,
        restored: &mut Restored,
    ) -> Result<(), Error> {
        let db = Path::new("git/db");
        for name in files::names(&self.root.join(db))? {
            let to = home.join(db).join(&name);
            if !to.exists() && lockfile.repositories.iter().any(|url| is_repository(&name, url)) {
                repository::copy(&self.root.join(db).join(&name), &to)?;
                restored.repositories.insert(name);
            }
        }
        Ok(())
    }

    /// Keeps what `home` has and the cache has not.
    pub(crate) fn save(&self, home: &Path) -> Result<(), Error> {
        fs::create_dir_all(&self.root).map_err(Error::file("create", &self.root))?;
        let lock = File::create(self.lock_file()).map_err(Error::file("write", &self.lock_file()))?;
        lock.lock().map_err(Error::file("lock", &self.lock_file()))?;
        let saved = self.save_locked(home);
        // Also what a build left that was killed here, or that had no room.
        files::remove(&self.new_file())?;
        saved
    }

    fn save_locked(&self, home: &Path) -> Result<(), Error> {
        for host in files::names(&home.join("registry/cache"))? {
            self.save_files(home, &Path::new("registry/cache").join(host))?;
        }
        for host in files::names(&home.join("registry/index"))? {
            let name = Path::new("registry/index").join(host);
            if home.join(&name).join(".git").is_dir() {
                self.save_whole(home, &name)?;
            } else {
                self.save_files(home, &name)?;
            }
        }
        for name in files::names(&home.join("git/db"))? {
            self.save_whole(home, &Path::new("git/db").join(name))?;
        }
        Ok(())
    }

    /// Keeps every file at or below `name`, each on its own.
    fn save_files(&self, home: &Path, name: &Path) -> Result<(), Error> {
        let from = home.join(name);
        if from.is_dir() {
            return files::names(&from)?
                .iter()
                .try_for_each(|below| self.save_files(home, &name.join(below)));
        }
        let to = self.root.join(name);
        // An archive never changes under its name; a half-written one was removed when it was looked at.
        let is_archive = from.extension() == Some(OsStr::new("crate"));
        if (is_archive && to.exists()) || files::is_same(&from, &to) {
            return Ok(());
        }
        self.put(&from, &to)
    }

    /// Keeps the directory `name` as a whole.
    fn save_whole(&self, home: &Path, name: &Path) -> Result<(), Error> {
        let (from, to) = (home.join(name), self.root.join(name));
        if files::is_same(&from, &to) { Ok(()) } else { self.put(&from, &to) }
    }

    /// Puts `from` at `to`; between the two steps nothing is there, which is only a miss.
    fn put(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let new = self.new_file();
        files::remove(&new)?;
        files::copy(from, &new)?;
        if new.is_dir() {
            // Nothing tells a half-written repository from a whole one, so it must be on the disk before its name is.
            let directory = File::open(&new).map_err(Error::file("open", &new))?;
            rustix::fs::syncfs(directory).map_err(|errno| Error::file("write", &new)(errno.into()))?;
            files::remove(to)?;
        }
        files::create_parent(to)?;
        fs::rename(&new, to).map_err(Error::file("replace", to))
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// Where a file or directory is while it is written; only the holder of the lock has one.
    fn new_file(&self) -> PathBuf {
        self.root.join(".new")
    }
}

/// Where a registry's index has the entry of `name`, as every registry lays its index out.
fn index_path(name: &str) -> PathBuf {
    let name = name.to_lowercase();
    let part = |range: std::ops::Range<usize>| name.get(range).unwrap_or_default().to_owned();
    match name.len() {
        1 => PathBuf::from("1").join(&name),
        2 => PathBuf::from("2").join(&name),
        3 => PathBuf::from("3").join(part(0..1)).join(&name),
        _ => PathBuf::from(part(0..2)).join(part(2..4)).join(&name),
    }
}

/// True unless an entry of an index was cut off or never reached the disk: cargo begins each with a version number
/// that is not zero and ends each record with a zero.
fn is_whole_entry(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first != 0) && bytes.last() == Some(&0)
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    host.split(':').next().unwrap_or(host)
}

/// True if cargo may keep the repository at `url` in the directory `name`, by what can be read of it.
fn is_repository(name: &OsStr, url: &str) -> bool {
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or(url);
    let last = last.strip_suffix(".git").unwrap_or(last);
    ident(name).is_some_and(|ident| ident.eq_ignore_ascii_case(last))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::Path;

    use super::{host_of, index_path, is_repository, is_whole_entry};

    #[test]
    fn index_entries_are_found_where_registries_keep_them() {
        for (name, path) in [
            ("a", "1/a"),
            ("ab", "2/ab"),
            ("abc", "3/a/abc"),
            ("Inflector", "in/fl/inflector"),
            ("serde", "se/rd/serde"),
        ] {
            assert_eq!(index_path(name), Path::new(path));
        }
    }

    #[test]
    fn half_written_entries_are_not_believed() {
        assert!(is_whole_entry(b"\x03\x02\0\0\0etag\x001.0.0\0{}\0"));
        for cut in [&b""[..], b"\0\0\0\0", b"\x03\x02\0\0\0etag\x001.0.0\0{"] {
            assert!(!is_whole_entry(cut), "{cut:?}");
        }
    }

    #[test]
    fn repositories_and_hosts_are_recognised() {
        assert_eq!(host_of("https://user@example.com:8080/x"), "example.com");
        assert_eq!(host_of("ssh://git@example.com/x.git"), "example.com");
        for (url, expected) in [
            ("https://example.com/a/Forked.git", true),
            ("https://example.com/a/forked/", true),
            ("https://example.com/a/fork", false),
        ] {
            assert_eq!(is_repository(OsStr::new("forked-0123456789abcdef"), url), expected, "{url}");
        }
    }
}
