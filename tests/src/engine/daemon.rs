//! A running engine: how it is started, found again, and stopped without a trace.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::engine::binaries;
use crate::engine::release::{Choice, Store};
use crate::machine::network::Bridge;
use crate::machine::processes::{self, Process};
use crate::machine::{apt, mounts};
use crate::place::Place;
use crate::process::{Cmd, tail_of_file};
use crate::progress::{say, step};

const START_DEADLINE: Duration = Duration::from_secs(90);
/// What a daemon starts, and what can outlive it.
const PROGRAMS: &[&str] = &["dockerd", "containerd", "containerd-shim-runc-v2", "runc"];
const STOP_PATIENCE: Duration = Duration::from_secs(40);
const KILL_PATIENCE: Duration = Duration::from_secs(20);

/// One engine of one bed, running or not.
#[derive(Debug, Clone)]
pub struct Daemon {
    /// What people call it.
    title: String,
    choice: Choice,
    /// Images, containers, build cache, log: what outlives the daemon.
    data: PathBuf,
    /// Sockets and process ids: what does not. Not in the bed's folder, since a socket's path is at most 108 bytes long.
    run: PathBuf,
    bridge: Bridge,
    place: Place,
}

impl Daemon {
    /// The engine of this choice in this place.
    #[must_use]
    pub fn of(place: &Place, choice: Choice) -> Self {
        let title = choice.to_string();
        let data = place.root().join("engines").join(&title);
        let subject = title.clone();
        Self::at(place, choice, &subject, title, data)
    }

    /// Another engine of this choice, whose data is in the folder `data` of its own. It is known by that folder alone:
    /// its processes are found whatever choice is given.
    #[must_use]
    pub fn beside(place: &Place, choice: Choice, name: &str, data: PathBuf) -> Self {
        let subject = data.display().to_string();
        Self::at(place, choice, &subject, format!("{choice} ({name})"), data)
    }

    fn at(place: &Place, choice: Choice, subject: &str, title: String, data: PathBuf) -> Self {
        let short = place.short_name(subject);
        Self {
            title,
            choice,
            data,
            run: Path::new("/run/supercargo-bed").join(&short),
            bridge: Bridge::of(&short),
            place: place.clone(),
        }
    }

