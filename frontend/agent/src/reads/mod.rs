//! What the processes of a compile look at in the sources, and for which unit of Cargo's.
//!
//! Every system call that takes a path waits until it is recorded, so nothing is missed: what rustc reads, what a
//! procedural macro reads inside of rustc, what a build script and the programs that it starts read. Asking whether a
//! file exists counts too.
//!
//! - [`calls`]: which system calls those are.
//! - [`threads`]: who makes one; [`identity`]: for which unit.
//! - [`resolve`]: where a path leads.
//! - [`record`]: what is known of a unit at the end.

mod calls;
mod identity;
mod record;
mod resolve;
mod threads;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::thread::JoinHandle;

use supercargo_notify::{Call, Listener, Stop};

use crate::console;
use crate::error::Error;
use crate::ledger::key;
use crate::unit;
use calls::{Access, Deed, Meaning, Place};
use identity::Identity;
pub(crate) use record::Record;
use resolve::Resolver;
use threads::{Owner, Threads};

/// In the place of a name: of all units.
pub(crate) const EVERYTHING: &str = "*";

/// Records by unit, as [`unit::of`] names it. A package's name, which has no `/`, stands for its units that have no
/// record of their own, and [`EVERYTHING`] for all units.
pub(crate) type Records = BTreeMap<String, Record>;

/// Where to look.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The sources, without links in their path. Only what is in there is recorded.
    pub(crate) sources: PathBuf,
    /// The target directory, without links in its path.
    pub(crate) target_dir: PathBuf,
    /// The file that names each unit, a line each, before anything works on it. If a build is killed, the file stays
    /// and tells which units have no record.
    pub(crate) journal: PathBuf,
}

/// A run of Cargo that is being recorded.
#[derive(Debug)]
pub(crate) struct Recorder {
    scope: Scope,
    journal: File,
    /// Nothing where the kernel or a sandbox refuses.
    running: Option<(Stop, JoinHandle<Records>)>,
}

impl Recorder {
    /// Starts a journal, and records nothing yet.
    pub(crate) fn new(scope: Scope) -> Result<Self, Error> {
        let journal = File::create(&scope.journal).map_err(Error::file("create", &scope.journal))?;
        Ok(Self { scope, journal, running: None })
    }

    /// Starts `command` and records it and everything that it starts. Where the kernel or a sandbox refuses, the
    /// command starts all the same.
    pub(crate) fn spawn(&mut self, command: &mut Command) -> io::Result<Child> {
        let (sender, receiver) = mpsc::channel();
        let starting = &mut *command;
        let started = std::thread::scope(|threads| {
            // The thread that installs the listener is stopped at its own calls, so it starts the command and ends.
            let starter = threads.spawn(move || {
                let listening = Listener::install(&calls::numbers()).ok()?;
                sender.send(listening).ok()?;
                Some(starting.spawn())
            });
            if let Ok((listener, stop)) = receiver.recv() {
                let recording = Recording::new(self.scope.clone(), self.journal.try_clone()?);
                self.running = Some((stop, std::thread::spawn(move || recording.run(&listener))));
            }
            Ok::<_, io::Error>(starter.join().ok().flatten())
        })?;
        if let Some(started) = started {
            return started;
        }
        console::note(
            "this builder cannot record which files are read (that takes Linux 5.5 and seccomp), so each edit compiles \
             all local crates",
        );
        writeln!(self.journal, "{EVERYTHING}")?;
        command.spawn()
    }

    /// What was recorded; nothing if recording was refused. What still runs afterwards gets an error for every call, so
    /// this is for when Cargo ended.
    pub(crate) fn finish(self) -> Option<Records> {
        let (stop, listening) = self.running?;
        drop(stop);
        listening.join().ok()
    }
}

/// The state of the thread that listens.
struct Recording {
    scope: Scope,
    threads: Threads,
    resolver: Resolver,
    records: Records,
    /// What may have been done for any of the units.
    anybody: Record,
    journal: File,
}

impl Recording {
    fn new(scope: Scope, journal: File) -> Self {
        Self {
            threads: Threads::new(scope.target_dir.clone()),
            scope,
            resolver: Resolver::default(),
            records: Records::new(),
            anybody: Record::default(),
            journal,
        }
    }

