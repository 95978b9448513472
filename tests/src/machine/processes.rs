//! Processes of this machine, told apart by what they were started with.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::process::{Pid, Signal, kill_process};

/// A process that runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: i32,
    /// Its arguments, the program first.
    pub arguments: Vec<String>,
}

/// Every process that was given a path at or below `folder` in an argument.
///
/// The bed's folders belong to the bed alone: what was started with one of them is the bed's own, even when the command
/// that started it is long gone.
pub fn with_argument_below(folder: &Path) -> Vec<Process> {
    let needle = folder.display().to_string();
    let inside = format!("{needle}/");
    let own = std::process::id().cast_signed();
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found: Vec<Process> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| *id != own)
        .filter_map(of_id)
        .filter(|process| {
            process.arguments.iter().skip(1).any(|argument| {
                argument.trim_start_matches("unix://") == needle || argument.contains(inside.as_str())
            })
        })
        .collect();
    found.sort_by_key(|process| process.id);
    found
}

/// The process of an id, if there is one and it has arguments (kernel threads and zombies have none).
#[must_use]
pub fn of_id(id: i32) -> Option<Process> {
    let bytes = fs::read(format!("/proc/{id}/cmdline")).ok()?;
    let arguments: Vec<String> = bytes
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    (!arguments.is_empty()).then_some(Process { id, arguments })
}

impl Process {
    /// The program's file name.
    #[must_use]
    pub fn program(&self) -> &str {
        let program = self.arguments.first().map_or("", String::as_str);
        program.rsplit('/').next().unwrap_or(program)
    }

    /// Asks it to end, and ends it by force when it has not after a while.
    pub fn end(&self, patience: Duration) -> Result<()> {
        self.signal(Signal::TERM)?;
        if self.ended_within(patience) {
            return Ok(());
        }
        self.signal(Signal::KILL)?;
        self.ended_within(Duration::from_secs(10));
        Ok(())
    }

    fn ended_within(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while of_id(self.id).as_ref() == Some(self) {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(Duration::from_millis(20));
        }
        true
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let Some(pid) = Pid::from_raw(self.id) else { return Ok(()) };
        match kill_process(pid, signal) {
            // It ended by itself in the meantime.
            Err(rustix::io::Errno::SRCH) => Ok(()),
            other => Ok(other?),
        }
    }
}
