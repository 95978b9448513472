//! Which modification time each source gets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::ledger::{Entry, Ledger, key};
use crate::sources::{self, Listing};
use crate::stamp::Stamp;
use crate::unseen;

/// The times of all sources for one compile.
#[derive(Debug, Default)]
pub(crate) struct Times {
    /// By [`key`] of the path.
    pub(crate) entries: BTreeMap<String, Entry>,
    /// Keys of the files and links that changed, came or went since the last compile; none if there was none.
    pub(crate) changed: Vec<String>,
}

/// The two times around which all others are arranged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Nothing in the target directory is newer.
    pub(crate) now: Stamp,
    /// For what changed: after `now`.
    pub(crate) fresh: Stamp,
}

impl Times {
    /// Leaves every source the time that it came with, unless that is in the future. Right only where nothing was made
    /// from sources yet. Where each build gets its sources with the same times, there will be few to set.
    pub(crate) fn adopt(listing: &Listing, digests: BTreeMap<PathBuf, String>, moment: Moment) -> Self {
        let stamps = listing.iter().map(|(path, metadata)| (path, Stamp::of(metadata)));
        let stamps: BTreeMap<&PathBuf, Stamp> = stamps.filter(|(_, stamp)| *stamp <= moment.now).collect();
        let entries = digests.into_iter().map(|(path, digest)| {
            let stamp = stamps.get(&path).copied().unwrap_or(moment.fresh);
            (key(&path), Entry { digest, stamp })
        });
        Self { entries: entries.collect(), changed: Vec::new() }
    }

    /// Compares what the sources hold with what they held at the `last` compile. What is unchanged keeps its time,
    /// unless that is in the future; all else becomes fresh.
    pub(crate) fn compare(
        listing: &Listing,
        digests: BTreeMap<PathBuf, String>,
        last: Option<&Ledger>,
        environment: &str,
        moment: Moment,
    ) -> Self {
        let mut times = Self::default();
        let same_environment = last.is_some_and(|last| last.environment == environment);
        for (path, digest) in digests {
            let key = key(&path);
            let old = last.and_then(|last| last.entries.get(&key)).filter(|old| old.digest == digest);
            if last.is_some() && old.is_none() && !sources::is_directory(&digest) {
                times.changed.push(key.clone());
            }
            let kept = old.filter(|old| same_environment && old.stamp <= moment.now);
            let stamp = kept.map_or(moment.fresh, |old| old.stamp);
            times.entries.insert(key, Entry { digest, stamp });
        }
        if let Some(last) = last {
            times.mark_removed(last, moment.fresh);
            for reader in unseen::readers(&times.changed, &times.entries) {
                if let Some(entry) = times.entries.get_mut(&reader) {
                    entry.stamp = moment.fresh;
                }
            }
        }
        times.join_hard_links(listing);
        times
    }

    /// Lets cargo see what is gone. A build script that watches nothing in particular depends on the newest file of
    /// its package, and there a removal leaves no trace; so the package's manifest counts as changed.
    fn mark_removed(&mut self, last: &Ledger, fresh: Stamp) {
        for (gone, entry) in &last.entries {
            if self.entries.contains_key(gone) {
                continue;
            }
            if !sources::is_directory(&entry.digest) {
                self.changed.push(gone.clone());
            }
            let mut directory = gone.as_str();
            while !directory.is_empty() {
                directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
                let manifest = if directory.is_empty() {
                    "Cargo.toml".to_owned()
                } else {
                    format!("{directory}/Cargo.toml")
                };
                if let Some(manifest) = self.entries.get_mut(&manifest) {
                    manifest.stamp = fresh;
                    break;
                }
            }
        }
        self.changed.sort();
    }

    /// Gives all paths of one file the same time: it has only one, and must look changed if any of them does.
    fn join_hard_links(&mut self, listing: &Listing) {
        let mut files: BTreeMap<(u64, u64), Vec<String>> = BTreeMap::new();
        for (path, metadata) in listing {
            if let Some(inode) = sources::shared_inode(metadata) {
                files.entry(inode).or_default().push(key(path));
            }
        }
        for keys in files.values() {
            let newest = keys.iter().filter_map(|key| Some(self.entries.get(key)?.stamp)).max();
            for key in keys {
                if let (Some(entry), Some(newest)) = (self.entries.get_mut(key), newest) {
                    entry.stamp = newest;
                }
            }
        }
    }
}
