//! `cargo bed image`.

use anyhow::Result;
use testbed::bed::Bed;
use testbed::frontend::{REFERENCE, build};
use testbed::image::Image;
use testbed::place::Place;
use testbed::progress::{say, step};

use super::EngineArgs;

pub(super) fn run(engine: &EngineArgs) -> Result<()> {
    let bed = Bed::up(Place::from_env()?, engine.choice()?)?;
    let doing = step(format!("building {REFERENCE}"));
    build(bed.docker()).tag(REFERENCE).show()?;
    doing.done();
    let image = Image::inspect(bed.docker(), REFERENCE)?;
    say(format!("{REFERENCE} is there: {} bytes, {}", image.size, image.id));
    Ok(())
}
