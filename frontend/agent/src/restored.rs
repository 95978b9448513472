//! What came from earlier downloads, so that what this fetch had no use for goes again.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files;

/// Everything that was put into a `CARGO_HOME` before cargo ran.
///
/// Directories of registries and repositories carry a hash that depends on cargo's version, and a lockfile names
/// crates of other targets too. So more is put there than is needed, and what is needed shows only afterwards.
#[derive(Debug, Default)]
pub(crate) struct Restored {
    /// Archives: the registry's directory and the archive's name without extension.
    pub(crate) crates: BTreeSet<(OsString, String)>,
    /// By the registry's directory, the files of its index, relative to that directory.
    pub(crate) indexes: BTreeMap<OsString, BTreeSet<PathBuf>>,
    /// Directories of bare git repositories.
    pub(crate) repositories: BTreeSet<OsString>,
}

impl Restored {
    /// Removes what cargo, now that it is done, did not use. What cargo fetched itself is never touched.
    pub(crate) fn drop_unused(&mut self, home: &Path) -> Result<(), Error> {
        let registry = home.join("registry");
        // Cargo unpacks every archive that it needs.
        let (used, unused) = std::mem::take(&mut self.crates)
            .into_iter()
            .partition(|(host, stem)| registry.join("src").join(host).join(stem).is_dir());
        self.crates = used;
        for (host, stem) in unused {
            let directory = registry.join("cache").join(&host);
            files::remove(&directory.join(format!("{stem}.crate")))?;
            remove_if_empty(&directory)?;
        }
        for (host, entries) in std::mem::take(&mut self.indexes) {
            if is_double(&registry, &host, &entries)? {
                files::remove(&registry.join("index").join(&host))?;
            } else {
                self.indexes.insert(host, entries);
            }
        }
        // Cargo checks out every repository that it uses.
        let (used, unused) = std::mem::take(&mut self.repositories)
            .into_iter()
            .partition(|name| home.join("git/checkouts").join(name).is_dir());
        self.repositories = used;
        for name in unused {
            files::remove(&home.join("git/db").join(name))?;
        }
        Ok(())
    }
}

/// True if the index `host` is that of a registry which this cargo keeps under another name: no archive is of it, and
/// one of the same host of which some are has all its entries.
fn is_double(registry: &Path, host: &OsStr, entries: &BTreeSet<PathBuf>) -> Result<bool, Error> {
    if registry.join("cache").join(host).is_dir() {
        return Ok(false);
    }
    let others = files::names(&registry.join("cache"))?;
    let mut others = others.iter().filter(|other| ident(other) == ident(host));
    Ok(others
        .any(|other| entries.iter().all(|entry| registry.join("index").join(other).join(entry).exists())))
}

fn remove_if_empty(directory: &Path) -> Result<(), Error> {
    if files::names(directory)?.is_empty() { files::remove(directory) } else { Ok(()) }
}

/// The readable part of a directory that cargo names `<ident>-<16 hex digits>`.
pub(crate) fn ident(directory: &OsStr) -> Option<&str> {
    directory.to_str()?.rsplit_once('-').map(|(ident, _)| ident)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::Restored;

    fn put(home: &Path, names: &[&str]) {
        for name in names {
            let path = home.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
    }

    #[test]
    fn what_another_cargo_or_target_needs_goes() {
        let home = tempfile::tempdir().unwrap();
        put(
            home.path(),
            &[
                "registry/cache/example.com-1/used-1.0.0.crate",
                "registry/cache/example.com-1/other-1.0.0.crate",
                "registry/cache/example.com-2/used-1.0.0.crate",
                "registry/src/example.com-1/used-1.0.0/.cargo-ok",
                "registry/index/example.com-1/config.json",
                "registry/index/example.com-2/config.json",
                "registry/index/example.org-3/config.json",
                "git/db/used-1/HEAD",
                "git/db/other-2/HEAD",
                "git/checkouts/used-1/0123/x",
            ],
        );
        let mut restored = Restored::default();
        for (host, stem) in [
            ("example.com-1", "used-1.0.0"),
            ("example.com-1", "other-1.0.0"),
            ("example.com-2", "used-1.0.0"),
        ] {
            restored.crates.insert((host.into(), stem.to_owned()));
        }
        for host in ["example.com-1", "example.com-2", "example.org-3"] {
            restored.indexes.insert(host.into(), BTreeSet::from([PathBuf::from("config.json")]));
        }
        restored.repositories.extend(["used-1".into(), "other-2".into()]);
        restored.drop_unused(home.path()).unwrap();

        let there = |name: &str| home.path().join(name).exists();
        assert!(there("registry/cache/example.com-1/used-1.0.0.crate"));
        assert!(!there("registry/cache/example.com-1/other-1.0.0.crate"));
        assert!(!there("registry/cache/example.com-2"));
        assert!(there("registry/index/example.com-1") && !there("registry/index/example.com-2"));
        assert!(
            there("registry/index/example.org-3"),
            "a registry that only other targets use is still asked"
        );
        assert!(there("git/db/used-1") && !there("git/db/other-2"));
        assert_eq!((restored.crates.len(), restored.repositories.len()), (1, 1));
    }
}
