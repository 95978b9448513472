//! Child processes with a deadline and an error that says what went wrong.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::machine::processes::{self, Process};

const POLL: Duration = Duration::from_millis(10);
/// A killed child may leave grandchildren that hold its pipes: their output is not worth more waiting than this.
const DRAIN: Duration = Duration::from_secs(2);
const TAIL_LINES: usize = 40;

/// A program to run, its arguments, and how long it may take.
#[derive(Debug)]
pub struct Cmd {
    command: Command,
    deadline: Duration,
    input: Option<Vec<u8>>,
}

/// What a finished program left.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub status: ExitStatus,
    /// All of its standard output, lossily decoded.
    pub stdout: String,
    /// All of its standard error, lossily decoded.
    pub stderr: String,
}

impl Cmd {
    /// A program found in `PATH`, or at a path; five minutes at most.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self { command: Command::new(program), deadline: Duration::from_mins(5), input: None }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Takes a variable of the bed's own environment away from the child.
    #[must_use]
    pub fn without_env(mut self, key: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Runs it in this folder.
    #[must_use]
    pub fn current_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Ends it when it takes longer than this.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Feeds these bytes to its standard input, which is empty otherwise.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// The program and its arguments as one would type them, for messages.
    #[must_use]
    pub fn line(&self) -> String {
        std::iter::once(self.command.get_program())
            .chain(self.command.get_args())
            .map(|word| word.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it to its end and keeps its output. A failing exit code is not an error here.
    pub fn output(mut self) -> Result<Outcome> {
        let line = self.line();
        self.command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.spawn(&line)?;
        if let (Some(input), Some(mut stdin)) = (self.input.take(), child.stdin.take()) {
            // A child that does not read all of its input says why in its own output.
            thread::spawn(move || stdin.write_all(&input).is_ok());
        }
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let status = wait(&mut child, self.deadline)?;
        let (stdout, stderr) = (drain(&stdout, status), drain(&stderr, status));
        match status {
            Some(status) => Ok(Outcome { status, stdout, stderr }),
            None => bail!(
                "`{line}` did not end within {} s\n{}",
                self.deadline.as_secs(),
                tail(&format!("{stdout}{stderr}"))
            ),
        }
    }

    /// Runs it to its end and gives its standard output; a failing exit code is an error that shows the end of what it said.
    pub fn run(self) -> Result<String> {
        let line = self.line();
        let outcome = self.output()?;
        if !outcome.status.success() {
            bail!(
                "`{line}` failed with {}\n{}",
                outcome.status,
                tail(&format!("{}{}", outcome.stdout, outcome.stderr))
            );
        }
        Ok(outcome.stdout)
    }

    /// True when it can be started and ends well.
    #[must_use]
    pub fn succeeds(self) -> bool {
        self.output().is_ok_and(|outcome| outcome.status.success())
    }

    /// Runs it to its end on the bed's own stdout and stderr.
    pub fn show(mut self) -> Result<()> {
        let line = self.line();
        self.command.stdin(Stdio::null());
        let mut child = self.spawn(&line)?;
        match wait(&mut child, self.deadline)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("`{line}` failed with {status}"),
            None => bail!("`{line}` did not end within {} s", self.deadline.as_secs()),
        }
    }

    /// Runs it to its end and writes its standard output to a file.
    pub fn run_into(mut self, file: &Path) -> Result<()> {
        let line = self.line();
        let out = File::create(file).with_context(|| format!("failed to create `{}`", file.display()))?;
        self.command.stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
        let mut child = self.spawn(&line)?;
        let stderr = collect(child.stderr.take());
        let status = wait(&mut child, self.deadline)?;
        let stderr = drain(&stderr, status);
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("`{line}` failed with {status}\n{}", tail(&stderr)),
            None => bail!("`{line}` did not end within {} s\n{}", self.deadline.as_secs(), tail(&stderr)),
        }
    }

    /// Starts it as a daemon: a session of its own, its output in a log file, not ended with the bed.
    pub fn daemonize(self, log: &Path) -> Result<Child> {
        let line = self.line();
        let out = File::create(log).with_context(|| format!("failed to create `{}`", log.display()))?;
        let err = out.try_clone().context("failed to share the log file")?;
        // `setsid` replaces itself by the program, so that the child's id is the daemon's.
        let mut command = Command::new("setsid");
        command.arg(self.command.get_program()).args(self.command.get_args());
        for (key, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(key, value),
                None => command.env_remove(key),
            };
        }
        // A daemon in a folder of somebody's checkout would keep that folder busy.
        command.current_dir("/").stdin(Stdio::null()).stdout(out).stderr(err);
        command.spawn().with_context(|| format!("failed to start `{line}`"))
    }

    fn spawn(&mut self, line: &str) -> Result<Child> {
        self.command.spawn().with_context(|| format!("failed to start `{line}`"))
    }
}

/// The last lines of a text.
#[must_use]
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n")
}

/// The last lines of a file; says so when it cannot be read.
#[must_use]
pub fn tail_of_file(file: &Path) -> String {
    match std::fs::read(file) {
        Ok(bytes) => tail(&String::from_utf8_lossy(&bytes)),
        Err(error) => format!("(`{}` cannot be read: {error})", file.display()),
    }
}

/// Where a program is in `PATH`, or in the folders where a system keeps those for root.
#[must_use]
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    if let Some(mut pipe) = pipe {
        thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count) = pipe.read(&mut buffer) {
                let chunk = buffer.get(..count).unwrap_or_default().to_vec();
                if count == 0 || sender.send(chunk).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

fn drain(chunks: &Receiver<Vec<u8>>, status: Option<ExitStatus>) -> String {
    let mut bytes = Vec::new();
    let patience = if status.is_some() { DRAIN * 5 } else { DRAIN };
    let until = Instant::now() + patience;
    while let Ok(chunk) = chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
        bytes.extend(chunk);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The exit status, or nothing when the deadline passed and the child was killed.
fn wait(child: &mut Child, deadline: Duration) -> Result<Option<ExitStatus>> {
    let until = Instant::now() + deadline;
    loop {
        if let Some(status) = child.try_wait().context("failed to wait for a child process")? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            // Without its own children, which would go on with nobody to wait for them.
            let family = processes::descendants(child.id().cast_signed());
            child.kill().context("failed to end a child process")?;
            family.iter().try_for_each(Process::kill)?;
            child.wait().context("failed to wait for a child process")?;
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cmd, tail};

    #[test]
    fn a_failing_program_shows_what_it_said() {
        let error = Cmd::new("sh").args(["-c", "echo why >&2; exit 4"]).run().unwrap_err().to_string();
        assert!(error.contains("exit status: 4") && error.ends_with("why"), "{error}");
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_its_children() {
        let hang = Cmd::new("sh").args(["-c", "echo begun; sleep 322; echo never"]);
        let error = hang.deadline(Duration::from_millis(300)).output().unwrap_err().to_string();
        assert!(error.contains("did not end within") && error.ends_with("begun"), "{error}");
    }

    #[test]
    fn input_reaches_the_program() {
        assert_eq!(Cmd::new("cat").input("words").run().unwrap(), "words");
    }

    #[test]
    fn only_the_end_of_a_long_text_is_shown() {
        let lines: Vec<String> = (0..100).map(|number| format!("line {number}")).collect();
        let text = lines.join("\n");
        assert!(tail(&text).starts_with("line 60\n"));
    }
}
