//! The dependency layer on a warm builder: what a change of the lockfile compiles, and what the layer then holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::story;

/// A project that no earlier run of this test has warmed up: its mounts are its own, and so is a variable, since the
/// engine's cache does not tell mounts apart.
fn project(bed: &Ready, name: &str) -> Project {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let namespace = format!("{name}-{}-{now}", std::process::id());
    let project = Project::of(&[
        (
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
                 serde_json = \"1\"\nbitflags = \"2\"\n[package.metadata.supercargo.cache]\nnamespace = \"{namespace}\"\n"
            ),
        ),
        (".cargo/config.toml", &format!("[env]\nE2E = \"{namespace}\"\n")),
        ("src/main.rs", "fn main() { println!(\"{}\", serde_json::json!(7)); }\n"),
    ])
    .unwrap();
    story::prepare(bed, &project);
    project
}

fn cargo(project: &Project, arguments: &[&str]) {
    Cmd::new("cargo").args(arguments.iter().copied()).current_dir(project.path()).run().unwrap();
}

/// The last line of `[deps]`.
fn said(log: &BuildLog) -> String {
    let said = log.vertex("[deps]").unwrap().log();
    said.lines().rev().find(|line| line.contains("deps: ")).unwrap_or_default().to_owned()
}

/// The packages of which the exported layer has units.
fn packages(build: &Build) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    build.clone().target("deps").output_folder(folder.path()).succeed().unwrap();
    let mut packages = BTreeSet::new();
    units(folder.path(), &mut packages);
    packages
}

fn units(folder: &Path, packages: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if folder.ends_with(".fingerprint") {
            packages.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        } else if path.is_dir() {
            units(&path, packages);
        }
    }
}

#[test]
fn a_moved_dependency_compiles_itself_and_its_dependents_only() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed, "moved");
    cargo(&project, &["update", "--quiet", "--package", "itoa", "--precise", "1.0.14"]);
    let old = project.read("Cargo.lock").unwrap();
    let build = Build::new(bed.docker(), project.path()).tag("e2e-moved");
    let first = build.succeed().unwrap();
    assert!(said(&first).contains("; first build here with rustc 1."), "{}", said(&first));
    let before = packages(&build);

    cargo(&project, &["update", "--quiet", "--package", "itoa", "--precise", "1.0.15"]);
    let log = build.succeed().unwrap();
    let deps = log.vertex("[deps]").unwrap().compiled_names();
    let external: Vec<&str> =
        deps.iter().map(String::as_str).filter(|name| !name.starts_with("supercargo-")).collect();
    assert_eq!(external, ["itoa", "serde_json"], "{}", log.transcript());
    assert!(said(&log).ends_with("; Cargo.lock: itoa 1.0.14 -> 1.0.15"), "{}", said(&log));
    assert_eq!(log.vertex("[build]").unwrap().compiled_names(), ["moved"], "{}", log.transcript());
    assert!(!log.transcript().contains("could not be reused"), "{}", log.transcript());

    // One unit of everything, as before, and nothing of the skeleton.
    let after = packages(&build);
    assert_eq!(before.len(), after.len(), "{before:?} and {after:?}");
    let gone: BTreeSet<&str> =
        before.difference(&after).filter_map(|unit| Some(unit.rsplit_once('-')?.0)).collect();
    assert_eq!(gone, BTreeSet::from(["itoa", "serde_json"]));
    assert!(!after.iter().any(|unit| unit.contains("skeleton")), "{after:?}");

    // Back again, with one dependency less, so that the engine's own cache does not know it.
    project.write("Cargo.lock", old).unwrap();
    project.edit("Cargo.toml", "bitflags = \"2\"\n", "").unwrap();
    cargo(&project, &["update", "--quiet", "--workspace"]);
    let log = build.succeed().unwrap();
    let deps = log.vertex("[deps]").unwrap().compiled_names();
    assert!(deps.iter().all(|name| name.starts_with("supercargo-")), "{deps:?}");
    assert!(said(&log).contains("deps: 0 crates compiled, "), "{}", said(&log));
    assert_eq!(Run::new(bed.docker(), "e2e-moved").complete().unwrap().stdout, "7\n");
}

#[test]
fn a_feature_and_a_profile_are_named_as_the_cause() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed, "named");
    cargo(&project, &["generate-lockfile", "--quiet"]);
    let build = Build::new(bed.docker(), project.path());
    build.succeed().unwrap();
    project
        .edit("Cargo.toml", "bitflags = \"2\"", "bitflags = { version = \"2\", features = [\"std\"] }")
        .unwrap();
    let log = build.succeed().unwrap();
    assert!(
        said(&log).ends_with("deps: 1 crate compiled, 5 reused; features of bitflags: +std"),
        "{}",
        said(&log)
    );
    project.append("Cargo.toml", "[profile.release]\nopt-level = 1\n").unwrap();
    let log = build.succeed().unwrap();
    assert!(said(&log).ends_with("; profile.release.opt-level added"), "{}", said(&log));
}

#[test]
fn without_mounts_the_layer_is_the_same() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed, "layered");
    cargo(&project, &["generate-lockfile", "--quiet"]);
    let build = Build::new(bed.docker(), project.path());
    let with = packages(&build);
    let without = packages(&build.clone().build_arg("CACHE_MODE", "layers"));
    assert!(!with.is_empty());
    assert_eq!(with, without);
}
