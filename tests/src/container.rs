//! Containers that run an image and go away with the value that stands for them.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::docker::Docker;
use crate::process::{Cmd, Outcome, tail};
use crate::progress::say;

/// Marks containers of the bed; its value is the process that started them.
const OWNER: &str = "testbed.owner";
const START_DEADLINE: Duration = Duration::from_mins(1);

/// A container to be run.
#[derive(Debug, Clone)]
pub struct Run {
    docker: Docker,
    image: String,
    options: Vec<OsString>,
    arguments: Vec<OsString>,
    deadline: Duration,
}

/// A container that runs in the background; it is removed when the value is dropped.
#[derive(Debug)]
pub struct Container {
    docker: Docker,
    id: String,
}

/// An answer over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl Run {
    /// A container of an image. One that is run to its end has two minutes for it.
    pub fn new(docker: &Docker, image: impl Into<String>) -> Self {
        Self {
            docker: docker.clone(),
            image: image.into(),
            options: Vec::new(),
            arguments: Vec::new(),
            deadline: Duration::from_mins(2),
        }
    }

    /// An option of `docker run`.
    #[must_use]
    pub fn option(mut self, option: impl AsRef<OsStr>) -> Self {
        self.options.push(option.as_ref().to_owned());
        self
    }

    /// An argument for the program in the container.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.arguments.push(arg.as_ref().to_owned());
        self
    }

    /// A variable in the container's environment.
    #[must_use]
    pub fn env(self, name: &str, value: &str) -> Self {
        self.option("--env").option(format!("{name}={value}"))
    }

    /// Publishes a port of the container on a free port of the loopback interface.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        self.option("--publish").option(format!("127.0.0.1::{port}"))
    }

    /// Ends a container that is run to its end when it takes longer than this.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs the program to its end and keeps its output. A failing exit code is not an error here.
    pub fn complete(&self) -> Result<Outcome> {
        // In the background first: a client that is ended at the deadline would leave its container behind.
        let container = self.start()?;
        let until = self.docker.command(["wait", &container.id]).deadline(self.deadline);
        let code = until.run().with_context(|| {
            format!(
                "`{}` did not come to its end\n{}",
                self.image,
                tail(&container.logs().unwrap_or_default())
            )
        })?;
        let output = self.docker.command(["logs", &container.id]).output()?;
        let code: i32 = code.trim().parse().context("failed to read the exit code of a container")?;
        let status = std::os::unix::process::ExitStatusExt::from_raw(code << 8);
        Ok(Outcome { status, ..output })
    }

    /// Runs the program in the background.
    pub fn start(&self) -> Result<Container> {
        let id = self
            .docker
            .command(["run", "--detach", "--pull=never"])
            .args(["--label", &format!("{OWNER}={}", std::process::id())])
            .args(&self.options)
            .arg(&self.image)
            .args(&self.arguments)
            .deadline(START_DEADLINE)
            .run()
            .with_context(|| format!("failed to run `{}`", self.image))?;
        Ok(Container { docker: self.docker.clone(), id: id.trim().to_owned() })
    }
}

impl Container {
    /// The engine's name for it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All that it wrote until now, stdout and stderr.
    pub fn logs(&self) -> Result<String> {
        let outcome = self.docker.command(["logs", &self.id]).output()?;
        Ok(outcome.stdout + &outcome.stderr)
    }

    /// True while its program runs.
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.inspect("{{.State.Running}}")? == "true")
    }

    /// One value of `docker inspect`, chosen by a template.
    pub fn inspect(&self, template: &str) -> Result<String> {
        let answer = self.docker.command(["inspect", "--format", template, &self.id]).run()?;
        Ok(answer.trim().to_owned())
    }

    /// Waits until its health check says `state`: `healthy` or `unhealthy`.
    pub fn becomes(&self, state: &str, patience: Duration) -> Result<()> {
        let until = Instant::now() + patience;
        loop {
            let now = self.inspect("{{.State.Health.Status}}")?;
            if now == state {
                return Ok(());
            }
            if Instant::now() >= until {
                bail!("{now} and not {state}: {}", self.inspect("{{json .State.Health}}")?);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Sends the stop signal and waits; gives the exit code.
    pub fn stop(&self, patience: Duration) -> Result<i32> {
        let seconds = patience.as_secs().to_string();
        self.docker.command(["stop", "--time", &seconds, &self.id]).run()?;
        self.inspect("{{.State.ExitCode}}")?.parse().context("failed to read the exit code of a container")
    }

    /// Where a published port is: `127.0.0.1:32768`.
    pub fn address(&self, port: u16) -> Result<String> {
        let answer = self.docker.command(["port", &self.id, &format!("{port}/tcp")]).run()?;
        let line = answer.lines().next();
        line.map(str::to_owned).with_context(|| format!("port {port} of the container is not published"))
    }

    /// Asks until the program answers over HTTP, with any status; a program that ended, or time that is up, is an
    /// error with the container's log.
    pub fn answer(&self, port: u16, path: &str, patience: Duration) -> Result<Response> {
        let until = Instant::now() + patience;
        loop {
            let failure = match self.address(port).and_then(|address| get(&address, path)) {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            let running = self.is_running()?;
            if !running || Instant::now() >= until {
                let state = if running { "does not answer" } else { "has ended" };
                bail!("the container {state} ({failure:#}); its log:\n{}", tail(&self.logs()?));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.docker, &self.id) {
            say(format!("a container could not be removed: {error:#}"));
        }
    }
}

/// Removes containers of test processes that ended without doing so.
pub(crate) fn remove_orphans(docker: &Docker) -> Result<()> {
    let format = format!("{{{{.ID}}}} {{{{.Label \"{OWNER}\"}}}}");
    let filter = format!("label={OWNER}");
    let list = docker.command(["ps", "--all", "--filter", &filter, "--format", &format]).run()?;
    for (id, owner) in list.lines().filter_map(|line| line.split_once(' ')) {
        let alive = owner.parse().is_ok_and(|owner| crate::machine::processes::of_id(owner).is_some());
        if !alive {
            say(format!("removing container {id} of an earlier run"));
            remove(docker, id)?;
        }
    }
    Ok(())
}

/// One request over HTTP/1.0: the answer ends with the connection.
pub fn get(address: &str, path: &str) -> Result<Response> {
    get_as(address, path, "*/*")
}

/// The same, for an answer that is one of these media types.
pub fn get_as(address: &str, path: &str, accept: &str) -> Result<Response> {
    let mut stream =
        TcpStream::connect(address).with_context(|| format!("failed to connect to {address}"))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    // In one piece: a small server may read only once.
    let request =
        format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).with_context(|| format!("failed to read the answer of {address}"))?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").context("failed to find an HTTP answer")?;
    let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok());
    Ok(Response {
        status: status.context("failed to read the status of an HTTP answer")?,
        body: body.to_owned(),
    })
}

fn remove(docker: &Docker, id: &str) -> Result<()> {
    let remove: Cmd = docker.command(["rm", "--force", "--volumes", id]);
    remove.deadline(START_DEADLINE).run().map(drop)
}
