//! Makes a compile follow what sources hold, whatever their times say.
//!
//! Every source has the same modification time in every build, so Cargo, which goes by times, would never compile
//! anything again. It is told by what is missing: before it starts, each unit that was compiled from something else is
//! removed from the target directory. Which ones those are is known from what was looked at while they were compiled
//! ([`crate::reads`]), not from the names of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use supercargo_report::Freshness;

use crate::cargo::Exit;
use crate::changes::Changes;
use crate::console;
use crate::error::Error;
use crate::files;
use crate::ledger::{Ledger, key};
use crate::manifests;
use crate::memory;
use crate::reads::{EVERYTHING, Record, Recorder, Records, Scope};
use crate::sources::{self, Listing};
use crate::stamp::Stamp;
use crate::stubs;
use crate::unit;

/// A source directory during one compile.
pub(crate) struct Tracked {
    scope: Scope,
    file: PathBuf,
    /// Not sources, although they may lie in the same directory.
    skip: Vec<PathBuf>,
    ledger: Ledger,
    recorder: Recorder,
    /// The files that differ from the last compile; none if there was none.
    changed: Vec<String>,
}

impl Tracked {
    /// Gives all sources their time, removes what was compiled from other ones, and writes the ledger. Cargo may start
    /// when this is done. What is `spared` in the target directory was not compiled there.
    pub(crate) fn start(
        job: &Freshness,
        target_dir: &Path,
        spared: impl Fn(&Path) -> bool,
    ) -> Result<Self, Error> {
        let file = PathBuf::from(&job.ledger);
        for directory in [Some(target_dir), file.parent()].into_iter().flatten() {
            fs::create_dir_all(directory).map_err(Error::file("create", directory))?;
        }
        let real = |path: &Path| path.canonicalize().map_err(Error::file("find", path));
        let scope = Scope {
            sources: real(Path::new(&job.directory))?,
            target_dir: real(target_dir)?,
            journal: file.with_extension("journal"),
        };
        let skip = vec![scope.target_dir.clone(), file.clone(), memory::beside(&file), scope.journal.clone()];
        let listing = sources::list(&scope.sources, &skip)?;
        settle(&scope.sources, &listing)?;
        let entries = sources::digests(&scope.sources, &listing)?;
        let entries: BTreeMap<String, String> =
            entries.into_iter().map(|(path, digest)| (key(&path), digest)).collect();

        let scripts = job.scripts.as_ref().map(|scripts| sources::hex(variables(&scripts.variables)));
        let last = Ledger::read(&file);
        let packages = match &last {
            Some(last) if manifests::are_same(&last.entries, &entries) => last.packages.clone(),
            _ => manifests::told(&scope.sources, &listing)?,
        };
        let environment = environment(job, &entries);
        let mut ledger = Ledger::new(environment, scripts.unwrap_or_default(), entries, packages);
        let differences = last.as_ref().map(|last| Changes::between(last, &ledger));
        if let (Some(readers), Some(last)) = (&job.scripts, &last)
            && last.scripts != ledger.scripts
        {
            stubs::forget_scripts(target_dir, &readers.packages)?;
        }
        let changed = differences.as_ref().map_or_else(Vec::new, |since| since.files().to_vec());
        let known = last.filter(|last| last.environment == ledger.environment).zip(differences);
        let (records, stale) = match known {
            Some((last, since)) => divide(last.units, &since, &begun(&scope.journal)),
            None => (Records::new(), BTreeSet::from([EVERYTHING.to_owned()])),
        };
        ledger.units = forget(target_dir, records, stale, spared)?;
        ledger.write(&file)?;
        let recorder = Recorder::new(scope.clone())?;
        Ok(Self { scope, file, skip, ledger, recorder, changed })
    }

    /// Records the command that compiles.
    pub(crate) fn recorder(&mut self) -> &mut Recorder {
        &mut self.recorder
    }