    /// The value of `DOCKER_HOST` for this engine.
    #[must_use]
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Where the daemon writes what it does.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.data.join("dockerd.log")
    }

    /// The release and the store.
    #[must_use]
    pub fn choice(&self) -> Choice {
        self.choice
    }

    /// The folder with everything that outlives the daemon.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The daemon's process, if it runs.
    #[must_use]
    pub fn process(&self) -> Option<Process> {
        processes::started_with(&self.run, &["dockerd"]).into_iter().next()
    }

    /// True when the engine answers.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.ping().is_ok_and(|answer| answer.contains(" 200 "))
    }

    /// Makes the engine run. Does nothing when it does.
    pub fn start(&self) -> Result<()> {
        if self.answers() && self.bridge.is_up() {
            return Ok(());
        }
        apt::install(apt::ENGINE_TOOLS)?;
        let bin = binaries::engine(&self.place, self.choice.release)?;
        let doing = step(format!("starting Docker {}", self.title));
        self.clear_leftovers()?;
        self.forget_networks()?;
        self.bridge.raise()?;
        self.launch(&bin)?;
        doing.done();
        Ok(())
    }

    /// Ends the engine and everything that it started, and takes its network away. Images and cache stay.
    pub fn stop(&self) -> Result<()> {
        let known = self.process().is_some() || self.run.exists() || self.bridge.is_up();
        if known {
            let doing = step(format!("stopping Docker {}", self.title));
            self.clear_leftovers()?;
            doing.done();
        }
        self.bridge.lower()
    }

    /// Ends the engine and everything that it started as a power cut would: by force, all at once, in the middle of
    /// whatever they do. What they left half done stays for the next start to find.
    pub fn kill(&self) -> Result<()> {
        let Some(daemon) = self.process() else { bail!("Docker {} does not run", self.title) };
        let family = processes::descendants(daemon.id);
        // The daemon first, which would tell the client how its children ended.
        daemon.kill()?;
        let started = processes::started_with(&self.run, PROGRAMS);
        family.iter().chain(&started).try_for_each(Process::kill)?;
        for process in std::iter::once(&daemon).chain(&family).chain(&started) {
            if !process.ended_within(KILL_PATIENCE) {
                bail!("process {} of Docker {} cannot be ended", process.id, self.title);
            }
        }
        say(format!("killed Docker {}", self.title));
        Ok(())
    }

    /// Ends the engine, and removes everything that it had.
    pub fn remove(&self) -> Result<()> {
        self.stop()?;
        if self.data.exists() {
            fs::remove_dir_all(&self.data)
                .with_context(|| format!("failed to remove `{}`", self.data.display()))?;
        }
        Ok(())
    }

    /// Makes the engine forget its networks: it would give the bridge the address of an earlier one.
    fn forget_networks(&self) -> Result<()> {
        let networks = self.data.join("root/network");
        if networks.exists() {
            fs::remove_dir_all(&networks)
                .with_context(|| format!("failed to remove `{}`", networks.display()))?;
        }
        Ok(())
    }

    fn launch(&self, bin: &Path) -> Result<()> {
        let exec = self.run.join("exec");
        for folder in [&exec, &self.data] {
            fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
        }
        let config = self.data.join("daemon.json");
        fs::write(&config, self.config().to_string())
            .with_context(|| format!("failed to write `{}`", config.display()))?;
        let path = std::env::var("PATH").unwrap_or_default();
        let mut child = Cmd::new(bin.join("dockerd"))
            .env("PATH", format!("{}:{path}:/usr/sbin:/sbin", bin.display()))
            // The engine is reached by its socket alone; a variable of the user must not add another one.
            .without_env("DOCKER_HOST")
            .arg("--config-file")
            .arg(&config)
            .arg("--data-root")
            .arg(self.data.join("root"))
            .arg("--exec-root")
            .arg(&exec)
            .arg("--pidfile")
            .arg(self.run.join("docker.pid"))
            .arg("--host")
            .arg(self.host())
            .daemonize(&self.log())?;
        let until = Instant::now() + START_DEADLINE;
        while !self.answers() {
            let ended = child.try_wait().context("failed to look at the daemon")?;
            if ended.is_some() || Instant::now() >= until {
                let why = ended.map_or_else(
                    || format!("did not answer within {} s", START_DEADLINE.as_secs()),
                    |status| format!("ended with {status}"),
                );
                let log = tail_of_file(&self.log());
                self.clear_leftovers()?;
                bail!("Docker {} {why}; the end of `{}`:\n{log}", self.title, self.log().display());
            }
            thread::sleep(Duration::from_millis(50));
        }
        say(format!("Docker {} runs as process {} at {}", self.title, child.id(), self.host()));
        Ok(())
    }

    fn config(&self) -> Value {
        json!({
            "bridge": self.bridge.name(),
            "mtu": self.bridge.mtu(),
            "iptables": false,
            "ip6tables": false,
            "ip-masq": false,
            "features": { "containerd-snapshotter": self.choice.store == Store::Containerd },
            "builder": { "gc": self.cache_policy() },
            "log-driver": "json-file",
        })
    }

    /// Enough that no test loses its cache in the middle of a run.
    fn cache_policy(&self) -> Value {
        if self.choice.version() < (28, 0) {
            return json!({ "enabled": true, "defaultKeepStorage": "30GB" });
        }
        // BuildKit of this age clears its cache where less than a fifth of the disk is free, unless it is told otherwise.
        json!({ "enabled": true, "defaultReservedSpace": "30GB", "defaultMaxUsedSpace": "40GB", "defaultMinFreeSpace": "1GB" })
    }

    /// Ends every process of this engine, unmounts what it mounted and removes its sockets: after a stop, or after a
    /// daemon that was killed and could not do so itself.
    fn clear_leftovers(&self) -> Result<()> {
        // The daemon first: it stops its containers in order, and would start a new containerd for a killed one.
        if let Some(daemon) = self.process() {
            daemon.end(STOP_PATIENCE)?;
        }
        for process in processes::started_with(&self.run, PROGRAMS) {
            process.end(Duration::from_secs(5))?;
        }
        for folder in [&self.run, &self.data] {
            mounts::unmount_below(folder)?;
        }
        if self.run.exists() {
            fs::remove_dir_all(&self.run)
                .with_context(|| format!("failed to remove `{}`", self.run.display()))?;
        }
        Ok(())
    }

    fn socket(&self) -> PathBuf {
        self.run.join("docker.sock")
    }

    fn ping(&self) -> std::io::Result<String> {
        let mut stream = UnixStream::connect(self.socket())?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /_ping HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
