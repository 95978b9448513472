//! Runners that have built nothing yet and bring a cache along: what CI is.

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::docker::Docker;
use testbed::engine::release::Store;
use testbed::log::BuildLog;
use testbed::project::Project;
use testbed::spare::Spare;

use crate::story;

/// The packages of the example that its `worker` is made of.
const WORKER: [&str; 4] = ["db", "macros", "types", "worker"];

/// The example with build scripts and procedural macros, its own and other people's.
fn workspace(bed: &Ready) -> Project {
    let project = Project::example("workspace").unwrap();
    story::prepare(bed, &project);
    project
}

fn worker(docker: &Docker, project: &Project) -> Build {
    Build::new(docker, project.path()).target("worker").tag("cold-worker")
}

/// The smallest example, for what compiles dependencies again.
fn minimal(bed: &Ready) -> Project {
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    project
}

fn says(spare: &Spare, image: &str, arguments: &[&str]) -> String {
    let run = Run::new(spare.docker(), image);
    arguments.iter().fold(run, Run::arg).complete().unwrap().stdout
}

/// True for a bed that cannot export a cache but inline: a classic store, or somebody else's engine, which has no spare.
fn exports_nothing(bed: &Bed) -> bool {
    bed.daemon().is_none_or(|daemon| daemon.choice().store == Store::Graphdriver)
}

/// What a runner does after an edit when the cache has everything: unpack, and compile the user's own crates.
fn assert_only_local_crates_compiled(log: &BuildLog, names: &[&str]) {
    story::assert_dependencies_reused(log);
    let build = log.vertex("[build]").unwrap();
    assert_eq!(build.compiled_names(), names, "{}", log.transcript());
    assert!(!build.log().contains("dependencies reused, "), "{}", build.log());
    let ran = log.ran();
    let expected = ["[unpack]", "[build]"];
    assert!(ran.iter().all(|name| expected.iter().any(|start| name.starts_with(start))), "{ran:?}");
}

#[test]
fn a_registry_carries_everything_from_one_engine_to_the_next() {
    let bed = Bed::ensure().unwrap();
    if exports_nothing(bed) {
        return;
    }
    let cache = format!("type=registry,ref={}/cold/registry:{}", bed.registry().unwrap(), std::process::id());
    let project = workspace(bed);
    worker(bed.docker(), &project).cache_to(&format!("{cache},mode=max")).succeed().unwrap();

    let spare = bed.spare("registry").unwrap();
    let build = worker(spare.docker(), &project).cache_from(&cache);
    project.edit("crates/worker/src/main.rs", "INSERT INTO", "REPLACE INTO").unwrap();
    let edited = build.clone().cache_to(&format!("{cache},mode=max")).succeed().unwrap();
    assert_only_local_crates_compiled(&edited, &WORKER);
    let said = says(&spare, "cold-worker", &["--up-to", "1000"]);
    assert!(said.starts_with("REPLACE INTO parcels"), "{said}");

    // The first engine finds what the second one compiled, and so does a third one that has nothing else.
    let shared = worker(bed.docker(), &project).cache_from(&cache).succeed().unwrap();
    assert!(shared.ran().is_empty(), "{:?}", shared.ran());
    spare.wipe().unwrap();
    let unchanged = build.succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());
    let said = says(&spare, "cold-worker", &["--up-to", "1000"]);
    assert!(said.starts_with("REPLACE INTO parcels"), "{said}");
}

#[test]
fn a_folder_carries_everything_from_one_engine_to_the_next() {
    let bed = Bed::ensure().unwrap();
    if exports_nothing(bed) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().display().to_string();
    let project = workspace(bed);
    worker(bed.docker(), &project).cache_to(&format!("type=local,dest={folder},mode=max")).succeed().unwrap();

    let spare = bed.spare("local").unwrap();
    let build = worker(spare.docker(), &project).cache_from(&format!("type=local,src={folder}"));
    let unchanged = build.succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());
    project.append("crates/db/src/lib.rs", "\n// An edit.\n").unwrap();
    assert_only_local_crates_compiled(&build.succeed().unwrap(), &WORKER);
}

#[test]
fn a_small_cache_carries_the_image_and_what_was_exported_before() {
    let bed = Bed::ensure().unwrap();
    if exports_nothing(bed) {
        return;
    }
    let cache = format!("type=registry,ref={}/cold/min:{}", bed.registry().unwrap(), std::process::id());
    let project = minimal(bed);
    let first = bed.spare("min").unwrap();
    let build = |docker: &Docker| Build::new(docker, project.path()).tag("cold-minimal").cache_from(&cache);
    build(first.docker()).cache_to(&format!("{cache},mode=min")).succeed().unwrap();
    first.wipe().unwrap();
    let unchanged = build(first.docker()).succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());

    // Dependencies are not part of the image, so nothing is there to start from.
    project.edit("src/main.rs", "counts to", "goes on to").unwrap();
    let edited = build(first.docker()).succeed().unwrap();
    assert!(edited.vertex("[deps]").unwrap().has_run(), "{}", edited.transcript());
    assert!(says(&first, "cold-minimal", &[]).contains("goes on to"));
}

#[test]
fn an_image_carries_itself() {
    let bed = Bed::ensure().unwrap();
    if bed.daemon().is_none() {
        return;
    }
    let image = format!("{}/cold/inline:{}", bed.registry().unwrap(), std::process::id());
    let project = minimal(bed);
    let build = |docker: &Docker| {
        Build::new(docker, project.path()).tag(&image).cache_from(&format!("type=registry,ref={image}"))
    };
    build(bed.docker()).cache_to("type=inline").arg("--push").succeed().unwrap();

    let spare = bed.spare("inline").unwrap();
    let unchanged = build(spare.docker()).succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());
    project.edit("src/main.rs", "counts to", "goes on to").unwrap();
    let edited = build(spare.docker()).succeed().unwrap();
    assert!(edited.vertex("[deps]").unwrap().has_run(), "{}", edited.transcript());
    assert!(says(&spare, &image, &[]).contains("goes on to"));
}