    /// Closes the ledger after Cargo ended and returns the files that differ from the last compile.
    pub(crate) fn finish(mut self, exit: Exit) -> Result<Vec<String>, Error> {
        let records = self.recorder.finish();
        if !exit.by_itself() {
            // What it started may still be at work. The journal tells the next build what not to believe.
            return Ok(self.changed);
        }
        let mut records = match records {
            Some(records) => records,
            None => unrecorded(&self.scope.sources, &self.skip, &self.ledger)?,
        };
        let written = made(&self.scope.sources, &self.ledger, &records)?;
        for record in records.values_mut() {
            let own = record.written.iter().find(|name| written.contains(*name));
            if let Some(own) = own {
                console::note(&format!(
                    "a build script or macro wrote `{own}` into the sources, so it runs in every build; what it writes to \
                     OUT_DIR is kept"
                ));
            }
            record.always |= own.is_some();
        }
        let listed = parents(&written);
        for record in records.values_mut() {
            record.always |=
                [(&record.opened, &written), (&record.opened, &listed), (&record.asked, &written)]
                    .iter()
                    .any(|(looked_at, written)| !looked_at.is_disjoint(written));
        }
        if exit.code() != 0 {
            // Of a unit that failed there is nothing to be remembered.
            self.ledger.units.append(&mut records);
        } else {
            self.ledger.units.append(&mut by_what_is_there(&self.scope.target_dir, records)?);
        }
        self.ledger.write(&self.file)?;
        files::remove(&self.scope.journal)?;
        Ok(self.changed)
    }
}

/// Gives every source the one time that it always has.
fn settle(root: &Path, listing: &Listing) -> Result<(), Error> {
    for (path, metadata) in listing {
        if Stamp::of(metadata) != Stamp::OLD {
            Stamp::OLD.set(&root.join(path))?;
        }
    }
    Ok(())
}

/// The units that builds began to work on of which no end is recorded.
fn begun(journal: &Path) -> BTreeSet<String> {
    match fs::read_to_string(journal) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeSet::new(),
        Err(_) => BTreeSet::from([EVERYTHING.to_owned()]),
    }
}

/// Divides the records into those of units that would be compiled from the same sources again, and the names of the
/// others.
fn divide(records: Records, changes: &Changes, begun: &BTreeSet<String>) -> (Records, BTreeSet<String>) {
    let is_kept = |(name, record): &(String, Record)| !begun.contains(name) && !changes.reach(record);
    let (kept, reached): (Vec<_>, Vec<_>) = records.into_iter().partition(is_kept);
    let stale = reached.into_iter().map(|(name, _)| name).chain(begun.iter().cloned());
    (kept.into_iter().collect(), stale.collect())
}

/// Removes from `target_dir` the units that are `stale` by their names or their packages', those without a record, and
/// those that were compiled from one of these. Returns the records of what is left.
fn forget(
    target_dir: &Path,
    mut records: Records,
    mut stale: BTreeSet<String>,
    spared: impl Fn(&Path) -> bool,
) -> Result<Records, Error> {
    let pieces = unit::pieces(target_dir)?;
    let compiled = pieces.iter().filter(|piece| piece.hash().is_some() && !spared(&piece.path));
    let mut packages: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for piece in compiled.clone() {
        let package = packages.entry(&piece.unit).or_default();
        *package = package.or(piece.package());
    }
    loop {
        let is_stale = |unit: &str, package: Option<&str>| {
            let names = || [Some(unit), package, Some(EVERYTHING)].into_iter().flatten();
            let record = names().find_map(|name| records.get(name));
            names().any(|name| stale.contains(name))
                || record.is_none_or(|record| !record.units.is_disjoint(&stale))
        };
        let found: Vec<String> = packages
            .iter()
            .filter(|(unit, package)| is_stale(unit, **package))
            .map(|(unit, _)| (*unit).to_owned())
            .collect();
        let count = stale.len();
        stale.extend(found);
        if stale.len() == count {
            break;
        }
    }
    // Of each profile fingerprints come first: a unit that is half removed counts as missing.
    for piece in compiled.filter(|piece| stale.contains(&piece.unit)) {
        files::remove(&piece.path)?;
    }
    let there: BTreeSet<&str> =
        packages.iter().flat_map(|(unit, package)| [Some(*unit), *package]).flatten().collect();
    records.retain(|name, _| !stale.contains(name) && (name == EVERYTHING || there.contains(name.as_str())));
    Ok(records)
}

