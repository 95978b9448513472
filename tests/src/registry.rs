//! A registry on the loopback interface, for what is pushed and pulled.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::container::get;
use crate::engine::binaries;
use crate::lock::Lock;
use crate::machine::processes;
use crate::place::Place;
use crate::process::{Cmd, tail_of_file};
use crate::progress::{say, step};

const DEADLINE: Duration = Duration::from_secs(30);

/// The registry of one bed, running or not.
#[derive(Debug, Clone)]
pub struct Registry {
    place: Place,
    run: PathBuf,
}

impl Registry {
    /// The registry of this place.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        let run = Path::new("/run/supercargo-bed").join(place.short_name("registry"));
        Self { place: place.clone(), run }
    }

    /// Where it answers, such as `127.0.0.1:40123`, if it runs. A Docker engine trusts loopback addresses without TLS.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let address = fs::read_to_string(self.run.join("address")).ok()?;
        get(&address, "/v2/").is_ok_and(|answer| answer.status == 200).then_some(address)
    }

    /// Makes it run, and gives its address.
    pub fn start(&self) -> Result<String> {
        let _lock = Lock::acquire(&self.place, "registry")?;
        if let Some(address) = self.address() {
            return Ok(address);
        }
        let program = binaries::registry(&self.place)?;
        let doing = step("starting a registry");
        self.clear()?;
        fs::create_dir_all(&self.run)
            .with_context(|| format!("failed to create `{}`", self.run.display()))?;
        let free = TcpListener::bind("127.0.0.1:0").context("failed to find a free port")?;
        let address = free.local_addr().context("failed to find a free port")?.to_string();
        drop(free);
        let config = self.run.join("config.yml");
        // JSON is YAML.
        let text = json!({
            "version": 0.1,
            "storage": {
                "filesystem": { "rootdirectory": self.place.folder("registry")? },
                "delete": { "enabled": true },
            },
            "http": { "addr": address },
            "log": { "accesslog": { "disabled": true } },
        });
        fs::write(&config, text.to_string()).context("failed to write the registry's configuration")?;
        let log = self.place.folder("registry")?.join("registry.log");
        let mut child = Cmd::new(program).arg("serve").arg(&config).daemonize(&log)?;
        fs::write(self.run.join("address"), &address).context("failed to note the registry's address")?;
        let until = Instant::now() + DEADLINE;
        while self.address().is_none() {
            let ended = child.try_wait().context("failed to look at the registry")?.is_some();
            if ended || Instant::now() >= until {
                self.clear()?;
                bail!("the registry does not answer; the end of its log:\n{}", tail_of_file(&log));
            }
            thread::sleep(Duration::from_millis(50));
        }
        doing.done();
        say(format!("a registry runs as process {} at {address}", child.id()));
        Ok(address)
    }

    /// Ends it. What was pushed stays.
    pub fn stop(&self) -> Result<()> {
        if self.run.exists() {
            let doing = step("stopping the registry");
            self.clear()?;
            doing.done();
        }
        Ok(())
    }

    fn clear(&self) -> Result<()> {
        for process in processes::started_with(&self.run, &["docker-registry"]) {
            process.end(Duration::from_secs(10))?;
        }
        if self.run.exists() {
            fs::remove_dir_all(&self.run)
                .with_context(|| format!("failed to remove `{}`", self.run.display()))?;
        }
        Ok(())
    }
}