    fn run(mut self, listener: &Listener) -> Records {
        let ended = self.listen(listener);
        if let Err(error) = &ended {
            // Without us every call fails, and so does the compile; nothing of it is believed.
            console::warning(&format!("cannot record what is read: {error}"));
        }
        self.anybody.blind |= ended.is_err();
        for record in self.records.values_mut() {
            record.add(&self.anybody);
        }
        self.records
    }

    fn listen(&mut self, listener: &Listener) -> io::Result<()> {
        while let Some(call) = listener.receive()? {
            self.take(&call)?;
            listener.proceed(&call)?;
        }
        Ok(())
    }

    fn take(&mut self, call: &Call) -> io::Result<()> {
        let owner = self.threads.owner(call.thread);
        let peek = |address| self.threads.number(call.thread, address);
        let meaning =
            call.number.map_or(Meaning::Hidden, |number| calls::meaning(number, call.arguments, peek));
        if owner != Owner::Nobody {
            let mut seen = Record::default();
            match meaning {
                Meaning::Hidden => seen.blind = true,
                Meaning::Paths(places, deed) => {
                    for place in places {
                        if self.look(call, *place, deed, &mut seen).is_none() {
                            seen.blind = true;
                        }
                    }
                }
            }
            self.record(&owner)?.add(&seen);
        }
        if let Meaning::Paths(_, Deed { executes: true, .. }) = meaning {
            self.threads.executes(call.thread);
        }
        Ok(())
    }

    /// Adds what one path of a call leads to; nothing if the path cannot be known.
    fn look(&mut self, call: &Call, place: Place, deed: Deed, seen: &mut Record) -> Option<()> {
        let argument = |index: usize| call.arguments.get(index).copied().unwrap_or_default();
        let address = argument(place.1);
        let path = if address == 0 { PathBuf::new() } else { self.threads.text(call.thread, address)? };
        if path.as_os_str().is_empty() {
            // The call is about a descriptor, which was recorded when it was opened.
            return Some(());
        }
        let absolute = if path.is_absolute() {
            path
        } else {
            // The register is wider than the descriptor, and `AT_FDCWD` is a negative number.
            #[expect(clippy::cast_possible_truncation, reason = "that is what the kernel does")]
            let descriptor = place.0.map(|index| argument(index) as i32);
            let descriptor = descriptor.filter(|descriptor| *descriptor != libc::AT_FDCWD);
            self.threads.directory(call.thread, descriptor)?.join(path)
        };
        let resolved = self.resolver.resolve(call.thread, &absolute, deed.follows);
        // A path that leads nowhere, such as a circle of links, fails in every build.
        let Some(resolved) = resolved else { return Some(()) };
        for link in &resolved.links {
            seen.opened.extend(self.in_sources(link));
        }
        if deed.access == Access::Names {
            self.resolver.forget();
        }
        if let Some(name) = self.in_sources(&resolved.place) {
            if matches!(deed.access, Access::Writes | Access::Names) {
                seen.written.insert(name.clone());
            }
            let is_opened = matches!(deed.access, Access::Reads | Access::Writes);
            if is_opened { &mut seen.opened } else { &mut seen.asked }.insert(name);
        } else if deed.access == Access::Reads {
            seen.units.extend(unit::of(&self.scope.target_dir, &resolved.place));
        }
        Some(())
    }

    fn in_sources(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.scope.sources).ok().map(key)
    }

    fn record(&mut self, owner: &Owner) -> io::Result<&mut Record> {
        let Owner::Unit(identity) = owner else { return Ok(&mut self.anybody) };
        let Identity { unit, package, directory } = &**identity;
        let name = unit.as_ref().unwrap_or(package);
        if !self.records.contains_key(name) {
            writeln!(self.journal, "{name}")?;
        }
        let directory = self.in_sources(directory);
        let empty = || Record { package: package.clone(), directory, ..Record::default() };
        Ok(self.records.entry(name.clone()).or_insert_with(empty))
    }
}
