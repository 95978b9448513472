//! The server as a process: from the moment it listens to the moment all is stored.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::statistics;
use crate::error::Error;

/// The variable by which server and clients find one another: a socket in the file system, since a port could be taken
/// where the step has the host's network.
pub(super) const SOCKET: &str = "SCCACHE_SERVER_UDS";

/// How long the server may take to store what it has left. It gives itself ten seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that listens.
#[derive(Debug)]
pub(super) struct Server {
    folder: PathBuf,
    socket: PathBuf,
    group: Option<Pid>,
    /// Gets what the server wrote, once nobody can write any more: when it has ended.
    ended: Receiver<String>,
}

impl Server {
    /// Starts it with these settings and waits until it listens.
    pub(super) fn start(program: &Path, settings: &BTreeMap<String, String>) -> Result<Self, Error> {
        let folder = std::env::temp_dir().join(format!("supercargo-sccache-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
        let socket = folder.join("socket");
        let mut starter = Command::new(program)
            .arg("--start-server")
            .envs(settings)
            .env(SOCKET, &socket)
            // In the foreground the server keeps our pipe, whose end tells that it has ended.
            .env("SCCACHE_NO_DAEMON", "1")
            // One crate may take longer than the time after which an idle server ends by itself.
            .env("SCCACHE_IDLE_TIMEOUT", "0")
            .env_remove(supercargo_report::JOB)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Spawn { program: program.display().to_string(), source })?;
        let server = Self {
            folder,
            socket,
            group: i32::try_from(starter.id()).ok().and_then(Pid::from_raw),
            ended: written(&mut starter),
        };
        let status = starter
            .wait()
            .map_err(|source| Error::System { action: "wait for the sccache server", source })?;
        if status.success() {
            return Ok(server);
        }
        // Where the start takes too long, the server is still trying.
        Err(Error::SccacheServer { reason: reason(&server.kill()) })
    }

    /// Starts one that finds nothing and keeps nothing.
    pub(super) fn start_without_storage(program: &Path) -> Result<Self, Error> {
        let nowhere = std::env::temp_dir().join(format!("supercargo-sccache-{}/none", std::process::id()));
        Self::start(
            program,
            &BTreeMap::from([
                ("SCCACHE_DIR".to_owned(), nowhere.display().to_string()),
                ("SCCACHE_LOCAL_RW_MODE".to_owned(), "READ_ONLY".to_owned()),
            ]),
        )
    }

    /// Where it listens.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The line about what it did; nothing if it is not there any more.
    pub(super) fn statistics(&self, program: &Path) -> Option<String> {
        // A client that finds no server starts one, whose figures would be those of another.
        if self.ended.try_recv().is_ok() {
            return None;
        }
        statistics::line(&self.answer(program)?)
    }

    /// True if what it stores goes to a directory.
    pub(super) fn is_on_disk(&self, program: &Path) -> bool {
        self.answer(program).is_some_and(|answer| statistics::is_on_disk(&answer))
    }

    fn answer(&self, program: &Path) -> Option<Vec<u8>> {
        let output = self.client(program, &["--show-stats", "--stats-format=json"]).output();
        output.ok().map(|output| output.stdout)
    }

    /// Lets it store what it has left, and ends it.
    pub(super) fn stop(self, program: &Path) {
        let mut request = self.client(program, &["--stop-server"]);
        let asked = request.stdout(Stdio::null()).stderr(Stdio::null()).status();
        // Whatever it wrote meanwhile, the compile is done.
        if asked.is_ok() && self.ended.recv_timeout(PATIENCE).is_ok() {
            drop(fs::remove_dir_all(&self.folder));
            return;
        }
        self.kill();
    }

    fn client(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env(SOCKET, &self.socket)
            .env_remove(supercargo_report::JOB)
            .stdin(Stdio::null());
        command
    }

    /// Ends it in any case, and gives what it wrote.
    fn kill(self) -> String {
        if let Some(group) = self.group {
            // It may be gone already, which is what this is for.
            let _ = kill_process_group(group, Signal::KILL);
        }
        // Left behind, they would go with the container.
        drop(fs::remove_dir_all(&self.folder));
        self.ended.recv_timeout(PATIENCE).unwrap_or_default()
    }
}

fn written(starter: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    if let Some(mut stderr) = starter.stderr.take() {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            // What could be read until then is all there is to tell.
            drop(stderr.read_to_end(&mut text));
            // Nobody waits for it any more once the server was given up.
            drop(sender.send(String::from_utf8_lossy(&text).into_owned()));
        });
    }
    receiver
}

/// The first thing that sccache says went wrong, with the cause below it, without the trace of its own functions.
fn reason(text: &str) -> String {
    let lines = || text.lines().map(str::trim);
    let first = lines().find_map(|line| line.strip_prefix("sccache: error: "));
    let cause = lines().skip_while(|line| *line != "Source:").nth(1).filter(|line| !line.is_empty());
    match (first, cause) {
        (Some(first), Some(cause)) => format!("{first}: {cause}"),
        (Some(first), None) => first.to_owned(),
        (None, _) => lines().find(|line| !line.is_empty()).unwrap_or("it does not say why").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn the_reason_is_one_line_without_a_trace() {
        for (text, expected) in [
            (
                "sccache: error: Timed out waiting for server startup\n",
                "Timed out waiting for server startup",
            ),
            (
                "sccache: error: Server startup failed: failed to read\n\nContext:\n   url: http://h/\n\nSource:\n   refused\n\n\
                 Backtrace:\n   0: <unknown>\n",
                "Server startup failed: failed to read: refused",
            ),
            ("\nthread 'main' panicked\n", "thread 'main' panicked"),
            ("", "it does not say why"),
        ] {
            assert_eq!(reason(text), expected);
        }
    }
}
