//! Git repositories over HTTP, behind a name and a password, served by git's own program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testbed::build::Build;
use testbed::process::Cmd;

use super::asking::Passed;
use super::http::{Answer, Authority, Request, listener, serve};

/// The repositories below a folder.
pub(crate) struct GitSite {
    port: u16,
    /// What vouches for it, if it is asked over HTTPS.
    certificate: Option<Passed>,
}

impl GitSite {
    /// Serves them over HTTPS to whoever has the password, under any name.
    pub(crate) fn of(folder: &Path, password: &str) -> Self {
        Self::start(folder, password, Some(&Authority::new()))
    }

    /// The same over plain HTTP.
    pub(crate) fn plain(folder: &Path, password: &str) -> Self {
        Self::start(folder, password, None)
    }

    fn start(folder: &Path, password: &str, authority: Option<&Authority>) -> Self {
        let (listener, port) = listener();
        let (folder, password) = (folder.to_owned(), password.to_owned());
        let programs = PathBuf::from(Cmd::new("git").arg("--exec-path").run().unwrap().trim());
        serve(listener, authority, move |request| {
            if given(request).is_none_or(|given| given != password) {
                let realm = "WWW-Authenticate: Basic realm=\"git\"";
                return Answer::of("401 Unauthorized", "who are you?").header(realm);
            }
            backend(&programs.join("git-http-backend"), &folder, request)
        });
        Self { port, certificate: authority.map(|authority| Passed::of("ca", &authority.pem())) }
    }

    /// The URL of a repository.
    pub(crate) fn url(&self, name: &str) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}/{name}", self.port)
    }

    /// The build with the certificate that vouches for the site.
    pub(crate) fn trusted(&self, build: &Build) -> Build {
        self.certificate.as_ref().map_or_else(|| build.clone(), |certificate| certificate.to(build))
    }
}

/// The password that came with a request.
fn given(request: &Request) -> Option<String> {
    let pair = STANDARD.decode(request.header("authorization").strip_prefix("Basic ")?).ok()?;
    Some(String::from_utf8(pair).ok()?.split_once(':')?.1.to_owned())
}

/// What git's program answers, which is a script of the Common Gateway Interface.
fn backend(program: &Path, folder: &Path, request: &Request) -> Answer {
    let mut child = Command::new(program)
        .env("GIT_PROJECT_ROOT", folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&request.body).unwrap();
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let (head, body) = output.split_at(end);
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let answer = Answer::of(status, body.get(4..).unwrap());
    head.lines().filter(|line| !line.starts_with("Status: ")).fold(answer, Answer::header)
}
