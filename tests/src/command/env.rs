//! `cargo bed env`.

use anyhow::{Result, bail};
use testbed::bed::{Bed, external_host};
use testbed::docker::Docker;
use testbed::engine::daemon::Daemon;
use testbed::place::Place;

use super::EngineArgs;

pub(super) fn run(engine: &EngineArgs) -> Result<()> {
    let docker = match external_host() {
        Some(host) => Docker::external(host)?,
        None => private(engine)?,
    };
    for (key, value) in docker.variables() {
        println!("export {key}={}", quoted(&value));
    }
    if let Some(folder) = docker.program().parent() {
        println!("export PATH={}:\"$PATH\"", quoted(&folder.display().to_string()));
    }
    Ok(())
}

fn private(engine: &EngineArgs) -> Result<Docker> {
    let (place, choice) = (Place::from_env()?, engine.choice()?);
    if !Daemon::of(&place, choice).answers() {
        bail!("Docker {choice} is not up; `cargo bed up` brings it up");
    }
    Bed::private_docker(&place, choice)
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', "'\\''"))
}
