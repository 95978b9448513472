//! What a build that nobody has looked at can leave behind for later ones.

use testbed::project::Project;

use crate::subject::{Subject, cargo, run_id};

/// Waits until another crate of the same build is compiled, and writes other words into what it was compiled to.
const POISON: &str = r#"use std::{fs, path::Path, thread::sleep, time::Duration};

fn poison(directory: &Path) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            count += poison(&path);
        } else if name.starts_with("libvictim-") && name.ends_with(".rlib") {
            let mut bytes = fs::read(&path).unwrap();
            let word = b"an honest word";
            let places: Vec<usize> =
                bytes.windows(word.len()).enumerate().filter(|(_, it)| it == word).map(|(at, _)| at).collect();
            for at in &places {
                bytes[*at..*at + word.len()].copy_from_slice(b"the evil words");
            }
            fs::write(&path, bytes).unwrap();
            count += places.len();
        }
    }
    count
}

fn main() {
    let target = std::env::var("OUT_DIR").unwrap();
    let target = Path::new(&target).ancestors().find(|it| it.ends_with("target")).unwrap().to_owned();
    for _ in 0..600 {
        if poison(&target) > 0 {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("the other crate was not compiled");
}
"#;

/// A program that prints what one vendored crate says.
fn project(name: &str) -> Project {
    let victim = "[package]\nname = \"victim\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    let project = Project::of(&[
        ("Cargo.toml", &manifest(name, "")),
        (
            ".cargo/config.toml",
            "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n",
        ),
        ("src/main.rs", "fn main() { println!(\"{}\", victim::word()); }\n"),
        ("vendor/victim/Cargo.toml", victim),
        ("vendor/victim/.cargo-checksum.json", "{\"files\":{}}"),
        (
            "vendor/victim/src/lib.rs",
            &format!(
                "// {}\n#[inline(never)]\npub fn word() -> &'static str {{ \"an honest word\" }}\n",
                run_id()
            ),
        ),
    ]);
    project.unwrap()
}

fn manifest(name: &str, dependency: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nvictim = \"1\"\n{dependency}\
         [package.metadata.supercargo.cache]\nnamespace = \"{name} {}\"\n",
        run_id()
    )
}

#[test]
fn an_untrusted_build_leaves_nothing_for_later_ones() {
    let name = "trust-none";
    let subject = Subject::in_place(name, project(name));
    let honest = subject.project.read("Cargo.lock").unwrap();
    let files = subject.project.path();

    // A change that nobody has looked at adds a crate.
    for (file, text) in [
        ("vendor/evil/Cargo.toml", "[package]\nname = \"evil\"\nversion = \"1.0.0\"\nedition = \"2024\"\n"),
        ("vendor/evil/.cargo-checksum.json", "{\"files\":{}}"),
        ("vendor/evil/src/lib.rs", ""),
        ("vendor/evil/build.rs", POISON),
        ("Cargo.toml", &manifest(name, "evil = \"1\"\n")),
    ] {
        subject.project.write(file, text).unwrap();
    }
    cargo(files, &["update", "--quiet", "--workspace", "--offline"]);
    for mode in ["auto", "mounts", "none"] {
        let untrusted = subject.command().build_arg("CACHE_TRUST", "none").build_arg("CACHE_MODE", mode);
        let log = untrusted.succeed().unwrap();
        assert_eq!(subject.says(), "the evil words", "mode {mode}:\n{}", log.transcript());
    }

    // It is refused; the builds of everybody else go on.
    subject.project.write("Cargo.toml", manifest(name, "")).unwrap();
    subject.project.write("Cargo.lock", honest).unwrap();
    std::fs::remove_dir_all(files.join("vendor/evil")).unwrap();
    for mode in ["auto", "mounts", "layers", "none"] {
        let log = subject.command().build_arg("CACHE_MODE", mode).succeed().unwrap();
        assert_eq!(subject.says(), "an honest word", "mode {mode}:\n{}", log.transcript());
    }
}
