//! The one place that starts a process: cargo, with our signals passed on and its exit code kept.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::error::Error;
use crate::reads::Recorder;
use crate::toolchain;

/// No variable beside our own.
const NOTHING: &[(&str, &str)] = &[];

/// How cargo ended; successfully by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exit(ExitStatus);

impl Exit {
    /// The code that passes this on, as a shell would: cargo's own, or 128 and the signal that ended it.
    pub(crate) fn code(self) -> u8 {
        let code = self.0.code().or_else(|| self.0.signal().map(|signal| 128 + signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
    }

    /// True if cargo ended by itself, successful or not, and so waited for what it had started.
    pub(crate) fn by_itself(self) -> bool {
        self.0.code().is_some()
    }
}

/// Runs `command` with its output where ours goes.
pub(crate) fn run(command: &[String]) -> Result<Exit, Error> {
    run_with(command, NOTHING)
}

/// The same with `environment` on top of ours.
pub(crate) fn run_with(
    command: &[String],
    environment: &[(impl AsRef<OsStr>, impl AsRef<OsStr>)],
) -> Result<Exit, Error> {
    let mut child = Running::start(command, environment, [Stdio::inherit(), Stdio::inherit()], None)?;
    child.wait()
}

/// What `command` prints. However it ends, what it said is the answer; what it says on stderr is nobody's business.
pub(crate) fn answer(command: &[&str]) -> Result<String, Error> {
    let (program, arguments) = command.split_first().ok_or(Error::EmptyCommand)?;
    let output = Command::new(program)
        .args(arguments)
        .envs(toolchain::environment())
        .env_remove(supercargo_report::JOB)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Spawn { program: (*program).to_owned(), source })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `command` with `environment` on top of ours, and gives every line of its standard output, with the line end, to
/// `on_line`; those of its standard error go to `on_error`, on a thread of their own. What it reads goes to the
/// `recorder`.
pub(crate) fn run_with_lines(
    command: &[String],
    environment: &[(impl AsRef<OsStr>, impl AsRef<OsStr>)],
    recorder: Option<&mut Recorder>,
    on_line: impl FnMut(&[u8]),
    on_error: impl FnMut(&[u8]) + Send,
) -> Result<Exit, Error> {
    let mut child = Running::start(command, environment, [Stdio::piped(), Stdio::piped()], recorder)?;
    let (stdout, stderr) = (child.process.stdout.take(), child.process.stderr.take());
    let read = std::thread::scope(|scope| {
        let errors =
            scope.spawn(move || stderr.map_or(Ok(()), |stderr| each_line(BufReader::new(stderr), on_error)));
        let lines = stdout.map_or(Ok(()), |stdout| each_line(BufReader::new(stdout), on_line));
        // A thread that panicked has said so itself.
        lines.and(errors.join().unwrap_or(Ok(())))
    });
    read.map_err(|source| Error::System { action: "read cargo's messages", source })?;
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
    fn start(
        command: &[String],
        environment: &[(impl AsRef<OsStr>, impl AsRef<OsStr>)],
        [stdout, stderr]: [Stdio; 2],
        recorder: Option<&mut Recorder>,
    ) -> Result<Self, Error> {
        let (program, arguments) = command.split_first().ok_or(Error::EmptyCommand)?;
        // Before the start, so that no signal falls between the two.
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])
            .map_err(|source| Error::System { action: "listen for signals", source })?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(toolchain::environment())
            .envs(environment.iter().map(|(name, value)| (name, value)))
            // A build script that saw it could depend on it.
            .env_remove(supercargo_report::JOB)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            // rustc is not told when cargo dies; in a group of its own, one signal reaches all of them.
            .process_group(0);
        let process = match recorder {
            Some(recorder) => recorder.spawn(&mut command),
            None => command.spawn(),
        };
        let process = process.map_err(|source| Error::Spawn { program: program.clone(), source })?;
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

    fn wait(&mut self) -> Result<Exit, Error> {
        let status = self.process.wait();
        status.map(Exit).map_err(|source| Error::System { action: "wait for cargo", source })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signals.close();
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, each_line};
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
        for (raw, code, by_itself) in [(9, 137, false), (101 << 8, 101, true), (0, 0, true)] {
            let exit = Exit(ExitStatus::from_raw(raw));
            assert_eq!((exit.code(), exit.by_itself()), (code, by_itself), "{raw}");
        }
    }
}
