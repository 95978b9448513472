//! `cargo bed demo`.

use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use clap::Args;
use testbed::bed::{self, Bed};
use testbed::build::Build;
use testbed::container::Run;
use testbed::docker::Docker;
use testbed::frontend::{REFERENCE, build};
use testbed::image::Image;
use testbed::log::BuildLog;
use testbed::place::Place;
use testbed::progress::{heading, say};
use testbed::project::Project;

use super::EngineArgs;

const EXAMPLE: &str = "axum-service";
const PORT: u16 = 8080;
/// Where the greeting is, and how it begins.
const GREETING: (&str, &str) = ("src/routes.rs", "Hello from");
const PATIENCE: Duration = Duration::from_secs(30);

/// What to show.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    engine: EngineArgs,
}

pub(super) fn run(args: &DemoArgs) -> Result<()> {
    heading("an engine");
    let bed = Bed::up(Place::from_env()?, args.engine.choice()?)?;
    let docker = bed.docker();

    heading("the frontend's image");
    build(docker).tag(REFERENCE).show()?;

    heading("an example service");
    let project = Project::example(EXAMPLE)?;
    say(format!("examples/{EXAMPLE}, copied to {}; its whole Dockerfile:", project.path().display()));
    println!("{}", project.read("Dockerfile")?.trim_end());
    say(format!("$ docker buildx build -t {EXAMPLE} ."));
    let service = Build::new(docker, project.path()).tag(EXAMPLE);
    let began = Instant::now();
    service.show()?;
    let first = began.elapsed();
    let image = Image::inspect(docker, EXAMPLE)?;
    say(format!("an image of {:.1} MB, in {:.1} s", megabytes(image.size), first.as_secs_f64()));
    show_answer(docker)?;

    heading("an edit, and a second build");
    let (file, from) = GREETING;
    let to = new_greeting()?;
    project.edit(file, from, &to)?;
    say(format!("{file}: `{from}` is now `{to}`"));
    say(format!("$ docker buildx build -t {EXAMPLE} ."));
    let began = Instant::now();
    let log = service.succeed()?;
    let second = began.elapsed();
    show_reuse(&log);
    say(format!("{:.1} s, after {:.1} s for the first build", second.as_secs_f64(), first.as_secs_f64()));
    show_answer(docker)?;

    heading("done");
    if bed::external_host().is_some() {
        say(format!(
            "the engine keeps {REFERENCE} and {EXAMPLE}; `docker image rm {REFERENCE} {EXAMPLE}` removes them"
        ));
    } else {
        say(format!("the engine is still up; its state is in {}", bed.place().root().display()));
        say("`eval \"$(cargo bed env)\"` points a shell's docker at it");
        say("`cargo bed down` stops it; `cargo bed down --purge` removes all that the bed made as well");
    }
    Ok(())
}

/// A greeting that no earlier demonstration on this engine has built.
fn new_greeting() -> Result<String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(format!("Hello at second {} from", now.as_secs()))
}

/// Runs the service until it has answered one request.
fn show_answer(docker: &Docker) -> Result<()> {
    let container = Run::new(docker, EXAMPLE).port(PORT).start()?;
    let answer = container.answer(PORT, "/", PATIENCE)?;
    say(format!("$ curl http://{}/", container.address(PORT)?));
    println!("{}", answer.body.trim_end());
    anyhow::ensure!(answer.status == 200, "the service answers with status {}", answer.status);
    Ok(())
}

fn show_reuse(log: &BuildLog) {
    // Steps have names in brackets; the rest is images that the engine has anyway.
    for name in log.cached().into_iter().filter(|name| name.starts_with('[')) {
        say(format!("  reused    {name}"));
    }
    for vertex in log.vertices().iter().filter(|vertex| vertex.has_run()) {
        say(format!("  ran       {}", vertex.name()));
        for package in vertex.compiled() {
            say(format!("            compiled {} {}", package.name, package.version));
        }
        if let Some(summary) = vertex.log().lines().last() {
            say(format!("            {}", summary.trim()));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
