//! `cargo bed up`.

use anyhow::Result;
use testbed::bed::Bed;
use testbed::place::Place;
use testbed::progress::say;

use super::EngineArgs;

pub(super) fn run(engine: &EngineArgs) -> Result<()> {
    let bed = Bed::up(Place::from_env()?, engine.choice()?)?;
    match bed.daemon() {
        Some(daemon) => {
            say(format!(
                "Docker {} is up; `eval \"$(cargo bed env)\"` points a shell at it",
                daemon.choice()
            ));
            say(format!("its state is in {}; `cargo bed down` stops it", bed.place().root().display()));
        }
        None => say(format!("using the engine that is there, Docker {}", bed.docker().server_version()?)),
    }
    Ok(())
}
