//! The bed: an engine with what a build on it needs.

use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};

use crate::base;
use crate::container;
use crate::docker::Docker;
use crate::engine::binaries;
use crate::engine::daemon::Daemon;
use crate::engine::feature::Feature;
use crate::engine::release::{Choice, Store};
use crate::frontend;
use crate::lock::Lock;
use crate::place::Place;
use crate::progress::step;
use crate::registry::Registry;
use crate::spare::Spare;

/// Names an engine that is already there; nothing is installed, started or assembled then.
pub const DOCKER_HOST: &str = "SUPERCARGO_DOCKER_HOST";
/// Names the release of the bed's own engine.
pub const ENGINE: &str = "SUPERCARGO_ENGINE";
/// Names the image store of the bed's own engine.
pub const STORE: &str = "SUPERCARGO_STORE";

/// An engine that can be used.
#[derive(Debug, Clone)]
pub struct Bed {
    place: Place,
    docker: Docker,
    daemon: Option<Daemon>,
}

/// A bed together with the frontend of this workspace: what a test stands on.
#[derive(Debug)]
pub struct Ready {
    bed: Bed,
    frontend: String,
}

impl Bed {
    /// Brings up an engine with its base images, or finds it up; safe to call at any time, by anybody.
    pub fn up(place: Place, choice: Choice) -> Result<Self> {
        if let Some(host) = external_host() {
            let docker = Docker::external(host)?;
            docker
                .server_version()
                .with_context(|| format!("failed to reach the engine of `{DOCKER_HOST}`"))?;
            docker.command(["buildx", "version"]).run().context("failed to find the client's buildx")?;
            return Ok(Self { place, docker, daemon: None });
        }
        if !rustix::process::geteuid().is_root() {
            bail!("an engine of the bed's own needs root; `{DOCKER_HOST}` names one that is already there");
        }
        let _lock = Lock::acquire(&place, "engine")?;
        let docker = Self::private_docker(&place, choice)?;
        let daemon = Daemon::of(&place, choice);
        daemon.start()?;
        base::provide(&place, &docker)?;
        Ok(Self { place, docker, daemon: Some(daemon) })
    }

    /// The bed that the environment chooses, up, with the frontend's image of the present sources: brought up by the
    /// first test that asks, shared by all of them.
    pub fn ensure() -> Result<&'static Ready> {
        static READY: OnceLock<Result<Ready, String>> = OnceLock::new();
        READY
            .get_or_init(|| Ready::make().map_err(|error| format!("{error:#}")))
            .as_ref()
            .map_err(|error| anyhow!("the test bed is not there: {error}"))
    }

    /// Brings up the bed that the environment chooses.
    pub fn from_env() -> Result<Self> {
        Self::up(Place::from_env()?, choice_from_env()?)
    }

    /// The client of the bed's engine.
    #[must_use]
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// The bed's folder.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The bed's own engine; nothing when the engine is somebody else's.
    #[must_use]
    pub fn daemon(&self) -> Option<&Daemon> {
        self.daemon.as_ref()
    }

    /// True if the engine can do that. Somebody else's is taken for a present one.
    #[must_use]
    pub fn has(&self, feature: Feature) -> bool {
        self.daemon.as_ref().is_none_or(|daemon| daemon.choice().has(feature))
    }

    /// Makes an engine of this place run. One at a time: engines share the machine's networks and its packet filter.
    pub fn start(place: &Place, daemon: &Daemon) -> Result<()> {
        let _lock = Lock::acquire(place, "engine")?;
        daemon.start()
    }

    /// The client for an engine of this place, which may not run yet.
    pub fn docker_of(place: &Place, daemon: &Daemon) -> Result<Docker> {
        Ok(Docker::private(binaries::client(place)?, daemon.host()))
    }

    /// A registry on the loopback interface, started by the first one who asks; gives its address.
    pub fn registry(&self) -> Result<String> {
        Registry::of(&self.place).start()
    }

    /// The client for an engine that may not run yet.
    pub fn private_docker(place: &Place, choice: Choice) -> Result<Docker> {
        Self::docker_of(place, &Daemon::of(place, choice))
    }
}

impl Ready {
    fn make() -> Result<Self> {
        let bed = Bed::from_env()?;
        container::remove_orphans(&bed.docker)?;
        let doing = step("building the frontend's image");
        let frontend = frontend::provide(&bed.docker)?;
        doing.done();
        Ok(Self { bed, frontend })
    }

    /// The name of the frontend's image, such as `supercargo:0123456789ab`.
    #[must_use]
    pub fn frontend(&self) -> &str {
        &self.frontend
    }

    /// An engine of this test's own, with the base images and the frontend, that it may wipe and kill.
    pub fn spare(&self, name: &str) -> Result<Spare> {
        Spare::start_beside(&self.bed, name, &[&self.frontend])
    }

    /// A whole Dockerfile: the line that chooses the frontend.
    #[must_use]
    pub fn syntax(&self) -> String {
        format!("# syntax={}\n", self.frontend)
    }
}

impl std::ops::Deref for Ready {
    type Target = Bed;

    fn deref(&self) -> &Bed {
        &self.bed
    }
}

/// The engine of somebody else that the environment names.
#[must_use]
pub fn external_host() -> Option<String> {
    std::env::var(DOCKER_HOST).ok().filter(|host| !host.is_empty())
}

/// The engine that the environment chooses, or the default one.
pub fn choice_from_env() -> Result<Choice> {
    let word = |key| std::env::var(key).ok().filter(|value| !value.is_empty());
    let store = word(STORE).map(|store| store.parse::<Store>()).transpose()?;
    Choice::of(word(ENGINE).as_deref(), store)
}
