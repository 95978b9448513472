//! Runners that have built nothing yet and bring a cache along: what CI is.

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::docker::Docker;
use testbed::engine::feature::Feature;
use testbed::exported::Exported;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;
use testbed::spare::Spare;

use crate::story;

/// A workspace of two packages, one of whose dependencies has a build script that watches a file of its own.
fn project(bed: &Ready) -> Project {
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n")
    };
    let project = Project::of(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"app\", \"words\"]\nresolver = \"3\"\n"),
        ("app/Cargo.toml", &(package("app") + "anyhow = \"1\"\nwords = { path = \"../words\" }\n[dev-dependencies]\nryu = \"1\"\n")),
        ("app/src/main.rs", "fn main() -> anyhow::Result<()> {\n    println!(\"first {}\", words::number(7));\n    Ok(())\n}\n"),
        ("words/Cargo.toml", &(package("words") + "itoa = \"1\"\n")),
        ("words/src/lib.rs", "pub fn number(of: u8) -> String { itoa::Buffer::new().format(of).to_owned() }\n"),
    ])
    .unwrap();
    Cmd::new("cargo").args(["generate-lockfile", "--quiet"]).current_dir(project.path()).run().unwrap();
    story::prepare(bed, &project);
    project
}

fn app(docker: &Docker, project: &Project) -> Build {
    Build::new(docker, project.path()).tag("cold-app")
}

fn says(spare: &Spare, image: &str) -> String {
    Run::new(spare.docker(), image).complete().unwrap().stdout
}

/// True for an engine of somebody else's, which has no spare, and for one that exports no cache but inline. Of the latter
/// it asserts that the client says so, whatever `cache` it is to export to.
fn exports_nothing(bed: &Ready, cache: &str) -> bool {
    if bed.daemon().is_some() && !bed.has(Feature::CacheExport) {
        let refused = app(bed.docker(), &project(bed)).cache_to(cache).fail().unwrap();
        assert!(refused.message().contains("containerd image store"), "{}", refused.message());
    }
    bed.daemon().is_none() || !bed.has(Feature::CacheExport)
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
    let cache = format!("type=registry,ref={}/cold/registry:{}", bed.registry().unwrap(), std::process::id());
    if exports_nothing(bed, &cache) {
        return;
    }
    let project = project(bed);
    app(bed.docker(), &project).cache_to(&format!("{cache},mode=max")).succeed().unwrap();

    let spare = bed.spare("registry").unwrap();
    let build = app(spare.docker(), &project).cache_from(&cache);
    project.edit("app/src/main.rs", "first", "second").unwrap();
    let edited = build.clone().cache_to(&format!("{cache},mode=max")).succeed().unwrap();
    assert_only_local_crates_compiled(&edited, &["app", "words"]);
    assert_eq!(says(&spare, "cold-app"), "second 7\n");

    // The first engine finds what the second one compiled, and so does a third one that has nothing else.
    let shared = app(bed.docker(), &project).cache_from(&cache).succeed().unwrap();
    assert!(shared.ran().is_empty(), "{:?}", shared.ran());
    spare.wipe().unwrap();
    let unchanged = build.succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());
    assert_eq!(says(&spare, "cold-app"), "second 7\n");
}

#[test]
fn a_folder_carries_everything_from_one_engine_to_the_next() {
    let bed = Bed::ensure().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().display().to_string();
    if exports_nothing(bed, &format!("type=local,dest={folder},mode=max")) {
        return;
    }
    let project = project(bed);
    app(bed.docker(), &project).cache_to(&format!("type=local,dest={folder},mode=max")).succeed().unwrap();

    let spare = bed.spare("local").unwrap();
    let build = app(spare.docker(), &project).cache_from(&format!("type=local,src={folder}"));
    let unchanged = build.succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());
    project.append("words/src/lib.rs", "\n// An edit.\n").unwrap();
    assert_only_local_crates_compiled(&build.succeed().unwrap(), &["app", "words"]);
}

#[test]
fn a_small_cache_carries_the_image_alone() {
    let bed = Bed::ensure().unwrap();
    let cache = format!("type=registry,ref={}/cold/min:{}", bed.registry().unwrap(), std::process::id());
    if exports_nothing(bed, &cache) {
        return;
    }
    let project = project(bed);
    let first = bed.spare("min").unwrap();
    let build = |docker: &Docker| app(docker, &project).cache_from(&cache);
    build(first.docker()).cache_to(&format!("{cache},mode=min")).succeed().unwrap();
    let name = format!("cold/min:{}", std::process::id());
    let exported = Exported::in_registry(&bed.registry().unwrap(), &name).unwrap();
    // The base and the binaries.
    assert_eq!(exported.layers().len(), 2, "{exported:?}");

    first.wipe().unwrap();
    let unchanged = build(first.docker()).succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());

    // Dependencies are not part of the image, so nothing is there to start from.
    project.edit("app/src/main.rs", "first", "second").unwrap();
    let edited = build(first.docker()).succeed().unwrap();
    assert!(edited.vertex("[deps]").unwrap().has_run(), "{}", edited.transcript());
    assert_eq!(says(&first, "cold-app"), "second 7\n");
}

#[test]
fn an_image_carries_itself() {
    let bed = Bed::ensure().unwrap();
    if bed.daemon().is_none() {
        return;
    }
    let image = format!("{}/cold/inline:{}", bed.registry().unwrap(), std::process::id());
    let project = project(bed);
    let build = |docker: &Docker| {
        Build::new(docker, project.path()).tag(&image).cache_from(&format!("type=registry,ref={image}"))
    };
    build(bed.docker()).cache_to("type=inline").arg("--push").succeed().unwrap();

    let spare = bed.spare("inline").unwrap();
    let unchanged = build(spare.docker()).succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "{:?}", unchanged.ran());
    project.edit("app/src/main.rs", "first", "second").unwrap();
    let edited = build(spare.docker()).succeed().unwrap();
    assert!(edited.vertex("[deps]").unwrap().has_run(), "{}", edited.transcript());
    assert_eq!(says(&spare, &image), "second 7\n");
}
