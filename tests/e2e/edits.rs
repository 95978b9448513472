//! Edits on the real engine: which steps run for them, and which crates cargo compiles.

use std::collections::BTreeSet;

use testbed::log::BuildLog;

use crate::subject::{Subject, cargo, run_id};

/// A workspace of two programs and a library, with a few quick crates.
fn workspace(image: &str, name: &str) -> Subject {
    // Every run of the tests has caches of its own, so that what it compiles does not depend on an earlier one.
    let root = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"api\", \"worker\", \"shared\"]\n[profile.release]\nopt-level = 1\n\
         [workspace.metadata.supercargo.cache]\nnamespace = \"{name} {}\"\n",
        run_id()
    );
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let (api, worker, shared) = (name.to_owned(), format!("{name}-worker"), format!("{name}-shared"));
    let local = format!("shared = {{ path = \"../shared\", package = \"{shared}\" }}\n");
    let print = format!(
        "fn main() {{\n    println!(\"{{}} {{}} {{}} {{}}\", itoa::Buffer::new().format(7), \
         ryu::Buffer::new().format(0.5), shared::word(), env!(\"DATA\"));\n}}\n// {}\n",
        run_id()
    );
    let subject = Subject::of(
        image,
        &[
            ("Cargo.toml", &root),
            // The engine knows no step of an earlier run either, nor of another project that runs beside this one.
            (".cargo/config.toml", &format!("[env]\nEDITS_RUN = \"{name} {}\"\n", run_id())),
            (
                "api/Cargo.toml",
                &package(&api, &format!("[dependencies]\nitoa = \"1\"\nryu = \"1\"\n{local}")),
            ),
            ("api/src/main.rs", &print),
            ("api/data.txt", "data-1"),
            (
                "api/build.rs",
                "fn main() {\n    println!(\"cargo::rerun-if-changed=data.txt\");\n    \
                 println!(\"cargo::rustc-env=DATA={}\", std::fs::read_to_string(\"data.txt\").unwrap());\n}\n",
            ),
            ("worker/Cargo.toml", &package(&worker, &format!("[dependencies]\ncfg-if = \"1\"\n{local}"))),
            ("worker/src/main.rs", "fn main() {\n    println!(\"{}\", shared::word());\n}\n"),
            ("shared/Cargo.toml", &package(&shared, "")),
            ("shared/src/lib.rs", "pub fn word() -> &'static str {\n    \"shared-1\"\n}\n"),
        ],
    );
    // Not the newest ones, so that there is something to bump.
    for (name, version) in [("itoa", "1.0.9"), ("ryu", "1.0.15")] {
        update(&subject, name, version);
    }
    subject.target(name)
}

fn update(subject: &Subject, name: &str, version: &str) {
    cargo(subject.project.path(), &["update", "--quiet", "--package", name, "--precise", version]);
}

fn ran(log: &BuildLog, step: &str) -> bool {
    log.ran().iter().any(|name| name.starts_with(step))
}

/// The steps before the last compile took no part, and that compiled exactly `expected`.
fn assert_only(log: &BuildLog, when: &str, expected: &[&str]) {
    for step in ["[fetch] download", "[deps]"] {
        assert!(!ran(log, step), "{when}: {step} ran:\n{}", log.transcript());
    }
    let names = log.vertex("[build]").unwrap().compiled_names();
    assert_eq!(names, expected, "{when}:\n{}", log.transcript());
}

#[test]
fn edits_that_leave_the_dependencies_alone() {
    let (name, shared) = ("edits-keep", "edits-keep-shared");
    let subject = workspace("edits-keep", name);
    let project = &subject.project;
    subject.must_say("at first", "7 0.5 shared-1 data-1");

    project.touch("api/src/main.rs", 1_700_000_000).unwrap();
    assert!(subject.build().ran().is_empty(), "another time is no edit");

    project.append("api/src/main.rs", "// A comment.\n").unwrap();
    assert_only(&subject.build(), "a comment in a source file", &[name]);

    project.write("shared/src/more.rs", "pub fn word() -> &'static str {\n    \"shared-2\"\n}\n").unwrap();
    project.write("shared/src/lib.rs", "mod more;\npub use more::word;\n").unwrap();
    let log = subject.must_say("a new module", "7 0.5 shared-2 data-1");
    assert_only(&log, "a new module", &[name, shared]);

    subject.edit("api/Cargo.toml", "version = \"0.1.0\"", "version = \"0.1.1\"");
    cargo(project.path(), &["update", "--quiet", "--workspace", "--offline"]);
    assert_only(&subject.build(), "a version", &[name]);

    project.write("api/data.txt", "data-2").unwrap();
    let log = subject.must_say("a file that the build script watches", "7 0.5 shared-2 data-2");
    assert_only(&log, "a file that the build script watches", &[name]);

    project.write("README.md", "Read this.\n").unwrap();
    assert_only(&subject.build(), "a README", &[]);

    project.append("api/Cargo.toml", "[dev-dependencies]\neither = \"1\"\n").unwrap();
    cargo(project.path(), &["update", "--quiet", "--workspace"]);
    let log = subject.must_say("a dev-dependency", "7 0.5 shared-2 data-2");
    assert_only(&log, "a dev-dependency", &[]);

    project.append("worker/src/main.rs", "// A comment.\n").unwrap();
    project.append("worker/Cargo.toml", "log = \"0.4\"\n").unwrap();
    cargo(project.path(), &["update", "--quiet", "--workspace"]);
    let log = subject.build();
    assert!(log.ran().is_empty(), "an edit of another program ran {:?}", log.ran());
}

