//! `--target debug`: the same program beside a shell.

use serde_json::Value;
use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::image::{self, Image};
use testbed::project::Project;

use crate::story;
use crate::subject::Subject;

const MANIFEST: &str = "[package]\nname = \"looked-into\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
const MAIN: &str = "fn main() { println!(\"at work\"); }\n";

/// What a command of the shell says in an image.
fn shell(image: &str, command: &str) -> String {
    let bed = Bed::ensure().unwrap();
    let run = Run::new(bed.docker(), image).option("--entrypoint").option("sh").arg("-c").arg(command);
    run.complete().unwrap().stdout.trim().to_owned()
}

/// The names of the steps in a plan, with their digests: two builds share a step when they share its digest.
fn steps(plan: &str) -> Vec<(String, String)> {
    let plan: Value = serde_json::from_str(plan).unwrap();
    let steps = plan.get("steps").and_then(Value::as_array).unwrap().iter();
    let word = |step: &Value, key: &str| step.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    steps.map(|step| (word(step, "name"), word(step, "digest"))).collect()
}

#[test]
fn the_same_program_stands_beside_a_shell() {
    let bed = Bed::ensure().unwrap();
    let subject = Subject::of("debug-plain", &[("Cargo.toml", MANIFEST), ("src/main.rs", MAIN)]);
    let log = subject.must_say("without a shell", "at work");
    assert!(!log.transcript().contains("debug-nonroot"), "{}", log.transcript());
    let without = Run::new(bed.docker(), &subject.image).option("--entrypoint").option("sh").start();
    assert!(without.is_err(), "the default image has a shell");

    let debug = Build::new(bed.docker(), subject.project.path()).target("debug").tag("e2e-debug-shell");
    let log = debug.succeed().unwrap();
    let compiled = log.compiled();
    assert!(compiled.iter().all(|one| one.name != "looked-into"), "{}", log.transcript());
    assert_eq!(Run::new(bed.docker(), "e2e-debug-shell").complete().unwrap().stdout, "at work\n");
    assert_eq!(shell("e2e-debug-shell", "id -u; which sh"), "65532\n/busybox/sh");

    let steps = |target: Option<&str>| {
        let build = Build::new(bed.docker(), subject.project.path()).call("plan,format=json");
        let answer = target.into_iter().fold(build, Build::target).succeed().unwrap();
        steps(answer.stdout())
    };
    let (plain, with_shell) = (steps(None), steps(Some("debug")));
    for word in ["[manifests]", "[fetch]", "[unpack]", "[deps]"] {
        let shared = plain.iter().find(|(name, _)| name.starts_with(word)).unwrap();
        assert!(with_shell.contains(shared), "{shared:?} is another step in {with_shell:?}");
    }

    let binary = |image: &str, name: &str| image::file(bed.docker(), image, name).unwrap();
    let (one, other) = (
        binary(&subject.image, "/usr/local/bin/looked-into"),
        binary("e2e-debug-shell", "/usr/local/bin/looked-into"),
    );
    assert!(!one.is_empty() && one == other, "the programs differ");
    let (plain, with_shell) = (
        Image::inspect(bed.docker(), &subject.image).unwrap().config,
        Image::inspect(bed.docker(), "e2e-debug-shell").unwrap().config,
    );
    assert_eq!(
        (plain.entrypoint, plain.cmd, plain.user, plain.working_dir),
        (with_shell.entrypoint, with_shell.cmd, with_shell.user, with_shell.working_dir)
    );
}

#[test]
fn a_base_without_a_shell_is_refused_and_another_one_is_named() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("several-images").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path());
    let pinned = "gcr.io/distroless/cc-debian12:nonroot";
    let refused = build.clone().target("debug-web").build_arg("IMAGE_DEBUG_BASE", pinned).fail().unwrap();
    let said = refused.vertex("[audit]").unwrap().log();
    assert!(said.contains("has no shell") && said.contains("IMAGE_DEBUG_BASE"), "{said}");

    let refused = build.clone().target("debug-web").build_arg("IMAGE_BASE", "scratch").fail().unwrap();
    assert!(refused.message().contains("the base of the image is `scratch`"), "{}", refused.message());

    let debian = build.clone().target("debug-web").tag("e2e-debug-web").arg("--load");
    debian
        .build_arg("IMAGE_DEBUG_BASE", "debian:bookworm-slim")
        .build_arg("IMAGE_DEBUG_PACKAGES", "strace")
        .succeed()
        .unwrap();
    let said = shell("e2e-debug-web", "strace -V | head -n 1; ls /usr/local/bin");
    assert!(said.starts_with("strace -- version") && said.ends_with("\nweb"), "{said}");

    let unknown = build.clone().target("debug-nobody").fail().unwrap();
    assert!(unknown.message().contains("`debug`"), "{}", unknown.message());
    let listed = build.call("targets").succeed().unwrap();
    assert!(listed.stdout().contains("debug     the default image with a shell"), "{}", listed.stdout());
}
