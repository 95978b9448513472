//! Servers on the loopback interface: files over HTTP, and git repositories.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use testbed::process::Cmd;

/// A web server that answers with the same files until the tests end.
pub(crate) struct Website {
    address: String,
}

impl Website {
    pub(crate) fn of(files: &[(&str, Vec<u8>)]) -> Self {
        let files: BTreeMap<String, Vec<u8>> =
            files.iter().map(|(path, contents)| ((*path).to_owned(), contents.clone())).collect();
        let files = Arc::new(files);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&files);
                // A client that hangs up early asks again.
                std::thread::spawn(move || drop(answer(&stream, &files)));
            }
        });
        Self { address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn answer(stream: &TcpStream, files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, body) = match files.get(path) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", &b""[..]),
    };
    let mut out = stream;
    write!(out, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    if method == "HEAD" { Ok(()) } else { out.write_all(body) }
}

/// A server of the git repositories in a folder; it ends with this value.
pub(crate) struct GitServer {
    daemon: Child,
    pub(crate) port: u16,
}

impl GitServer {
    /// Serves every repository below `folder`.
    pub(crate) fn of(folder: &Path) -> Self {
        let programs = Cmd::new("git").arg("--exec-path").run().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let daemon = Command::new(Path::new(programs.trim()).join("git-daemon"))
            .args(["--reuseaddr", "--export-all", "--listen=127.0.0.1"])
            .arg(format!("--port={port}"))
            .arg(format!("--base-path={}", folder.display()))
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "git's daemon does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { daemon, port }
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        // One that has ended by itself has failed a test already.
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

/// Makes `folder` a repository and commits everything in it; gives the commit.
pub(crate) fn commit(folder: &Path) -> String {
    let git = |arguments: &[&str]| {
        let identity =
            ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];
        Cmd::new("git").args(identity).args(arguments).current_dir(folder).run().unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "all"]);
    git(&["rev-parse", "HEAD"]).trim().to_owned()
}
