//! What users get wrong: each fault is named with its file, its line, its value and what would be right.

use std::time::{Duration, Instant};

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::project::Project;

/// Builds `files` and returns what the user reads.
fn refused(files: &[(&str, &str)]) -> String {
    refused_with(&Project::of(files).unwrap(), "")
}

fn refused_with(project: &Project, body: &str) -> String {
    let bed = Bed::ensure().unwrap();
    project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let log = Build::new(bed.docker(), project.path()).fail().unwrap();
    let message = log.message().to_owned();
    for never in ["panicked", "unexpected EOF", ">>> # syntax=", "closed unexpectedly"] {
        assert!(!message.contains(never), "{message}");
    }
    message
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no {word:?} in:\n{message}");
    }
}

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
const LOCKFILE: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n";

#[test]
fn a_context_without_files() {
    assert_says(&refused(&[]), &["Cargo.toml", "root of the build context"]);
}

#[test]
fn a_manifest_in_a_directory_below() {
    let message = refused(&[("service/Cargo.toml", MANIFEST), ("service/src/main.rs", "fn main() {}\n")]);
    assert_says(&message, &["service/Cargo.toml", "docker buildx build"]);
}

#[test]
fn a_manifest_that_does_not_parse() {
    let message = refused(&[
        ("Cargo.toml", "[package]\nname = \"app\"\nversion = 1.0.0\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    assert_says(&message, &["Cargo.toml:3", ">>> version = 1.0.0"]);
}

#[test]
fn a_member_that_does_not_exist() {
    let message = refused(&[("Cargo.toml", "[workspace]\nmembers = [\n  \"api\",\n]\n")]);
    assert_says(&message, &["Cargo.toml:3", "`api`", "api/Cargo.toml", ">>>   \"api\""]);
}

#[test]
fn a_binary_that_does_not_exist() {
    let project =
        Project::of(&[("Cargo.toml", MANIFEST), ("Cargo.lock", LOCKFILE), ("src/main.rs", "fn main() {}\n")])
            .unwrap();
    let message = refused_with(&project, "\nbin = \"ap\"\n");
    assert_says(&message, &["Dockerfile:3", "`ap`", "`app` of package `app`", ">>> bin = \"ap\""]);
    let bed = Bed::ensure().unwrap();
    let log = Build::new(bed.docker(), project.path()).target("ap").fail().unwrap();
    assert_says(log.message(), &["no target `ap`", "`app`", "`binaries`"]);
}

#[test]
fn two_candidate_binaries() {
    let message = refused(&[
        ("Cargo.toml", MANIFEST),
        ("Cargo.lock", LOCKFILE),
        ("src/bin/one.rs", "fn main() {}\n"),
        ("src/bin/two.rs", "fn main() {}\n"),
    ]);
    assert_says(
        &message,
        &["`one` of package `app`", "`two` of package `app`", "bin = \"one\"", "default-run"],
    );
}

#[test]
fn a_library_alone() {
    let message = refused(&[("Cargo.toml", MANIFEST), ("Cargo.lock", LOCKFILE), ("src/lib.rs", "")]);
    assert_says(&message, &["`app`", "src/main.rs"]);
}

#[test]
fn a_lockfile_that_does_not_match() {
    let message = refused(&[
        ("Cargo.toml", &format!("{MANIFEST}[dependencies]\nitoa = \"1\"\n")),
        ("Cargo.lock", LOCKFILE),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    assert_says(&message, &["Cargo.toml:6", "`itoa`", "Cargo.lock", "cargo "]);
}

#[test]
fn a_package_that_needs_a_newer_compiler() {
    let message = refused(&[
        ("Cargo.toml", &format!("{MANIFEST}rust-version = \"1.90\"\n")),
        ("Cargo.lock", LOCKFILE),
        ("src/main.rs", "fn main() {}\n"),
        ("rust-toolchain", "1.80.0\n"),
    ]);
    assert_says(
        &message,
        &["Cargo.toml:5", "`rust-version = \"1.90\"`", "1.80.0", "rust-toolchain:1", "channel"],
    );
}

#[test]
fn a_toolchain_that_has_no_image() {
    let message = refused(&[
        ("Cargo.toml", MANIFEST),
        ("Cargo.lock", LOCKFILE),
        ("src/main.rs", "fn main() {}\n"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"mine\"\n"),
    ]);
    assert_says(&message, &["rust-toolchain.toml:2", "`mine`", "TOOLCHAIN_IMAGE"]);
}

#[test]
fn a_path_that_leaves_the_context() {
    let message = refused(&[
        ("Cargo.toml", &format!("{MANIFEST}[dependencies]\nshared = {{ path = \"../shared\" }}\n")),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    assert_says(&message, &["Cargo.toml:6", "../shared", "outside the build context"]);
}

/// Whatever a project calls things, nothing of it acts on the terminal or the log that shows it.
#[test]
fn a_name_that_is_a_path_or_a_command_of_a_terminal() {
    let binary = |name: &str| format!("{MANIFEST}[[bin]]\nname = {name}\npath = \"src/main.rs\"\n");
    for (name, shown) in [
        ("\"../../../tmp/x\"", "`../../../tmp/x`"),
        ("\"a\\u001b[2J\"", r"`a\u{1b}[2J`"),
        ("\"a\\n::error::b\"", r"`a\n::error::b`"),
    ] {
        let files = [("Cargo.toml", binary(name)), ("src/main.rs", "fn main() {}\n".to_owned())];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let message = refused(&files);
        assert_says(&message, &["Cargo.toml:5", shown, "valid name"]);
        assert!(!message.contains('\u{1b}'), "{message:?}");
        assert!(message.lines().all(|line| !line.trim_start().starts_with("::")), "{message}");
    }
}

#[test]
fn patterns_of_members_that_would_be_tried_without_end() {
    let stars = "**/".repeat(100);
    let project =
        Project::of(&[("Cargo.toml", &format!("[workspace]\nmembers = [\"{stars}none*\"]\n"))]).unwrap();
    project.write(&format!("{}file", "deep/".repeat(120)), "").unwrap();
    let begun = Instant::now();
    assert_says(&refused_with(&project, ""), &["Cargo.toml:2", "none*", "has no manifest"]);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn links_in_a_circle() {
    let project = Project::of(&[("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n")]).unwrap();
    std::os::unix::fs::symlink("b", project.path().join("a")).unwrap();
    std::os::unix::fs::symlink("a", project.path().join("b")).unwrap();
    assert_says(&refused_with(&project, ""), &["Cargo.toml:2", "`a`", "link"]);
}

#[test]
fn a_manifest_of_five_megabytes() {
    let huge = format!("{MANIFEST}# {}\n", "x".repeat(5 << 20));
    assert_says(
        &refused(&[("Cargo.toml", &huge), ("src/main.rs", "fn main() {}\n")]),
        &["Cargo.toml", "bytes"],
    );
}

#[test]
fn a_name_that_is_not_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {}\n")]).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.rs");
    std::fs::write(project.path().join(name), "").unwrap();
    assert_says(&refused_with(&project, ""), &["not valid UTF-8", ".dockerignore"]);
}

#[test]
fn a_key_that_does_not_exist() {
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {}\n")]).unwrap();
    let message = refused_with(&project, "[image]\nbaes = \"scratch\"\n");
    assert_says(&message, &["Dockerfile:3", "`image.baes`", "`base`", ">>> baes"]);
}

#[test]
fn instructions_instead_of_configuration() {
    let project = Project::of(&[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {}\n")]).unwrap();
    assert_says(
        &refused_with(&project, "FROM rust\nRUN cargo build\n"),
        &["Dockerfile:2", "no Dockerfile instructions"],
    );
}

#[test]
fn an_image_that_cannot_be_had() {
    let project =
        Project::of(&[("Cargo.toml", MANIFEST), ("Cargo.lock", LOCKFILE), ("src/main.rs", "fn main() {}\n")])
            .unwrap();
    let message = refused_with(&project, "[image]\nbase = \"localhost:1/nowhere:1\"\n");
    assert_says(&message, &["localhost:1/nowhere:1", "Dockerfile:3"]);
}
