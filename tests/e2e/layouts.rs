//! Layouts in which dependencies are compiled from files of the context.

use std::fs;

use serde_json::json;
use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::story;

fn cargo(project: &Project, arguments: &[&str]) -> String {
    Cmd::new("cargo").args(arguments.iter().copied()).current_dir(project.path()).run().unwrap()
}

fn says(bed: &Bed, image: &str) -> String {
    Run::new(bed.docker(), image).complete().unwrap().stdout
}

#[test]
fn vendored_sources_are_compiled_once() {
    let bed = Bed::ensure().unwrap();
    let project = Project::of(&[
        ("Cargo.toml", "[package]\nname = \"vendored\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n"),
        ("src/main.rs", "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n"),
    ])
    .unwrap();
    let config = cargo(&project, &["vendor", "--quiet"]);
    project.write(".cargo/config.toml", config).unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-vendored");
    let edit = || {
        project.edit("src/main.rs", "7", "8").unwrap();
        project.append("src/main.rs", &story::edit()).unwrap();
    };
    story::tell(&build, edit, &["vendored"]);
    assert_eq!(says(bed, "e2e-vendored"), "8\n");
}

/// What `cargo local-registry` makes: archives of crates beside an index of them.
#[test]
fn a_local_registry_is_compiled_once() {
    let bed = Bed::ensure().unwrap();
    let manifest = "[package]\nname = \"local\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n";
    let print = "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n";
    let project = Project::of(&[("Cargo.toml", manifest), ("src/main.rs", print)]).unwrap();
    let home = tempfile::tempdir().unwrap();
    Cmd::new("cargo")
        .args(["fetch", "--quiet"])
        .env("CARGO_HOME", home.path())
        .current_dir(project.path())
        .run()
        .unwrap();
    let lockfile: toml::Table = project.read("Cargo.lock").unwrap().parse().unwrap();
    let packages = lockfile.get("package").and_then(toml::Value::as_array).unwrap();
    let itoa = packages.iter().find(|package| package.get("name").unwrap().as_str() == Some("itoa")).unwrap();
    let locked = |key: &str| itoa.get(key).and_then(toml::Value::as_str).unwrap();
    let (version, checksum) = (locked("version"), locked("checksum"));
    let archive = format!("itoa-{version}.crate");
    let cache = fs::read_dir(home.path().join("registry/cache")).unwrap().next().unwrap().unwrap();
    let entry = json!({ "name": "itoa", "vers": version, "deps": [], "cksum": checksum, "features": {} });
    project.write("registry/index/it/oa/itoa", format!("{entry}\n")).unwrap();
    fs::copy(cache.path().join(&archive), project.path().join("registry").join(archive)).unwrap();
    let replaced =
        "[source.crates-io]\nreplace-with = \"local\"\n[source.local]\nlocal-registry = \"registry\"\n";
    project.write(".cargo/config.toml", replaced).unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-local-registry").arg("--network=none");
    let edit = || {
        project.edit("src/main.rs", "7", "8").unwrap();
        project.append("src/main.rs", &story::edit()).unwrap();
    };
    story::tell(&build, edit, &["local"]);
    assert_eq!(says(bed, "e2e-local-registry"), "8\n");
}

/// Just enough of `itoa` for `serde_json`, with a mark that shows whose code ran.
const PATCH: &str = "pub struct Buffer(String);\nimpl Buffer {\n    pub fn new() -> Self { Buffer(String::new()) }\n\
    pub fn format<I: std::fmt::Display>(&mut self, i: I) -> &str { self.0 = format!(\"1{i}\"); &self.0 }\n}\n";

#[test]
fn a_crate_that_patches_a_dependency_is_its_real_self() {
    let bed = Bed::ensure().unwrap();
    let manifest = "[package]\nname = \"patched\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nserde_json = \"1\"\n\
                    [patch.crates-io]\nitoa = { path = \"mine\" }\n";
    let project = Project::of(&[
        ("Cargo.toml", manifest),
        ("src/main.rs", "fn main() { println!(\"{}\", serde_json::json!(7)); }\n"),
        ("mine/Cargo.toml", "[package]\nname = \"itoa\"\nversion = \"1.0.99\"\nedition = \"2024\"\n"),
        ("mine/src/lib.rs", PATCH),
    ])
    .unwrap();
    cargo(&project, &["generate-lockfile", "--quiet"]);
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-patched");
    let edit = || {
        project.edit("src/main.rs", "7", "8").unwrap();
        project.append("src/main.rs", &story::edit()).unwrap();
    };
    story::tell(&build, edit, &["patched"]);
    assert_eq!(says(bed, "e2e-patched"), "18\n");

    // External crates are compiled with it, so an edit of it compiles them again, and only then.
    project.edit("mine/src/lib.rs", "\"1{i}\"", "\"2{i}\"").unwrap();
    let log = build.succeed().unwrap();
    assert!(log.vertex("[deps]").unwrap().has_run());
    assert_eq!(says(bed, "e2e-patched"), "28\n");
}

/// Cargo wants the crates that any feature of the whole lockfile activates, dev-dependencies among them, before it
/// compiles a part of it.
#[test]
fn a_feature_that_a_dev_dependency_alone_turns_on_needs_its_crates() {
    let bed = Bed::ensure().unwrap();
    let project = Project::of(&[
        (
            "Cargo.toml",
            "[package]\nname = \"derived\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [dependencies]\nserde = { version = \"1\", default-features = false }\n\
             [dev-dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n",
        ),
        (
            "src/main.rs",
            "fn is<T: serde::Serialize>(_: T) -> bool { true }\nfn main() { println!(\"{}\", is(7)); }\n",
        ),
    ])
    .unwrap();
    cargo(&project, &["generate-lockfile"]);
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-derived");
    let edit = || project.edit("src/main.rs", "is(7))", "!is(7))").unwrap();
    let log = build.succeed().unwrap();
    assert!(!log.compiled().iter().any(|one| one.name == "serde_derive"), "{}", log.transcript());
    edit();
    let log = build.succeed().unwrap();
    story::assert_dependencies_reused(&log);
    assert_eq!(says(bed, "e2e-derived"), "false\n");
}
