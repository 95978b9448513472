//! The frontend's own time for a workspace of very many members.

use anyhow::Result;

use super::contestant::Kitchen;
use super::findings::Crowd;
use super::planning::Watch;
use crate::bed::Bed;
use crate::build::Build;
use crate::process::Cmd;
use crate::progress::step;
use crate::project::Project;

/// How many members the workspace has.
const MEMBERS: usize = 90;
/// How often it is planned.
const TIMES: u32 = 5;

/// Plans it a few times. Nothing is known on an engine whose log cannot be read.
pub fn plan(bed: &Bed, kitchen: &Kitchen) -> Result<Option<Crowd>> {
    let Some(daemon) = bed.daemon() else { return Ok(None) };
    let doing = step(format!("planning a workspace of {MEMBERS} members"));
    let project = workspace()?;
    project.write("Dockerfile", format!("# syntax={}\n", kitchen.frontend()))?;
    let mut milliseconds = Vec::new();
    for time in 0..TIMES {
        // Another source each time, as a user has it; the manifests alone are built, which is no work.
        project.write("crates/member-00/src/main.rs", format!("fn main() {{}}\n// {time}\n"))?;
        let watch = Watch::begin(daemon.log())?;
        let into = tempfile::tempdir()?;
        Build::new(bed.docker(), project.path()).target("manifests").output_folder(into.path()).succeed()?;
        milliseconds.extend(watch.end()?);
    }
    doing.done();
    Ok(Some(Crowd { members: MEMBERS, milliseconds }))
}

/// One binary that stands on all the others; each of them on the next three, and on packages of the registry.
fn workspace() -> Result<Project> {
    let project =
        Project::of(&[("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n")])?;
    for number in 0..MEMBERS {
        let folder = format!("crates/member-{number:02}");
        let reach = if number == 0 { MEMBERS } else { 4 };
        let others: Vec<String> = (number + 1..MEMBERS.min(number + reach))
            .map(|other| format!("member-{other:02} = {{ path = \"../member-{other:02}\" }}\n"))
            .collect();
        let manifest = format!(
            "[package]\nname = \"member-{number:02}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\nitoa = \"1\"\n{}",
            others.concat()
        );
        project.write(&format!("{folder}/Cargo.toml"), manifest)?;
        let (file, text) = if number == 0 { ("main.rs", "fn main() {}\n") } else { ("lib.rs", "") };
        project.write(&format!("{folder}/src/{file}"), text)?;
    }
    Cmd::new("cargo").args(["generate-lockfile", "--quiet"]).current_dir(project.path()).run()?;
    Ok(project)
}
