//! The target mount outlives dependency layers: what does not depend on what changed is never compiled again.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::story;

/// Two libraries with a dependency each, and an application that uses both.
fn project() -> Project {
    let library = |name: &str, dependency: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependency} = \"1\"\n"
        )
    };
    let project = Project::of(&[
        ("whole/Cargo.toml", &library("whole", "itoa")),
        ("whole/src/lib.rs", "pub fn text() -> String { itoa::Buffer::new().format(7).to_owned() }\n"),
        ("broken/Cargo.toml", &library("broken", "ryu")),
        ("broken/src/lib.rs", "pub fn text() -> String { ryu::Buffer::new().format(0.5).to_owned() }\n"),
        ("src/main.rs", "fn main() { println!(\"{} {}\", whole::text(), broken::text()); }\n"),
    ])
    .unwrap();
    // Of its own, so that no earlier run has built it or left anything in its mounts.
    let name = project.path().file_name().unwrap().to_str().unwrap().to_owned();
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n\
                    [features]\nloud = []\n[dependencies]\nwhole = { path = \"whole\" }\nbroken = { path = \"broken\" }\n";
    let settings = format!("[package.metadata.supercargo.cache]\nnamespace = \"{name}\"\n");
    project.write("Cargo.toml", format!("{manifest}{settings}")).unwrap();
    project.write("note.md", name).unwrap();
    cargo(&project, &["generate-lockfile", "--quiet"]);
    pin(&project, "1.0.14");
    project
}

fn cargo(project: &Project, arguments: &[&str]) {
    Cmd::new("cargo").args(arguments.iter().copied()).current_dir(project.path()).run().unwrap();
}

fn pin(project: &Project, version: &str) {
    cargo(project, &["update", "--quiet", "--package=itoa", "--precise", version]);
}

/// What `[build]` compiled; the file `note.md`, which no crate reads, makes sure that it runs.
fn compiled(build: &Build, project: &Project, note: &str) -> (Vec<String>, BuildLog) {
    project.append("note.md", note).unwrap();
    let log = build.succeed().unwrap();
    let step = log.vertex("[build]").unwrap();
    assert!(step.has_run(), "{}", log.transcript());
    assert!(!log.transcript().contains("could not be reused"), "{}", log.transcript());
    (step.compiled_names(), log)
}

#[test]
fn a_new_version_of_a_dependency_compiles_what_depends_on_it() {
    let bed = Bed::ensure().unwrap();
    let project = project();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-mount");
    let (names, log) = compiled(&build, &project, "first");
    assert_eq!(names, ["app", "broken", "whole"]);
    assert!(log.transcript().contains("first build here"), "{}", log.transcript());

    pin(&project, "1.0.15");
    let (names, log) = compiled(&build, &project, "bumped");
    assert_eq!(names, ["app", "whole"], "{}", log.transcript());
    assert!(log.transcript().contains("Cargo.lock: itoa 1.0.14 -> 1.0.15"), "{}", log.transcript());

    // The old lockfile's crates are still there, and so is its layer.
    pin(&project, "1.0.14");
    assert_eq!(compiled(&build, &project, "back").0, Vec::<String>::new());
    pin(&project, "1.0.15");
    assert_eq!(compiled(&build, &project, "again").0, Vec::<String>::new());
    assert_eq!(Run::new(bed.docker(), "e2e-mount").complete().unwrap().stdout, "7 0.5\n");
}

#[test]
fn features_alternate_without_compiling_anything_twice() {
    let bed = Bed::ensure().unwrap();
    let project = project();
    story::prepare(bed, &project);
    let quiet = Build::new(bed.docker(), project.path());
    let loud = quiet.clone().build_arg("FEATURES", "loud");
    compiled(&quiet, &project, "first");
    let (names, log) = compiled(&loud, &project, "loud");
    assert_eq!(names, ["app"]);
    assert!(
        log.transcript().contains("changed: note.md, cargo's arguments: +`--features` +`loud`"),
        "{}",
        log.transcript()
    );
    assert_eq!(compiled(&quiet, &project, "quiet again").0, Vec::<String>::new());
    assert_eq!(compiled(&loud, &project, "loud again").0, Vec::<String>::new());
}
