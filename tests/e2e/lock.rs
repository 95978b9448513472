//! The lockfile: kept as it is, made, or brought up to date.

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::project::Project;

use crate::story;

const MANIFEST: &str = "[package]\nname = \"locked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
    repository = \"https://repository.test/locked\"\n[dependencies]\nitoa = \"=1.0.14\"\n";

fn project(bed: &Ready) -> Project {
    let main = "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n";
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", main)]).unwrap();
    story::prepare(bed, &project);
    project
}

/// What `--target lock` hands out.
fn lockfile(build: &Build) -> String {
    let folder = tempfile::tempdir().unwrap();
    build.clone().target("lock").output_folder(folder.path()).succeed().unwrap();
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["Cargo.lock"]);
    std::fs::read_to_string(folder.path().join("Cargo.lock")).unwrap()
}

#[test]
fn a_project_without_a_lockfile_gets_one() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed);
    let build = Build::new(bed.docker(), project.path());
    let refused = build.clone().build_arg("LOCKED", "true").fail().unwrap();
    assert!(
        refused.message().contains("no `Cargo.lock`, but build-arg LOCKED wants one"),
        "{}",
        refused.message()
    );
    assert!(refused.message().contains("--target lock --output . ."), "{}", refused.message());

    let made = lockfile(&build);
    assert!(made.contains("name = \"itoa\"\nversion = \"1.0.14\"\n"), "{made}");
    let silent = build.clone().target("lock").output("type=cacheonly").succeed().unwrap();
    assert!(silent.warnings().is_empty(), "{:?}", silent.warnings());

    // Whoever commits it has builds that say nothing of lockfiles, and the same file again.
    project.write("Cargo.lock", &made).unwrap();
    assert_eq!(lockfile(&build), made);
    let log = build.clone().build_arg("LOCKED", "true").tag("e2e-locked").succeed().unwrap();
    assert!(log.warnings().is_empty(), "{:?}", log.warnings());
    assert_eq!(Run::new(bed.docker(), "e2e-locked").complete().unwrap().stdout, "7\n");
}

#[test]
fn a_lockfile_that_does_not_match_is_refused_or_brought_up_to_date() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed);
    let build = Build::new(bed.docker(), project.path());
    let old = lockfile(&build);
    project.write("Cargo.lock", &old).unwrap();
    // What is locked stays locked, although a newer one would do; what is new is added.
    project.edit("Cargo.toml", "itoa = \"=1.0.14\"\n", "itoa = \"1\"\nryu = \"=1.0.20\"\n").unwrap();
    let refused = build.clone().fail().unwrap();
    assert!(refused.message().contains("asks for `ryu` at `=1.0.20`"), "{}", refused.message());
    assert!(refused.message().contains("--target lock"), "{}", refused.message());

    let updated = lockfile(&build);
    assert!(updated.contains("name = \"ryu\"\nversion = \"1.0.20\"\n"), "{updated}");
    assert!(updated.contains("name = \"itoa\"\nversion = \"1.0.14\"\n"), "{updated}");

    let log = build.build_arg("LOCKED", "false").tag("e2e-unlocked").succeed().unwrap();
    let said: Vec<&str> = log.warnings().iter().map(|warning| warning.short.as_str()).collect();
    assert!(said.iter().any(|warning| warning.contains("asks for `ryu`")), "{said:?}");
    assert!(log.vertex("[lock] resolve").is_ok(), "{}", log.transcript());
    assert_eq!(Run::new(bed.docker(), "e2e-unlocked").complete().unwrap().stdout, "7\n");
}
