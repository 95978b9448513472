//! The one place that starts a process: cargo, with our signals passed on and its exit code kept.

use std::io::{self, BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::error::Error;
use crate::toolchain;

/// Runs `command` with its output where ours goes, and returns its exit code.
pub(crate) fn run(command: &[String]) -> Result<u8, Error> {
    let mut child = Running::start(command, Stdio::inherit())?;
    child.wait()
}

/// Runs `command`, gives every line of its standard output (with the line end) to `on_line`, and returns its exit
/// code.
pub(crate) fn run_with_lines(command: &[String], on_line: impl FnMut(&[u8])) -> Result<u8, Error> {
    let mut child = Running::start(command, Stdio::piped())?;
    if let Some(stdout) = child.process.stdout.take() {
        each_line(BufReader::new(stdout), on_line)
            .map_err(|source| Error::System { action: "read cargo's messages", source })?;
    }
    child.wait()
}

fn each_line(mut from: impl BufRead, mut on_line: impl FnMut(&[u8])) -> io::Result<()> {
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        on_line(&line);
        line.clear();
    }
    Ok(())
}

/// A process in a group of its own, to which our signals are passed on for as long as it runs.
struct Running {
    process: Child,
    signals: Handle,
}

impl Running {
    fn start(command: &[String], stdout: Stdio) -> Result<Self, Error> {
        let (program, arguments) = command.split_first().ok_or(Error::EmptyCommand)?;
        // Before the start, so that no signal falls between the two.
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])
            .map_err(|source| Error::System { action: "listen for signals", source })?;
        let process = Command::new(program)
            .args(arguments)
            .envs(toolchain::environment())
            .stdin(Stdio::null())
            .stdout(stdout)
            // rustc is not told when cargo dies; in a group of its own, one signal reaches all of them.
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Spawn { program: program.clone(), source })?;
        let handle = signals.handle();
        let group = i32::try_from(process.id()).ok().and_then(Pid::from_raw);
        std::thread::spawn(move || {
            for number in signals.forever() {
                if let (Some(group), Some(signal)) = (group, Signal::from_named_raw(number)) {
                    // The group may be gone already, which is what the signal was for.
                    let _ = kill_process_group(group, signal);
                }
            }
        });
        Ok(Self { process, signals: handle })
    }

    fn wait(&mut self) -> Result<u8, Error> {
        let status =
            self.process.wait().map_err(|source| Error::System { action: "wait for cargo", source })?;
        Ok(exit_code(status))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signals.close();
    }
}

/// The code of a process as a shell would give it: its own, or 128 and the signal that ended it.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::{each_line, exit_code};
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    #[test]
    fn a_last_line_without_end_counts() {
        let mut lines = Vec::new();
        each_line(&b"a\n\xff\nb"[..], |line| lines.push(line.to_vec())).unwrap();
        assert_eq!(lines, [b"a\n".to_vec(), b"\xff\n".to_vec(), b"b".to_vec()]);
    }

    #[test]
    fn signals_become_codes() {
        assert_eq!(exit_code(ExitStatus::from_raw(9)), 137);
        assert_eq!(exit_code(ExitStatus::from_raw(101 << 8)), 101);
        assert_eq!(exit_code(ExitStatus::from_raw(0)), 0);
    }
}
