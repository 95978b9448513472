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

/// Every process of one of these programs that was given a path at or below `folder` in an argument.
///
/// The bed's folders belong to the bed alone: a daemon that was started with one of them is the bed's own, even when the
/// command that started it is long gone. A shell or an editor with such a path in its arguments is not, hence the names.
#[must_use]
pub fn started_with(folder: &Path, programs: &[&str]) -> Vec<Process> {
    let needle = folder.display().to_string();
    let inside = format!("{needle}/");
    let mut found: Vec<Process> = ids()
        .into_iter()
        .filter_map(of_id)
        .filter(|process| programs.contains(&process.program()))
        .filter(|process| {
            process.arguments.iter().any(|argument| *argument == needle || argument.contains(inside.as_str()))
        })
        .collect();
    found.sort_by_key(|process| process.id);
    found
}

/// The processes that a process started, those that they started, and so on.
#[must_use]
pub fn descendants(id: i32) -> Vec<Process> {
    let parents: Vec<(i32, i32)> = ids().into_iter().filter_map(|id| Some((id, parent(id)?))).collect();
    let mut family = vec![id];
    let mut next = 0;
    while let Some(&member) = family.get(next) {
        family.extend(parents.iter().filter(|(_, parent)| *parent == member).map(|(child, _)| *child));
        next += 1;
    }
    family.into_iter().skip(1).filter_map(of_id).collect()
}

fn ids() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn parent(id: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The second field is the program's name in parentheses, with anything in it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
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

    /// Asks it to end, and ends it by force when it has not after a while; what it started ends with it.
    pub fn end(&self, patience: Duration) -> Result<()> {
        let family = descendants(self.id);
        self.signal(Signal::TERM)?;
        if !self.ended_within(patience) {
            self.kill()?;
            let _gone = self.ended_within(Duration::from_secs(10));
        }
        for process in family {
            process.kill()?;
            let _gone = process.ended_within(Duration::from_secs(10));
        }
        Ok(())
    }

    /// Ends it by force, if it is still the process that it was.
    pub fn kill(&self) -> Result<()> {
        if of_id(self.id).as_ref() == Some(self) { self.signal(Signal::KILL) } else { Ok(()) }
    }

    /// Asks it to stop as a person does who presses Ctrl-C, if it is still the process that it was.
    pub fn interrupt(&self) -> Result<()> {
        if of_id(self.id).as_ref() == Some(self) { self.signal(Signal::INT) } else { Ok(()) }
    }

    /// How many files and connections it has open; nothing if it is gone.
    #[must_use]
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id)).map_or(0, Iterator::count)
    }

    /// Waits until it is gone, but no longer than this; false if it is still there then.
    #[must_use]
    pub fn ended_within(&self, patience: Duration) -> bool {
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

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::{descendants, of_id};

    #[test]
    fn a_process_takes_what_it_started_with_it() {
        let mut shell =
            Command::new("sh").args(["-c", "sleep 321 & wait"]).stdout(Stdio::piped()).spawn().unwrap();
        let id = i32::try_from(shell.id()).unwrap();
        let until = std::time::Instant::now() + Duration::from_secs(10);
        let sleep = loop {
            if let Some(child) = descendants(id).into_iter().find(|child| child.program() == "sleep") {
                break child;
            }
            assert!(std::time::Instant::now() < until, "the shell has not started its program");
        };
        of_id(id).unwrap().end(Duration::from_secs(5)).unwrap();
        shell.wait().unwrap();
        assert!(of_id(sleep.id).is_none_or(|other| other != sleep));
    }
}
