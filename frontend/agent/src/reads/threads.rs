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

/// All threads that were seen so far.
#[derive(Debug)]
pub(crate) struct Threads {
    target_dir: PathBuf,
    /// The first process, once it was seen.
    first: Option<u32>,
    known: HashMap<u32, Thread>,
}

#[derive(Debug)]
struct Thread {
    /// Its directory below `/proc`, which stays that of this very thread when its number is used again.
    directory: OwnedFd,
    process: u32,
    owner: Owner,
}

/// What the kernel says of a thread.
struct Status {
    process: u32,
    parent: u32,
}

impl Threads {
    pub(crate) fn new(target_dir: PathBuf) -> Self {
        Self { target_dir, first: None, known: HashMap::new() }
    }

    /// For whom `thread` works.
    pub(crate) fn owner(&mut self, thread: u32) -> Owner {
        self.ensure(thread).map_or(Owner::Anybody, |thread| thread.owner.clone())
    }

    /// Forgets for whom `thread` works, since another program runs in its process from now on.
    pub(crate) fn executes(&mut self, thread: u32) {
        if let Some(gone) = self.known.remove(&thread) {
            self.known.remove(&gone.process);
        }
    }

    /// The text at `address` in the memory of `thread`, up to its zero byte; nothing if it cannot be read.
    pub(crate) fn text(&mut self, thread: u32, address: u64) -> Option<PathBuf> {
        let memory = self.ensure(thread)?.memory()?;
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
        self.ensure(thread)?.memory()?.read_exact_at(&mut bytes, address).ok()?;
        Some(u64::from_ne_bytes(bytes))
    }

    /// The directory that paths of `thread` start at: the one behind a descriptor, or the one that it is in.
    pub(crate) fn directory(&mut self, thread: u32, descriptor: Option<i32>) -> Option<PathBuf> {
        let link = descriptor.map_or_else(|| "cwd".to_owned(), |descriptor| format!("fd/{descriptor}"));
        let text = readlinkat(&self.ensure(thread)?.directory, link, Vec::new()).ok()?;
        Some(PathBuf::from(OsStr::from_bytes(text.as_bytes()))).filter(|path| path.is_absolute())
    }

    fn ensure(&mut self, thread: u32) -> Option<&Thread> {
        if !self.known.get(&thread).is_some_and(Thread::is_alive) {
            let found = self.look_at(thread);
            self.known.remove(&thread);
            self.known.insert(thread, found?);
        }
        self.known.get(&thread)
    }

    fn look_at(&mut self, thread: u32) -> Option<Thread> {
        let path = format!("/proc/{thread}");
        let directory =
            openat(CWD, path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let status = Status::read(&directory)?;
        let owner = if status.process == thread {
            self.owner_of_process(&directory, &status)?
        } else {
            self.ensure(status.process)?.owner.clone()
        };
        Some(Thread { directory, process: status.process, owner })
    }

    fn owner_of_process(&mut self, directory: &OwnedFd, status: &Status) -> Option<Owner> {
        let own = std::process::id();
        if status.process == own || self.first == Some(status.process) {
            return Some(Owner::Nobody);
        }
        if status.parent == own && self.first.is_none() {
            self.first = Some(status.process);
            return Some(Owner::Nobody);
        }
        // What lost its parent is given to us, if we are the first process of the container, or to somebody above us.
        let above = std::os::unix::process::parent_id();
        if [0, 1, own, above].contains(&status.parent) {
            return Some(Owner::Anybody);
        }
        match self.ensure(status.parent)?.owner.clone() {
            Owner::Nobody => {
                let (arguments, variables) = (read(directory, "cmdline")?, read(directory, "environ")?);
                let identity = Identity::of(&self.target_dir, &arguments, &variables);
                Some(identity.map_or(Owner::Nobody, |identity| Owner::Unit(Arc::new(identity))))
            }
            owner => Some(owner),
        }
    }
}

impl Thread {
    /// False once the thread is gone, whoever has its number now.
    fn is_alive(&self) -> bool {
        rustix::fs::accessat(&self.directory, "stat", rustix::fs::Access::EXISTS, AtFlags::empty()).is_ok()
    }

    fn memory(&self) -> Option<File> {
        openat(&self.directory, "mem", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok().map(File::from)
    }
}

impl Status {
    fn read(directory: &OwnedFd) -> Option<Self> {
        let text = String::from_utf8_lossy(&read(directory, "status")?).into_owned();
        let number = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line?.trim().parse().ok()
        };
        Some(Self { process: number("Tgid:")?, parent: number("PPid:")? })
    }
}

fn read(directory: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = openat(directory, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    File::from(file).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
