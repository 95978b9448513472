//! Git repositories over SSH, and an SSH agent with the key to them.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testbed::machine::apt::{self, Tool};
use testbed::process::{Cmd, find_program};
use testbed::project::Project;

use super::http::listener;

const TOOLS: &[Tool] = &[
    Tool { program: "sshd", package: "openssh-server" },
    Tool { program: "ssh-agent", package: "openssh-client" },
];

/// A server that lets one key in, and an agent that has it; both end with this value.
pub(crate) struct SshSite {
    port: u16,
    place: Project,
    server: Child,
    agent: Child,
}

impl SshSite {
    pub(crate) fn new() -> Self {
        apt::install(TOOLS).unwrap();
        let place = Project::empty().unwrap();
        for key in ["host", "own"] {
            let file = place.path().join(key);
            Cmd::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file).run().unwrap();
        }
        // What the server wants of its own, wherever it runs.
        std::fs::create_dir_all("/run/sshd").unwrap();
        let (free, port) = listener();
        drop(free);
        let at = |name: &str| place.path().join(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
             UsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nSetEnv PATH={}\n",
            at("host"),
            at("own.pub"),
            std::env::var("PATH").unwrap(),
        );
        place.write("config", config).unwrap();
        let server = started(Command::new(program("sshd")).args(["-D", "-e", "-f"]).arg(at("config")));
        let agent = started(Command::new(program("ssh-agent")).args(["-D", "-a"]).arg(at("socket")));
        until("the SSH server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        until("the SSH agent", || place.path().join("socket").exists());
        Cmd::new("ssh-add").arg("-q").arg(at("own")).env("SSH_AUTH_SOCK", at("socket")).run().unwrap();
        Self { port, place, server, agent }
    }

    /// The URL of a repository in a folder of this machine.
    pub(crate) fn url(&self, folder: &Path) -> String {
        format!("ssh://root@127.0.0.1:{}{}", self.port, folder.display())
    }

    /// The agent, as `--ssh` takes it.
    pub(crate) fn flag(&self) -> String {
        format!("default={}", self.place.path().join("socket").display())
    }

    /// The name of the server, as `known_hosts` has it.
    pub(crate) fn host(&self) -> String {
        format!("[127.0.0.1]:{}", self.port)
    }

    /// The server's key, as `known_hosts` has it; `right` or somebody else's.
    pub(crate) fn known_hosts(&self, right: bool) -> String {
        let key = self.place.read(if right { "host.pub" } else { "own.pub" }).unwrap();
        format!("{} {key}", self.host())
    }
}

impl Drop for SshSite {
    fn drop(&mut self) {
        for process in [&mut self.server, &mut self.agent] {
            // One that has ended by itself has failed a test already.
            drop(process.kill());
            drop(process.wait());
        }
    }
}

/// The server insists on being started by its whole path.
fn program(name: &str) -> PathBuf {
    let elsewhere = Path::new("/usr/sbin").join(name);
    find_program(name).unwrap_or(elsewhere)
}

fn started(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn until(what: &str, is_there: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_there() {
        assert!(Instant::now() < until, "{what} does not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
}