/// `[deps]` ran and compiled exactly `expected`; the last compile then took what it made.
fn assert_dependencies(log: &BuildLog, when: &str, expected: &[&str]) {
    let compiled = log.vertex("[deps]").unwrap().compiled();
    let crates: BTreeSet<String> =
        compiled.into_iter().filter(|package| package.source.is_none()).map(|package| package.name).collect();
    assert!(crates.iter().eq(expected), "{when}: {crates:?}, not {expected:?}:\n{}", log.transcript());
    let build = log.vertex("[build]").unwrap();
    let external: Vec<_> = build.compiled().into_iter().filter(|package| package.source.is_none()).collect();
    assert!(external.is_empty(), "{when}: [build] compiled {external:?}");
    assert!(build.has_run(), "{when}: [build] did not run");
}

#[test]
fn edits_that_reach_the_dependencies() {
    let subject = workspace("edits-change", "edits-change");
    let project = &subject.project;
    let log = subject.must_say("at first", "7 0.5 shared-1 data-1");
    assert_dependencies(&log, "at first", &["itoa", "ryu"]);
    assert!(
        !log.vertex("[deps]").unwrap().compiled_names().contains(&"cfg-if".to_owned()),
        "another's crate"
    );

    update(&subject, "itoa", "1.0.11");
    let log = subject.must_say("a bumped crate", "7 0.5 shared-1 data-1");
    assert_dependencies(&log, "a bumped crate", &["itoa"]);

    subject.edit("api/Cargo.toml", "ryu = \"1\"", "ryu = { version = \"1\", features = [\"small\"] }");
    let log = subject.must_say("a feature of a crate", "7 0.5 shared-1 data-1");
    assert_dependencies(&log, "a feature of a crate", &["ryu"]);

    subject.edit("Cargo.toml", "opt-level = 1", "opt-level = 0");
    let log = subject.must_say("the profile", "7 0.5 shared-1 data-1");
    assert_dependencies(&log, "the profile", &["itoa", "ryu"]);

    project.append(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"edited\"]\n").unwrap();
    subject.edit("api/src/main.rs", "shared::word()", "cfg!(edited)");
    let log = subject.must_say("a flag of the compiler", "7 0.5 true data-1");
    assert_dependencies(&log, "a flag of the compiler", &["itoa", "ryu"]);

    subject.edit(
        "shared/Cargo.toml",
        "edition = \"2024\"\n",
        "edition = \"2024\"\n[dependencies]\ncfg-if = \"1\"\n",
    );
    cargo(project.path(), &["update", "--quiet", "--workspace"]);
    let log = subject.must_say("a new dependency", "7 0.5 true data-1");
    assert_dependencies(&log, "a new dependency", &["cfg-if"]);

    // And back: whatever of it is still known, it is right.
    subject.edit("Cargo.toml", "opt-level = 0", "opt-level = 1");
    subject.edit("api/src/main.rs", "cfg!(edited)", "shared::word()");
    subject.must_say("back to the first profile", "7 0.5 shared-1 data-1");
}

#[test]
fn a_crate_vendored_for_tests_leaves_the_dependencies_alone() {
    let name = "edits-vendored";
    let subject = Subject::of(
        name,
        &[
            (
                "Cargo.toml",
                &format!(
                    "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n"
                ),
            ),
            (
                "src/main.rs",
                &format!(
                    "fn main() {{\n    println!(\"{{}}\", itoa::Buffer::new().format(7));\n}}\n// {}\n",
                    run_id()
                ),
            ),
        ],
    );
    let vendor = || cargo(subject.project.path(), &["vendor", "--quiet"]);
    vendor();
    // As `cargo vendor` says it.
    let replace = "[source.crates-io]\nreplace-with = \"vendored-sources\"\n";
    let with = "[source.vendored-sources]\ndirectory = \"vendor\"\n";
    subject.project.write(".cargo/config.toml", format!("{replace}{with}")).unwrap();
    subject.must_say("at first", "7");
    subject.project.append("Cargo.toml", "[dev-dependencies]\nryu = \"1\"\n").unwrap();
    vendor();
    assert!(subject.project.path().join("vendor/ryu").is_dir());
    let log = subject.must_say("a vendored crate for tests", "7");
    assert!(!ran(&log, "[deps]"), "{}", log.transcript());
}
