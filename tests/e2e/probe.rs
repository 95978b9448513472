//! A project without dependencies, quick to build, that says what its build steps saw.

use testbed::bed::Ready;
use testbed::process::Cmd;
use testbed::project::Project;

const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = \"probe\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n\
         repository = \"https://repository.test/probe\"\n",
    ),
    ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"probe\"\nversion = \"0.1.0\"\n"),
    ("data.txt", "data"),
    (
        "src/main.rs",
        "fn main() {\n    println!(\"{}|{}\", include_str!(\"../data.txt\"), env!(\"SEEN\"));\n}\n",
    ),
    (
        "build.rs",
        r#"use std::fs::read_to_string;

fn main() {
    let line = |file: &str, part: &str| {
        let text = read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.contains(part)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let seen = [
        line("/etc/hosts", "db.test"),
        line("/proc/self/limits", "Max open files"),
        line("/proc/mounts", " /dev/shm "),
        line("/proc/sys/kernel/hostname", ""),
        line("/proc/self/cgroup", "/buildkit/"),
    ];
    println!("cargo::rustc-env=SEEN={}", seen.join("|"));
    println!("cargo::rerun-if-changed=build.rs");
}
"#,
    ),
];

/// The project, with the one-line Dockerfile in its folder.
pub(crate) fn project(bed: &Ready) -> Project {
    let project = bare();
    project.write("Dockerfile", bed.syntax()).unwrap();
    project
}

/// The project without a Dockerfile.
pub(crate) fn bare() -> Project {
    Project::of(FILES).unwrap()
}

/// What the binary `probe` in a folder says: this machine runs it as its image would.
pub(crate) fn says(folder: &std::path::Path) -> String {
    Cmd::new(folder.join("probe")).run().unwrap().trim().to_owned()
}
