//! The flags of `docker buildx build` that shape steps, each seen by what a step or the engine says of it.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::engine::feature::Feature;
use testbed::image::Image;
use testbed::project::Project;

use crate::served::{GitServer, commit};
use crate::{probe, story};

#[test]
fn what_the_client_gives_containers_reaches_every_step() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let out = tempfile::tempdir().unwrap();
    let log = Build::new(bed.docker(), project.path())
        .target("binaries")
        .output_folder(out.path())
        // A target directory of an earlier build would have the build script's answer of then.
        .build_arg("CACHE_MODE", "layers")
        .build_arg("BUILDKIT_SANDBOX_HOSTNAME", "yard")
        .arg("--add-host=db.test:10.1.2.3")
        .arg("--ulimit=nofile=2048:4096")
        .arg("--shm-size=32m")
        .arg("--cgroup-parent=/supercargo-e2e")
        .succeed()
        .unwrap();
    let seen = probe::says(out.path());
    for part in ["10.1.2.3 db.test", "|yard|"] {
        assert!(seen.contains(part), "no `{part}` in {seen}");
    }
    let limits = [
        ("--ulimit", "Max open files 2048 4096"),
        ("--shm-size", "size=32768k"),
        ("--cgroup-parent", "/supercargo-e2e/buildkit/"),
    ];
    for (flag, part) in limits {
        let warned = log.warnings().iter().any(|warning| {
            warning.short.contains(&format!("`{flag}`")) && warning.detail.join(" ").contains("Docker 23.0")
        });
        let has = bed.has(Feature::StepLimits);
        assert_eq!((seen.contains(part), warned), (has, !has), "{flag}: {seen}\n{}", log.transcript());
    }
}

#[test]
fn the_network_of_the_client_is_that_of_the_steps_with_network() {
    let bed = Bed::ensure().unwrap();
    let served = Project::of(&[
        ("dep/Cargo.toml", "[package]\nname = \"dep\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("dep/src/lib.rs", "pub const WORD: &str = \"fetched\";\n"),
    ])
    .unwrap();
    let revision = commit(&served.path().join("dep"));
    let daemon = GitServer::of(served.path());
    // A name that only `--add-host` knows, at an address that only `--network=host` reaches.
    let url = format!("git://crates.test:{}/dep", daemon.port);
    let project = Project::of(&[
        (
            "Cargo.toml",
            &format!(
                "[package]\nname = \"networked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\ndep = {{ git = \"{url}\" }}\n"
            ),
        ),
        (
            "Cargo.lock",
            &format!(
                "version = 4\n\n[[package]]\nname = \"dep\"\nversion = \"0.1.0\"\nsource = \"git+{url}#{revision}\"\n\n\
                 [[package]]\nname = \"networked\"\nversion = \"0.1.0\"\ndependencies = [\n \"dep\",\n]\n"
            ),
        ),
        ("src/main.rs", "fn main() { println!(\"{}\", dep::WORD) }\n"),
    ])
    .unwrap();
    story::prepare(bed, &project);
    let build =
        Build::new(bed.docker(), project.path()).tag("e2e-network").arg("--add-host=crates.test:127.0.0.1");
    for network in ["--network=none", "--network=default"] {
        let log = build.clone().arg(network).fail().unwrap();
        assert!(log.vertex("[fetch]").unwrap().error().is_some(), "{network}: {}", log.transcript());
    }
    build.arg("--network=host").succeed().unwrap();
}

#[test]
fn one_step_can_be_done_again() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    // Dependencies of its own: two builds at once that have a step in common have one step, and the log of each shows it,
    // whichever of them made it run.
    for file in ["Cargo.toml", "Cargo.lock"] {
        project.edit(file, "name = \"probe\"", "name = \"repeat\"").unwrap();
    }
    let build = Build::new(bed.docker(), project.path());
    build.succeed().unwrap();
    let again = |names: &str| {
        let log = build.clone().no_cache_filter(names).succeed().unwrap();
        let ran = |step: &str| log.ran().iter().any(|name| name.starts_with(step));
        let warned = log.warnings().iter().any(|warning| warning.short.contains("--no-cache-filter"));
        (ran("[deps]"), ran("[build]"), warned)
    };
    assert_eq!(again("build"), (false, true, false));
    assert_eq!(again("Repeat"), (false, true, false), "the binary's name means its last compile");
    assert!(again("deps").0);
    assert_eq!(again("nothing"), (false, false, true));
}

#[test]
fn pull_asks_the_registry_for_what_is_there_already() {
    let bed = Bed::ensure().unwrap();
    let image = format!("{}/e2e/toolchain:latest", bed.registry().unwrap());
    let publish = |text: &str, flag: &str| {
        let files = Project::of(&[("version", text)]).unwrap();
        Build::new(bed.docker(), files.path())
            .dockerfile("FROM scratch\nCOPY version /version\n")
            .tag(&image)
            .arg(flag)
            .succeed()
            .unwrap();
    };
    publish("new", "--push");
    publish("old", "--load");
    let project = probe::project(bed);
    let version = |pull: bool| {
        let out = tempfile::tempdir().unwrap();
        let build = Build::new(bed.docker(), project.path())
            .target("toolchain")
            .build_arg("TOOLCHAIN_IMAGE", &image)
            .output_folder(out.path());
        if pull {
            build.arg("--pull").succeed().unwrap()
        } else {
            build.succeed().unwrap()
        };
        std::fs::read_to_string(out.path().join("version")).unwrap()
    };
    assert_eq!(version(false), "old");
    assert_eq!(version(true), "new");
}

#[test]
fn one_platform_can_be_asked_for_as_a_map() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let out = tempfile::tempdir().unwrap();
    let build = Build::new(bed.docker(), project.path()).target("binaries").output_folder(out.path());
    build.clone().build_arg("BUILDKIT_MULTI_PLATFORM", "1").succeed().unwrap();
    let names: Vec<_> =
        std::fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].to_string_lossy().starts_with("linux_"), "{names:?}");

    // An engine may refuse this before the frontend is asked.
    build.platform("linux/amd64,linux/arm64").build_arg("BUILDKIT_MULTI_PLATFORM", "0").fail().unwrap();
}

#[test]
fn labels_of_the_client_and_of_its_repository_are_in_the_image() {
    let bed = Bed::ensure().unwrap();
    let project = probe::project(bed);
    let revision = commit(project.path());
    Build::new(bed.docker(), project.path())
        .tag("e2e-labels")
        .label("org.opencontainers.image.licenses", "none")
        .label("team", "sea")
        .env("BUILDX_GIT_LABELS", "1")
        .succeed()
        .unwrap();
    let labels = Image::inspect(bed.docker(), "e2e-labels").unwrap().config.labels;
    for (label, value) in [
        ("org.opencontainers.image.licenses", "none"),
        ("org.opencontainers.image.version", "0.1.0"),
        ("org.opencontainers.image.revision", revision.as_str()),
        ("team", "sea"),
    ] {
        assert_eq!(labels.get(label).map(String::as_str), Some(value), "{label}");
    }
}
