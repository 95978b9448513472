//! A build that is killed in the middle never spoils a later one.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::bed::{Project, manifest, outcome};

/// Stops in the middle of the build for as long as the file `hold` exists, and says so by the file `held`.
pub(crate) const HOLDING: &str = r#"fn main() {
    println!("cargo:rerun-if-changed=value");
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../held"), "").unwrap();
    while std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../hold")).exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    println!("cargo:rustc-env=VALUE={}", std::fs::read_to_string("value").unwrap());
}"#;

const GENERATING: &str = r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    std::fs::write("src/generated.rs", "pub const TEXT: &str = \"generated\";").unwrap();
}"#;

fn project() -> Project {
    Project::new(&[
        ("Cargo.toml", &manifest("app", "[dependencies]\nslow = { path = \"slow\" }\n[workspace]\n")),
        ("build.rs", GENERATING),
        ("src/main.rs", "mod generated;\nfn main() { println!(\"{} {}\", generated::TEXT, slow::VALUE); }"),
        ("slow/Cargo.toml", &manifest("slow", "")),
        ("slow/build.rs", HOLDING),
        ("slow/src/lib.rs", "pub const VALUE: &str = env!(\"VALUE\");"),
        ("slow/value", "one"),
    ])
}

/// Starts a build and waits until it holds, the generated file written.
fn start(project: &Project) -> Child {
    fs::write(project.path("hold"), "").unwrap();
    let child = project.agent().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&project.path("held"));
    wait_for(&project.source("src/generated.rs"));
    child
}

pub(crate) fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < Duration::from_mins(1), "the build does not get that far");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a container's end does to everything in it.
pub(crate) fn kill(mut child: Child) {
    let pid = i32::try_from(child.id()).unwrap();
    let cargo = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let cargo = Pid::from_raw(cargo.trim().parse().unwrap()).unwrap();
    child.kill().unwrap();
    kill_process_group(cargo, Signal::KILL).unwrap();
    child.wait().unwrap();
}

/// Lets builds through again, on sources as they were checked out.
fn release(project: &Project) {
    fs::remove_file(project.path("hold")).unwrap();
    fs::remove_file(project.path("held")).unwrap();
    project.remove("src/generated.rs");
}

#[test]
fn a_killed_build_is_taken_up_by_the_next() {
    let project = project();
    kill(start(&project));
    release(&project);
    project.build("generated one", "2 of 2");
}

#[test]
fn a_version_that_was_never_built_can_be_taken_back() {
    let project = project();
    project.build("generated one", "2 of 2");
    project.remove("src/generated.rs");
    fs::remove_file(project.path("held")).unwrap();
    project.write("slow/value", "two");
    kill(start(&project));
    release(&project);
    project.write("slow/value", "one");
    project.build("generated one", "2 of 2");
    project.remove("src/generated.rs");
    project.write("slow/value", "two");
    project.build("generated two", "2 of 2");
}

#[test]
fn a_signal_reaches_cargo_and_is_told_by_the_code() {
    let project = project();
    let child = start(&project);
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::TERM).unwrap();
    let outcome = outcome(&child.wait_with_output().unwrap());
    assert_eq!(outcome.code, Some(128 + 15), "{outcome:?}");
    release(&project);
    project.build("generated one", "2 of 2");
}
