//! Vendored crates: what comes out builds without any network.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::project::Project;

use crate::guarded::Registry;
use crate::guarded::asking::{Passed, assert_found, build, library, project};
use crate::story;
use crate::subject::run_id;

/// The names in a folder of the project, sorted.
fn names(project: &Project, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(project.path().join(folder)).unwrap();
    let mut names: Vec<String> =
        entries.map(|one| one.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_private_crate_is_vendored_with_its_token_and_builds_without_network() {
    let bed = Bed::ensure().unwrap();
    let token = format!("token-{}", run_id());
    let registry = Registry::of(&[("hidden", &library()), ("elsewhere", "")], &token, None);
    let dependencies = "hidden = { version = \"1\", registry = \"corp\" }\n\
                        [target.'cfg(windows)'.dependencies]\nelsewhere = { version = \"1\", registry = \"corp\" }\n";
    let locked = ["hidden", "elsewhere"].map(|name| registry.locked(name, &registry.index)).concat();
    let project = project(bed, dependencies, &["elsewhere", "hidden"], &locked);
    let config = format!("[registries.corp]\nindex = \"{}\"\n[net]\nretry = 1\n", registry.index);
    project.write(".cargo/config.toml", &config).unwrap();
    let vendor = build(bed, &project, "e2e-vendor").target("vendor");

    let refused = vendor.clone().output("type=cacheonly").fail().unwrap();
    let said = refused.vertex("[vendor] vendor").unwrap().log();
    assert!(said.contains("--secret id=cargo-token-corp,src=FILE"), "{said}");
    let token = Passed::of("cargo-token-corp", &token);
    let log = token.to(&vendor).output_folder(project.path()).succeed().unwrap();
    for step in ["[fetch]", "[deps]", "[source]"] {
        assert!(log.vertex(step).is_err(), "{step}:\n{}", log.transcript());
    }
    // Every platform's, and beside the crates what Cargo is to be told; its configuration is left alone.
    assert_eq!(names(&project, "vendor"), ["config.toml", "elsewhere", "hidden"]);
    assert_eq!(std::fs::read_to_string(project.path().join(".cargo/config.toml")).unwrap(), config);
    let told = std::fs::read_to_string(project.path().join("vendor/config.toml")).unwrap();
    assert!(told.contains("directory = \"vendor\"") && told.contains(&registry.index), "{told}");

    project.write(".cargo/config.toml", config + &told).unwrap();
    let offline = Build::new(bed.docker(), project.path()).tag("e2e-vendor").arg("--network=none");
    offline.succeed().unwrap();
    assert_found(bed, "e2e-vendor");
    // What was vendored is not what the next time vendors from.
    let again = vendor.output("type=cacheonly").succeed().unwrap();
    assert!(!again.vertex("[vendor] vendor").unwrap().has_run(), "{}", again.transcript());
}

#[test]
fn a_project_without_lockfile_is_vendored_and_loses_no_package() {
    let bed = Bed::ensure().unwrap();
    let manifest = "[package]\nname = \"unlocked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"=1.0.14\"\n";
    let project = Project::of(&[("Cargo.toml", manifest), ("src/lib.rs", "")]).unwrap();
    story::prepare(bed, &project);
    let vendor = Build::new(bed.docker(), project.path()).target("vendor");
    let log = vendor.clone().output_folder(project.path()).succeed().unwrap();
    let warned: Vec<&str> = log.warnings().iter().map(|warning| warning.short.as_str()).collect();
    assert!(warned.iter().any(|warning| warning.contains("no `Cargo.lock`")), "{warned:?}");
    assert_eq!(names(&project, "vendor"), ["config.toml", "itoa"]);

    project.append("Cargo.toml", "own = { path = \"vendor/own\" }\n").unwrap();
    project.write("vendor/own/Cargo.toml", "[package]\nname = \"own\"\nversion = \"0.1.0\"\n").unwrap();
    project.write("vendor/own/src/lib.rs", "").unwrap();
    let refused = vendor.output("type=cacheonly").fail().unwrap();
    assert!(refused.message().contains("the package `own` is in `vendor`"), "{}", refused.message());
}
