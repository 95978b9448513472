//! `cargo bed smoke`.

use anyhow::Result;
use testbed::bed::Bed;
use testbed::frontend;
use testbed::place::Place;
use testbed::progress::step;
use testbed::smoke;

use super::EngineArgs;

pub(super) fn run(engine: &EngineArgs) -> Result<()> {
    let bed = Bed::up(Place::from_env()?, engine.choice()?)?;
    let building = step("building the frontend's image");
    let reference = frontend::provide(bed.docker())?;
    building.done();
    smoke::tell_on(smoke::oldest()?, &bed, &reference)
}