/// The one record of a run that could not be recorded.
fn unrecorded(root: &Path, skip: &[PathBuf], ledger: &Ledger) -> Result<Records, Error> {
    let mut all = Record { blind: true, ..Record::default() };
    let listing = sources::list(root, skip)?;
    let mut there = BTreeSet::new();
    for (path, metadata) in &listing {
        let name = key(path);
        let is_known = metadata.is_dir()
            || sources::digest(root, path, metadata)
                .is_ok_and(|digest| ledger.entries.get(&name) == Some(&digest));
        if !is_known {
            all.written.insert(name.clone());
        }
        there.insert(name);
    }
    all.written.extend(ledger.entries.keys().filter(|name| !there.contains(*name)).cloned());
    all.written.retain(|name| is_ours(name));
    Ok(Records::from([(EVERYTHING.to_owned(), all)]))
}

/// What was written, made or removed, and is not as the context brought it.
fn made(root: &Path, ledger: &Ledger, records: &Records) -> Result<BTreeSet<String>, Error> {
    let mut made = BTreeSet::new();
    for name in records.values().flat_map(|record| &record.written).filter(|name| is_ours(name)) {
        let path = Path::new(name);
        let now = match fs::symlink_metadata(root.join(path)) {
            Ok(metadata) if metadata.is_dir() => Some(sources::DIRECTORY.to_owned()),
            Ok(metadata) => Some(sources::digest(root, path, &metadata)?),
            // Also what has another name than it is spelled here.
            Err(_) => None,
        };
        let known = ledger.entries.get(name).map(|known| match sources::kind_of(known) {
            sources::DIRECTORY => sources::DIRECTORY,
            _ => known,
        });
        if now.as_deref() != known {
            made.insert(name.clone());
        }
    }
    Ok(made)
}

/// False for what git writes for itself when it is asked something, and for the lockfile, which Cargo knows better.
fn is_ours(name: &str) -> bool {
    name != ".git" && !name.starts_with(".git/") && name != "Cargo.lock"
}

/// The directories that `names` lie in.
fn parents(names: &BTreeSet<String>) -> BTreeSet<String> {
    let parent = |name: &String| name.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
    names.iter().map(parent).collect()
}

/// The records of units that are in the target directory, and the others as records of their packages.
fn by_what_is_there(target_dir: &Path, records: Records) -> Result<Records, Error> {
    let pieces = unit::pieces(target_dir)?;
    let there: BTreeSet<&str> = pieces.iter().map(|piece| piece.unit.as_str()).collect();
    let mut named = Records::new();
    for (name, record) in records {
        let is_known = name == EVERYTHING || there.contains(name.as_str());
        let name = if is_known { name } else { record.package.clone() };
        named.entry(name).or_default().add(&record);
    }
    Ok(named)
}

/// Digest of everything that counts as a source of every unit: variables, and Cargo's configuration, which sets some.
fn environment(job: &Freshness, entries: &BTreeMap<String, String>) -> String {
    let mut hash = variables(&job.variables);
    for name in &job.configuration {
        let digest = entries.get(name).map_or("", String::as_str);
        hash.update(format!("{name}\0{digest}\0"));
    }
    sources::hex(hash)
}

/// Hash of the environment variables `names` with their values.
fn variables(names: &[String]) -> Sha256 {
    let mut hash = Sha256::new();
    for name in names {
        let value = std::env::var_os(name);
        let known = value.as_ref().map_or(&b"unset"[..], |_| b"set");
        for part in [name.as_bytes(), known, value.unwrap_or_default().as_encoded_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
    }
    hash
}
