//! `cargo bed status`.

use anyhow::Result;
use testbed::bed::{Bed, external_host};
use testbed::docker::Docker;
use testbed::engine::daemon::Daemon;
use testbed::engine::release;
use testbed::place::Place;
use testbed::registry::Registry;

pub(super) fn run() -> Result<()> {
    if let Some(host) = external_host() {
        let version = Docker::external(host.clone())?.server_version()?;
        println!("Docker {version} of somebody else at {host}");
        return Ok(());
    }
    let place = Place::from_env()?;
    println!("bed in {}", place.root().display());
    for choice in release::all() {
        let daemon = Daemon::of(&place, choice);
        match daemon.process() {
            Some(process) if daemon.answers() => {
                let version = Bed::private_docker(&place, choice)?.server_version()?;
                println!("{choice}: Docker {version}, process {}, {}", process.id, daemon.host());
            }
            Some(process) => {
                println!("{choice}: process {} does not answer, see {}", process.id, daemon.log().display());
            }
            None => println!("{choice}: down"),
        }
    }
    match Registry::of(&place).address() {
        Some(address) => println!("registry: {address}"),
        None => println!("registry: down"),
    }
    Ok(())
}
