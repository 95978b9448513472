//! The threads that make system calls, and for whom.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, openat, readlinkat};

use super::identity::Identity;

/// The size of a page, or a part of one: memory is there in wholes of it.
const PAGE: u64 = 4096;

/// Longer paths the kernel does not take.
const LONGEST: usize = 4096;

/// For whom a process works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// For cargo itself, or for something that compiles nothing.
    Nobody,
    /// For one unit.
    Unit(Arc<Identity>),
    /// For somebody: its parents are gone.
    Anybody,
}

/// The processes of all threads that were seen so far.
#[derive(Debug)]
pub(crate) struct Threads {
    target_dir: PathBuf,
    /// The first process, once it was seen.
    first: Option<u32>,
    /// The process of each thread.
    process_of: HashMap<u32, u32>,
    processes: HashMap<u32, Process>,
}

#[derive(Debug)]
struct Process {
    /// Its directory below `/proc`, which stays that of this very process when its number is used again.
    directory: OwnedFd,
    owner: Owner,
}

/// With more processes than this, those that are gone are forgotten: each holds a descriptor.
const MANY: usize = 64;

impl Threads {
    pub(crate) fn new(target_dir: PathBuf) -> Self {
        Self { target_dir, first: None, process_of: HashMap::new(), processes: HashMap::new() }
    }

    /// For whom `thread` works.
    pub(crate) fn owner(&mut self, thread: u32) -> Owner {
        self.process(thread).map_or(Owner::Anybody, |process| process.owner.clone())
    }

    /// Forgets for whom the process of `thread` works, since another program runs in it from now on.
    pub(crate) fn executes(&mut self, thread: u32) {
        if let Some(process) = self.process_of.remove(&thread) {
            self.processes.remove(&process);
        }
    }

    /// The text at `address` in the memory of `thread`, up to its zero byte; nothing if it cannot be read.
    pub(crate) fn text(&mut self, thread: u32, address: u64) -> Option<PathBuf> {
        let memory = self.memory(thread)?;
        let mut text = Vec::new();
        let mut buffer = [0; 256];
        while text.len() <= LONGEST {
            let at = address.checked_add(u64::try_from(text.len()).ok()?)?;
            let in_page = usize::try_from(PAGE - at % PAGE).ok()?.min(buffer.len());
            let count = memory.read_at(buffer.get_mut(..in_page)?, at).ok()?;
            let read = buffer.get(..count).filter(|read| !read.is_empty())?;
            if let Some(end) = read.iter().position(|byte| *byte == 0) {
                text.extend_from_slice(read.get(..end)?);
                return Some(PathBuf::from(OsStr::from_bytes(&text)));
            }
            text.extend_from_slice(read);
        }
        None
    }

    /// The number at `address` in the memory of `thread`.
    pub(crate) fn number(&mut self, thread: u32, address: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        self.memory(thread)?.read_exact_at(&mut bytes, address).ok()?;
        Some(u64::from_ne_bytes(bytes))
    }

    /// The directory that paths of `thread` start at: the one behind a descriptor, or the one that it is in.
    pub(crate) fn directory(&mut self, thread: u32, descriptor: Option<i32>) -> Option<PathBuf> {
        let name = descriptor.map_or_else(|| "cwd".to_owned(), |descriptor| format!("fd/{descriptor}"));
        let link = format!("task/{thread}/{name}");
        let text = readlinkat(&self.process(thread)?.directory, link, Vec::new()).ok()?;
        Some(PathBuf::from(OsStr::from_bytes(text.as_bytes()))).filter(|path| path.is_absolute())
    }

    fn memory(&mut self, thread: u32) -> Option<File> {
        open(&self.process(thread)?.directory, &format!("task/{thread}/mem"))
    }

    /// The process of a thread that is alive.
    fn process(&mut self, thread: u32) -> Option<&Process> {
        let known = self.process_of.get(&thread).filter(|process| {
            let has = |process: &Process| exists(&process.directory, &format!("task/{thread}"));
            self.processes.get(process).is_some_and(has)
        });
        let process = match known {
            Some(process) => *process,
            None => {
                let process = status(&directory(thread)?, "Tgid:")?;
                self.process_of.insert(thread, process);
                self.learn(process)?;
                process
            }
        };
        self.processes.get(&process)
    }

    /// Finds out for whom the process with the number `process` works.
    fn learn(&mut self, process: u32) -> Option<Owner> {
        if let Some(known) = self.processes.get(&process).filter(|known| exists(&known.directory, "stat")) {
            return Some(known.owner.clone());
        }
        if self.processes.len() > MANY {
            self.processes.retain(|_, process| exists(&process.directory, "stat"));
        }
        let directory = directory(process)?;
        let owner = self.owner_of(process, &directory)?;
        self.processes.insert(process, Process { directory, owner: owner.clone() });
        Some(owner)
    }

    fn owner_of(&mut self, process: u32, directory: &OwnedFd) -> Option<Owner> {
        let own = std::process::id();
        if process == own || self.first == Some(process) {
            return Some(Owner::Nobody);
        }
        let parent = status(directory, "PPid:")?;
        if parent == own && self.first.is_none() {
            self.first = Some(process);
            return Some(Owner::Nobody);
        }
        // What lost its parent is given to us, if we are the first process of the container, or to somebody above us.
        if [0, 1, own, std::os::unix::process::parent_id()].contains(&parent) {
            return Some(Owner::Anybody);
        }
        match self.learn(parent)? {
            Owner::Nobody => {
                // Cargo's own children can be read. What cannot be is another user's, such as a test's database.
                let (arguments, variables) = (read(directory, "cmdline"), read(directory, "environ"));
                let identity = Identity::of(
                    &self.target_dir,
                    &arguments.unwrap_or_default(),
                    &variables.unwrap_or_default(),
                );
                Some(identity.map_or(Owner::Nobody, |identity| Owner::Unit(Arc::new(identity))))
            }
            owner => Some(owner),
        }
    }
}

fn directory(thread: u32) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(CWD, format!("/proc/{thread}"), flags, Mode::empty()).ok()
}

/// The number after `name` in what the kernel says of a thread.
fn status(directory: &OwnedFd, name: &str) -> Option<u32> {
    let text = String::from_utf8_lossy(&read(directory, "status")?).into_owned();
    text.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok()
}

fn exists(directory: &OwnedFd, name: &str) -> bool {
    rustix::fs::accessat(directory, name, rustix::fs::Access::EXISTS, AtFlags::empty()).is_ok()
}

fn open(directory: &OwnedFd, name: &str) -> Option<File> {
    openat(directory, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok().map(File::from)
}

fn read(directory: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    open(directory, name)?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
