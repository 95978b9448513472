//! Makes cargo's freshness follow contents.
//!
//! Cargo believes that a file is unchanged while it is not newer than what was made from it. Here every file of the
//! source directory gets a modification time for which that is true: the time it had at the last compile if it still
//! holds the same, and a time after everything in the target directory if not. How sources come to have some time,
//! by a clone, a checkout, a copy or a clock set back, is then of no account.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::Instant;

use sha2::{Digest, Sha256};
use supercargo_report::{Freshness, Step};

use crate::cargo::Exit;
use crate::clock;
use crate::console;
use crate::error::Error;
use crate::ledger::{Ledger, key};
use crate::memory;
use crate::pinned;
use crate::seed;
use crate::sources::{self, Listing};
use crate::stamp::Stamp;
use crate::stubs;
use crate::times::{Moment, Times};

/// A source directory during one compile.
pub(crate) struct Tracked {
    root: PathBuf,
    file: PathBuf,
    skip: Vec<PathBuf>,
    ledger: Ledger,
    started: Instant,
    /// What differs from the last compile; nothing if there was none.
    changed: Vec<String>,
    /// The first source that something else than us wrote to, once there is one.
    written: Option<PathBuf>,
}

impl Tracked {
    /// Gives every source its time and writes the ledger. Cargo may start when this is done.
    pub(crate) fn start(step: Step, job: &Freshness, target_dir: &Path) -> Result<Self, Error> {
        let (root, file) = (PathBuf::from(&job.directory), PathBuf::from(&job.ledger));
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
        }
        let new = memory::beside(&file);
        let now = clock::now(&new)?;
        let started = Instant::now();
        let last = Ledger::read(&file);
        let in_order = last.as_ref().is_some_and(|last| last.finished && last.clock <= now);
        if !in_order && target_dir.exists() {
            clock::settle(target_dir, now)?;
        }
        for out_dir in last.iter().flat_map(|last| &last.redo) {
            stubs::forget_script(out_dir)?;
        }

        let scripts = job.scripts.as_ref().map(|scripts| environment(&scripts.variables)).unwrap_or_default();
        if let (Some(readers), Some(last)) = (&job.scripts, &last)
            && last.scripts != scripts
        {
            stubs::forget_scripts(target_dir, &readers.packages)?;
        }

        let constant: Vec<PathBuf> = job.pinned.iter().map(|directory| root.join(directory)).collect();
        for directory in &constant {
            let (base, listing) = pinned::list(directory)?;
            pinned::pin(&base, &listing)?;
        }
        let mut skip = vec![target_dir.to_owned(), file.clone(), new];
        skip.extend(constant);
        let listing = sources::list(&root, &skip)?;
        let digests = sources::digests(&root, &listing)?;
        let environment = environment(&job.variables);
        let moment = Moment { now, fresh: fresh_stamp(&root, now)? };
        let times = if !file.exists() && seed::is_pristine(step, target_dir)? {
            Times::adopt(&listing, digests, moment)
        } else {
            Times::compare(&listing, digests, last.as_ref(), &environment, moment)
        };
        let ledger = Ledger::new(now, environment, scripts, times.entries);
        // Before the times are set and before cargo starts: from here on the old ledger describes nothing.
        ledger.write(&file)?;
        let tracked = Self { root, file, skip, ledger, started, changed: times.changed, written: None };
        tracked.set(&listing)?;
        Ok(tracked)
    }

    /// Takes note of a local build script that ran, or need not run again. If the sources were written to by then,
    /// it may have been this one, and what it wrote is not there in the next build: it must run again.
    pub(crate) fn script(&mut self, out_dir: PathBuf) -> Result<(), Error> {
        if self.written.is_none() {
            self.written = self.find_written();
        }
        if self.written.is_none() {
            return Ok(());
        }
        self.ledger.redo.push(out_dir);
        // At once, since this build may be killed before its end.
        self.ledger.write(&self.file)
    }

    /// Closes the ledger after cargo ended and returns the files that differ from the last compile.
    pub(crate) fn finish(mut self, exit: Exit) -> Result<Vec<String>, Error> {
        let now = clock::now(&memory::beside(&self.file))?;
        self.ledger.finished = exit.by_itself() && clock::went_on(self.ledger.clock, self.started, now);
        self.ledger.clock = now;
        self.ledger.write(&self.file)?;
        if let Some(path) = &self.written {
            let path = path.display();
            console::note(&format!(
                "a build script wrote `{path}` into the sources, so such scripts run in every build; \
                 what goes to OUT_DIR is kept"
            ));
        }
        Ok(self.changed)
    }

    fn set(&self, listing: &Listing) -> Result<(), Error> {
        for (path, metadata) in listing {
            let entry = self.ledger.entries.get(&key(path));
            if let Some(entry) = entry.filter(|entry| entry.stamp != Stamp::of(metadata)) {
                entry.stamp.set(&self.root.join(path))?;
            }
        }
        // Finding out how fine the times are has changed this one, whatever the listing says.
        self.ledger.entries.get("").map_or(Ok(()), |entry| entry.stamp.set(&self.root))
    }

    /// A source that is not what the ledger says, if there is one.
    fn find_written(&self) -> Option<PathBuf> {
        // What vanishes while we look was written to as well.
        let Ok(listing) = sources::list(&self.root, &self.skip) else { return Some(self.root.clone()) };
        let mut there = BTreeSet::new();
        for (path, metadata) in listing.iter().filter(|(path, _)| is_source(path)) {
            let key = key(path);
            if !metadata.is_dir() && !self.is_as_known(&key, path, metadata) {
                return Some(path.clone());
            }
            there.insert(key);
        }
        let gone = self.ledger.entries.keys().find(|key| is_source(Path::new(key)) && !there.contains(*key));
        gone.map(PathBuf::from)
    }

    fn is_as_known(&self, key: &str, path: &Path, metadata: &Metadata) -> bool {
        let Some(entry) = self.ledger.entries.get(key) else { return false };
        entry.stamp == Stamp::of(metadata)
            || sources::digest(&self.root, path, metadata).is_ok_and(|digest| digest == entry.digest)
    }
}

/// False for what cargo or git themselves write during a build.
fn is_source(path: &Path) -> bool {
    !path.starts_with(".git") && path.file_name() != Some(OsStr::new("Cargo.lock"))
}

/// A time after `now` that the source directory can keep: some file systems know whole seconds only.
fn fresh_stamp(root: &Path, now: Stamp) -> Result<Stamp, Error> {
    let wanted = now.next();
    wanted.set(root)?;
    let kept = Stamp::of(&fs::metadata(root).map_err(Error::file("look at", root))?);
    Ok(if kept == wanted { wanted } else { now.next_second() })
}

/// Digest of the environment variables `names` with their values.
fn environment(names: &[String]) -> String {
    let mut hash = Sha256::new();
    for name in names {
        let value = std::env::var_os(name);
        let known = value.as_ref().map_or(&b"unset"[..], |_| b"set");
        for part in [name.as_bytes(), known, value.unwrap_or_default().as_encoded_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
    }
    sources::hex(hash)
}
