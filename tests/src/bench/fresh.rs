//! A runner of a CI system: a builder that has nothing but the base images and a registry with an exported cache.

use anyhow::Result;

use super::contestant::{BUILDER, Kitchen, RUNTIME};
use super::findings::Sample;
use super::race::{attempt, from};
use super::step::{Step, Turn};
use super::trial::Trial;
use crate::bed::Bed;
use crate::docker::Docker;
use crate::exported::Exported;
use crate::spare::Spare;

/// Lets every contestant that makes an image export its cache, and then build an edit on an engine that was wiped.
pub fn builder(bed: &Bed, kitchen: &Kitchen, trials: &[Trial<'_>]) -> Result<Vec<Sample>> {
    if !trials.iter().any(|trial| trial.makes_image() && trial.failure().is_none()) {
        return Ok(Vec::new());
    }
    let registry = bed.registry()?;
    let bases = layers_of_bases(bed.docker(), kitchen, &registry)?;
    let turn = Turn { round: 1, bump: None };
    let takes_part = |trial: &&Trial<'_>| trial.makes_image() && trial.failure().is_none();
    let mut samples = Vec::new();
    for trial in trials.iter().filter(takes_part) {
        samples.extend(attempt(trial, Step::Export, || trial.export(&turn, &registry, &bases)));
    }
    let spare = Spare::start_beside(bed, "bench", &kitchen.images())?;
    for (place, trial) in from(trials, 0).filter(takes_part).enumerate() {
        if place > 0 {
            spare.wipe()?;
        }
        kitchen.warm_up(spare.docker())?;
        samples.extend(attempt(trial, Step::Fresh, || trial.import(&turn, &registry, spare.docker())));
    }
    Ok(samples)
}

/// The digests of the layers that a runner has or pulls anyway: those of the images that contestants start from.
fn layers_of_bases(docker: &Docker, kitchen: &Kitchen, registry: &str) -> Result<Vec<String>> {
    let mut digests = Vec::new();
    for (number, image) in [BUILDER, RUNTIME].into_iter().chain(kitchen.images()).enumerate() {
        let name = format!("bench-base-{number}:latest");
        let pushed = format!("{registry}/{name}");
        docker.command(["tag", image, &pushed]).run()?;
        docker.command(["push", "--quiet", &pushed]).deadline(std::time::Duration::from_mins(15)).run()?;
        docker.command(["image", "rm", &pushed]).run()?;
        let layers = Exported::in_registry(registry, &name)?;
        digests.extend(layers.layers().iter().map(|layer| layer.digest.clone()));
    }
    Ok(digests)
}
