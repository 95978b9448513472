//! The smallest story on an engine: a project is built, built again without work, edited, and runs.

use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::bed::Bed;
use crate::build::Build;
use crate::container::Run;
use crate::docker::Docker;
use crate::engine::daemon::Daemon;
use crate::engine::release::{Choice, RELEASES};
use crate::log::BuildLog;
use crate::place::Place;
use crate::progress::{say, step};
use crate::project::Project;

/// The oldest engine there is.
pub fn oldest() -> Result<Choice> {
    Choice::of(RELEASES.last().map(|release| release.name), None)
}

/// Tells the story on an engine of this choice with the frontend `reference` of `bed`. The engine is stopped afterwards
/// if it was not up.
pub fn tell_on(choice: Choice, bed: &Bed, reference: &str) -> Result<()> {
    let place = bed.place();
    let was_up = Daemon::of(place, choice).answers();
    let other = Bed::up(place.clone(), choice)?;
    let told = bring(bed.docker(), other.docker(), place, reference).and_then(|()| tell(&other, reference));
    if !was_up {
        Daemon::of(place, choice).stop()?;
    }
    told
}

/// Brings an image from one engine to another.
fn bring(from: &Docker, to: &Docker, place: &Place, reference: &str) -> Result<()> {
    let folder = tempfile::tempdir_in(place.root()).context("failed to make a folder")?;
    let archive = folder.path().join("image.tar");
    from.command(["image", "save", "--output"]).arg(&archive).arg(reference).run()?;
    to.command(["image", "load", "--quiet", "--input"]).arg(&archive).run()?;
    Ok(())
}

fn tell(bed: &Bed, reference: &str) -> Result<()> {
    let docker = bed.docker();
    let doing = step(format!("examples/minimal on Docker {}", docker.server_version()?));
    let project = Project::example("minimal")?;
    project.write("Dockerfile", format!("# syntax={reference}\n"))?;
    let image = "smoke-minimal";
    let build = Build::new(docker, project.path()).tag(image);
    let said = || Run::new(docker, image).complete().map(|outcome| outcome.stdout);
    let ran = |log: &BuildLog, step: &str| log.ran().iter().any(|name| name.starts_with(step));

    // What an earlier run left in the engine's cache is not what this one has to show.
    let first = build.clone().no_cache().succeed()?;
    ensure!(ran(&first, "[deps]"), "nothing was compiled:\n{}", first.transcript());
    let before = said()?;
    let unchanged = build.succeed()?;
    ensure!(unchanged.ran().is_empty(), "an unchanged build ran {:?}", unchanged.ran());

    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    project.append("src/main.rs", &format!("// {}\n", now.as_nanos()))?;
    let edited = build.succeed()?;
    ensure!(ran(&edited, "[build]") && !ran(&edited, "[deps]"), "wrong steps ran: {:?}", edited.ran());
    ensure!(said()? == before && !before.is_empty(), "the program says `{before}` and then `{}`", said()?);
    doing.done();
    say(format!("{image} says `{}`", before.trim_end()));
    Ok(())
}
