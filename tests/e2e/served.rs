//! Servers on the loopback interface: files over HTTP, and git repositories.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use testbed::process::Cmd;

/// What a web server has.
enum Pages {
    Files(BTreeMap<String, Vec<u8>>),
    Folder(PathBuf),
}

/// A web server that answers with the same files until the tests end.
pub(crate) struct Website {
    address: String,
}

impl Website {
    pub(crate) fn of(files: &[(&str, Vec<u8>)]) -> Self {
        let files = files.iter().map(|(path, contents)| ((*path).to_owned(), contents.clone()));
        Self::serve(Pages::Files(files.collect()))
    }

    /// Serves what is below `folder` at the time of each request.
    pub(crate) fn folder(folder: &Path) -> Self {
        Self::serve(Pages::Folder(folder.to_owned()))
    }

    fn serve(pages: Pages) -> Self {
        let pages = Arc::new(pages);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let pages = Arc::clone(&pages);
                // A client that hangs up early asks again.
                std::thread::spawn(move || drop(answer(&stream, &pages)));
            }
        });
        Self { address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn answer(stream: &TcpStream, pages: &Pages) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut body, length): (Box<dyn Read>, u64) = match pages {
        Pages::Files(files) => match files.get(path) {
            Some(body) => (Box::new(body.as_slice()), body.len() as u64),
            None => return not_found(stream),
        },
        Pages::Folder(folder) => match File::open(folder.join(path.trim_start_matches('/'))) {
            Ok(file) => {
                let length = file.metadata()?.len();
                (Box::new(file), length)
            }
            Err(_) => return not_found(stream),
        },
    };
    let mut out = stream;
    write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    if method == "HEAD" { Ok(()) } else { std::io::copy(&mut body, &mut out).map(drop) }
}

fn not_found(mut stream: &TcpStream) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
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
