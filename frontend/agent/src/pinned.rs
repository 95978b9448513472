//! The user's own files that dependencies are compiled from, by what they hold.
//!
//! They come with one constant modification time, so that the fingerprints which cargo makes of it are the same in
//! every step. In a target directory that outlives the step cargo would therefore never see a change of theirs: of a
//! path crate it only compares times, and of a vendored one only the version. So units of what changed are removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::ledger::key;
use crate::sources::{self, Listing};
use crate::stamp::Stamp;

/// The file that makes a directory a vendored crate.
const CHECKSUMS: &str = ".cargo-checksum.json";

/// What the files of one package hold, or those that belong to none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) kind: Kind,
    /// The package's name; empty for files that belong to none.
    pub(crate) name: String,
    digest: String,
}

impl Source {
    /// What `directory` is, and under which key it is known: `<name> <version>` for a vendored crate, since another
    /// version may take its place, and `path` for all else.
    fn of(directory: &Path, path: String, digest: String) -> (String, Self) {
        let manifest = fs::read_to_string(directory.join("Cargo.toml")).ok();
        let manifest = manifest.and_then(|text| text.parse::<toml::Table>().ok()).unwrap_or_default();
        let text = |key: &str| Some(manifest.get("package")?.get(key)?.as_str()?.to_owned());
        let Some(name) = text("name") else {
            return (path, Self { kind: Kind::Loose, name: String::new(), digest });
        };
        if directory.join(CHECKSUMS).is_file() {
            let key = format!("{name} {}", text("version").unwrap_or_default());
            return (key, Self { kind: Kind::Vendored, name, digest });
        }
        (path, Self { kind: Kind::Path, name, digest })
    }

    /// What tells it from other crates where the version may differ, given its key.
    pub(crate) fn label<'a>(&'a self, key: &'a str) -> &'a str {
        if self.kind == Kind::Vendored { key } else { &self.name }
    }

    /// Digest of all its files.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// A crate of a vendored registry; it reads nothing beside itself.
    Vendored,
    /// A path crate; it may read what lies beside it.
    Path,
    /// No package: a linker, a target specification.
    Loose,
}

/// By directory or by name and version, see [`Source::of`]. What is absent from this run's view stays as it was.
pub(crate) type Sources = BTreeMap<String, Source>;

/// What a change of sources makes invalid.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// The units of these packages.
    Packages(BTreeSet<String>),
    /// Everything.
    All,
}

/// The files in `pinned` of one run, with one time given to all of them.
#[derive(Debug)]
pub(crate) struct Pinned {
    roots: Vec<PathBuf>,
    listings: Vec<Listing>,
    pub(crate) sources: Sources,
}

impl Pinned {
    /// Looks at the files and directories `pinned` below `skeleton`, and gives them their time.
    pub(crate) fn examine(skeleton: &Path, pinned: &[String]) -> Result<Self, Error> {
        let roots: Vec<PathBuf> =
            pinned.iter().map(|path| skeleton.join(path)).filter(|path| path.exists()).collect();
        let mut hashes: BTreeMap<PathBuf, Sha256> = BTreeMap::new();
        let mut listings = Vec::new();
        for root in &roots {
            let (base, listing) = list(root)?;
            for (path, digest) in sources::digests(&base, &listing)? {
                let absolute = joined(&base, &path);
                let owner = owner(skeleton, &absolute);
                // A directory outside of all packages, such as the one of all vendored crates, is only a place.
                if owner == absolute && !owner.join("Cargo.toml").exists() && owner.is_dir() {
                    continue;
                }
                let hash = hashes.entry(owner).or_default();
                let name = absolute.strip_prefix(skeleton).unwrap_or(&absolute);
                for part in [key(name).as_bytes(), digest.as_bytes()] {
                    hash.update(part);
                    hash.update([0]);
                }
            }
            pin(&base, &listing)?;
            listings.push(listing);
        }
        let mut sources = Sources::new();
        for (directory, hash) in hashes {
            let key = key(directory.strip_prefix(skeleton).unwrap_or(&directory));
            let (key, source) = Source::of(&directory, key, sources::hex(hash));
            sources
                .entry(key)
                .and_modify(|known: &mut Source| known.digest = format!("{} {}", known.digest, source.digest))
                .or_insert(source);
        }
        Ok(Self { roots, listings, sources })
    }

    /// What must not count as compiled any more, since the run that left `last` behind.
    pub(crate) fn invalid(&self, last: &Sources, last_finished: bool) -> Invalid {
        let changed: Vec<&Source> = self
            .sources
            .iter()
            .filter(|(key, source)| match last.get(*key) {
                Some(known) => known != *source,
                // Nothing was compiled from another version of the same crate by its name; a path crate's neighbours
                // may have looked for it.
                None => source.kind != Kind::Vendored,
            })
            .map(|(_, source)| source)
            .collect();
        // Where there was none before, nothing can have been compiled from it or despite of it.
        let had_any = !last.is_empty();
        if had_any && changed.iter().any(|source| source.kind == Kind::Loose) {
            return Invalid::All;
        }
        let of_kind = |kind: Kind, sources: &mut dyn Iterator<Item = &Source>| -> BTreeSet<String> {
            sources.filter(|source| source.kind == kind).map(|source| source.name.clone()).collect()
        };
        let mut names = of_kind(Kind::Vendored, &mut changed.iter().copied());
        // A path crate may read its neighbours, and may have written to itself in a run that did not end well.
        if !last_finished || changed.iter().any(|source| source.kind == Kind::Path) {
            names.extend(of_kind(Kind::Path, &mut self.sources.values().chain(last.values())));
        }
        Invalid::Packages(names)
    }

    /// True if nothing wrote to these files since they were given their time.
    pub(crate) fn is_untouched(&self) -> bool {
        self.roots.iter().zip(&self.listings).all(|(root, listing)| {
            list(root).is_ok_and(|(_, now)| {
                now.len() == listing.len()
                    && now.iter().all(|(path, metadata)| {
                        listing.contains_key(path) && Stamp::of(metadata) == Stamp::OLD
                    })
            })
        })
    }
}

/// Gives everything of `listing` below `base` the one time that it always has.
pub(crate) fn pin(base: &Path, listing: &Listing) -> Result<(), Error> {
    for (path, metadata) in listing {
        if Stamp::of(metadata) != Stamp::OLD {
            Stamp::OLD.set(&joined(base, path))?;
        }
    }
    Ok(())
}

/// Everything at and below `root`, and the directory that the listing is relative to: `root`, or if that is a file, the
/// one that it lies in.
pub(crate) fn list(root: &Path) -> Result<(PathBuf, Listing), Error> {
    let metadata = fs::symlink_metadata(root).map_err(Error::file("look at", root))?;
    match (root.parent(), root.file_name()) {
        (Some(parent), Some(name)) if !metadata.is_dir() => {
            Ok((parent.to_owned(), Listing::from([(PathBuf::from(name), metadata)])))
        }
        _ => Ok((root.to_owned(), sources::list(root, &[])?)),
    }
}

fn joined(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_owned() } else { root.join(path) }
}

/// The directory of the package that `path` belongs to: that of a vendored crate if it is in one, else that of the
/// nearest manifest, else the file itself.
fn owner(skeleton: &Path, path: &Path) -> PathBuf {
    let above = || path.ancestors().take_while(|directory| *directory != skeleton);
    let vendored = above().filter(|directory| directory.join(CHECKSUMS).is_file()).last();
    let nearest = || above().find(|directory| directory.join("Cargo.toml").is_file());
    vendored.or_else(nearest).unwrap_or(path).to_owned()
}
