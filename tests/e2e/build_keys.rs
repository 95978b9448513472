//! `[build]`: what compile steps are given, as the program that comes out says it.

use testbed::bed::Bed;
use testbed::log::BuildLog;

use crate::served::commit;
use crate::story;
use crate::subject::{Subject, git, run_id};

const MANIFEST: &str = "[package]\nname = \"told\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
    repository = \"https://repository.test/told\"\n[dependencies]\nitoa = \"1\"\n";

/// Prints what it was compiled with.
const MAIN: &str = r#"fn main() {
    println!(
        "{}|{}|{}{}{}|{}|{}",
        option_env!("GIVEN").unwrap_or("-"),
        option_env!("VERSION_TEXT").unwrap_or("-"),
        u8::from(cfg!(configured)),
        u8::from(cfg!(added)),
        u8::from(cfg!(of_target)),
        env!("JOBS"),
        itoa::Buffer::new().format(7u8),
    );
}
"#;

const SCRIPT: &str = r#"fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(configured, added, of_target)");
    println!("cargo::rustc-env=JOBS={}", std::env::var("NUM_JOBS").unwrap());
}
"#;

fn configure(subject: &Subject, body: &str) {
    let syntax = Bed::ensure().unwrap().syntax();
    subject.project.write("Dockerfile", format!("{syntax}{body}")).unwrap();
}

fn has_run(log: &BuildLog, step: &str) -> bool {
    log.vertex(step).unwrap().has_run()
}

fn told(image: &str) -> Subject {
    let files = [("Cargo.toml", MANIFEST), ("src/main.rs", MAIN), ("build.rs", SCRIPT)];
    Subject::of(image, &files)
}

#[test]
fn variables_and_arguments_reach_the_steps_that_they_are_for() {
    let subject = told("told");
    let body = |given: &str| {
        format!(
            "[build]\nenv = {{ GIVEN = \"{given}-{}\" }}\nargs = [\"VERSION_TEXT\"]\njobs = 3\n",
            run_id()
        )
    };
    configure(&subject, &body("one"));
    subject.must_say("without the argument", &format!("one-{}|-|000|3|7", run_id()));

    let log = subject.command().build_arg("VERSION_TEXT", "v1").succeed().unwrap();
    assert_eq!(subject.says(), format!("one-{}|v1|000|3|7", run_id()));
    story::assert_dependencies_reused(&log);
    assert!(log.warnings().is_empty(), "{:?}", log.warnings());

    configure(&subject, &body("two"));
    let log = subject.must_say("another variable", &format!("two-{}|-|000|3|7", run_id()));
    assert!(has_run(&log, "[deps]") && !has_run(&log, "[fetch]"), "{}", log.transcript());
}

#[test]
fn flags_are_added_to_those_of_the_configuration() {
    let subject = told("flagged");
    configure(&subject, "[build]\nrustflags = [\"--cfg\", \"added\"]\njobs = 2\n");
    let tables = [
        ("", "010"),
        ("[build]\nrustflags = [\"--cfg\", \"configured\"]\n", "110"),
        ("[build]\nrustflags = \"--cfg configured\"\n", "110"),
        // A table for the target goes before `build.rustflags`, whatever we add.
        (
            "[build]\nrustflags = \"--cfg configured\"\n[target.'cfg(target_os = \"linux\")']\nrustflags = \"--cfg of_target\"\n",
            "011",
        ),
        ("[target.'cfg(unix)']\nrustflags = \"--cfg of_target\"\n", "011"),
        ("[target.'cfg(unix)']\nrustflags = [\"--cfg\", \"of_target\"]\n", "011"),
    ];
    for (configuration, expected) in tables {
        subject.project.write(".cargo/config.toml", configuration).unwrap();
        subject.must_say(configuration, &format!("-|-|{expected}|2|7"));
    }
}

#[test]
fn compile_steps_have_the_network_that_was_asked_for() {
    let subject = Subject::of(
        "networked",
        &[
            ("Cargo.toml", "[package]\nname = \"networked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("src/main.rs", "fn main() { println!(\"{}\", env!(\"INTERFACES\")) }\n"),
            (
                "build.rs",
                "fn main() {\n    let interfaces = std::fs::read_dir(\"/sys/class/net\").unwrap().count();\n    \
                 println!(\"cargo::rustc-env=INTERFACES={}\", if interfaces > 1 { \"some\" } else { \"none\" });\n}\n",
            ),
        ],
    );
    // A target directory of an earlier build would have the build script's answer of then.
    let built = |network: &str| {
        configure(&subject, &format!("[cache]\nmode = \"none\"\n[build]\nnetwork = \"{network}\"\n"));
        subject.command()
    };
    for (network, expected) in [("none", "none"), ("default", "some")] {
        built(network).succeed().unwrap();
        assert_eq!(subject.says(), expected, "{network}");
    }
    built("host").arg("--allow=network.host").succeed().unwrap();
    assert_eq!(subject.says(), "some");
}

#[test]
fn a_file_of_another_member_can_be_included() {
    let member =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let subject = Subject::of(
        "including",
        &[
            ("Cargo.toml", "[workspace]\nmembers = [\"app\", \"schema\"]\nresolver = \"3\"\n"),
            ("app/Cargo.toml", &member("app")),
            (
                "app/src/main.rs",
                "fn main() { println!(\"{}\", include_str!(\"../../schema/sql/one.sql\").trim()) }\n",
            ),
            ("schema/Cargo.toml", &member("schema")),
            ("schema/src/lib.rs", "\n"),
            ("schema/sql/one.sql", "SELECT 1\n"),
        ],
    );
    let log = subject.command().fail().unwrap();
    assert!(log.vertex("[build]").unwrap().log().contains("schema/sql/one.sql"), "{}", log.transcript());

    configure(&subject, "[build]\ninclude = [\"schema/sql/*.sq\"]\n");
    let message = subject.command().fail().unwrap().message().to_owned();
    assert!(message.contains("`build.include` value `schema/sql/*.sq` matches no file"), "{message}");

    configure(&subject, "[build]\ninclude = [\"schema/sql/*.sql\"]\n");
    subject.must_say("included", "SELECT 1");
    subject.edit("schema/sql/one.sql", "1", "2");
    subject.must_say("edited", "SELECT 2");
    subject.project.append("schema/src/lib.rs", "// An edit.\n").unwrap();
    assert!(!has_run(&subject.build(), "[build]"), "the rest of the other member is no source");
}

/// A crate that hands the commit on as vergen does: without telling Cargo of the variable.
const VERGEN: &str = "pub fn emit() {\n    let commit = std::env::var(\"VERGEN_GIT_SHA\").unwrap_or_else(|_| \"unknown\".into());\n    \
                      println!(\"cargo::rerun-if-changed=build.rs\\ncargo::rustc-env=COMMIT={commit}\");\n}\n";

#[test]
fn the_commit_reaches_what_reads_it_and_compiles_nothing_else() {
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}")
    };
    let subject = Subject::of(
        "commit",
        &[
            (
                "Cargo.toml",
                &package(
                    "commit",
                    "[dependencies]\nitoa = \"1\"\nquiet = { path = \"quiet\" }\n[build-dependencies]\nvergen = { path = \"vergen\" }\n[workspace]\n",
                ),
            ),
            ("build.rs", "fn main() { vergen::emit() }\n"),
            (
                "src/main.rs",
                "fn main() { println!(\"{} {}\", env!(\"COMMIT\"), itoa::Buffer::new().format(quiet::ONE)) }\n",
            ),
            ("quiet/Cargo.toml", &package("quiet", "")),
            ("quiet/src/lib.rs", "pub const ONE: u8 = 1;\n"),
            ("vergen/Cargo.toml", &package("vergen", "")),
            ("vergen/src/lib.rs", VERGEN),
        ],
    );
    let first = commit(subject.project.path());
    subject.must_say("the first commit", &format!("{first} 1"));
    subject.project.write("README.md", "A commit that changes no code.\n").unwrap();
    let second = commit(subject.project.path());
    assert_ne!(first, second);
    let log = subject.must_say("another commit", &format!("{second} 1"));
    story::assert_dependencies_reused(&log);
    assert_eq!(log.vertex("[build]").unwrap().compiled_names(), ["commit"]);

    configure(&subject, "[build]\ngit = \"off\"\n");
    subject.must_say("switched off", "unknown 1");
}

#[test]
fn the_history_can_come_along() {
    let subject = Subject::of(
        "history",
        &[
            ("Cargo.toml", "[package]\nname = \"history\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("src/main.rs", "fn main() { println!(\"{}\", env!(\"BRANCH\")) }\n"),
            (
                "build.rs",
                "fn main() {\n    println!(\"cargo::rerun-if-changed=.git/HEAD\");\n    \
                 let head = std::fs::read_to_string(\".git/HEAD\").unwrap_or_else(|_| \"none\".into());\n    \
                 println!(\"cargo::rustc-env=BRANCH={}\", head.trim());\n}\n",
            ),
        ],
    );
    commit(subject.project.path());
    subject.must_say("by default", "none");
    configure(&subject, "[build]\ngit = \"dir\"\n");
    subject.must_say("with the directory", "ref: refs/heads/main");
    git(subject.project.path(), &["switch", "--quiet", "--create", "other"]);
    subject.must_say("on another branch", "ref: refs/heads/other");
}

#[test]
fn what_cannot_be_right_is_said_with_its_line() {
    let subject = told("untold");
    for (body, line, words) in [
        ("env = { RUSTFLAGS = \"-C opt-level=1\" }", 3, "`build.env` cannot set `RUSTFLAGS`"),
        ("args = [\"CARGO_HOME\"]", 3, "`build.args` cannot set `CARGO_HOME`"),
        ("jobs = 0", 3, "`build.jobs`"),
        ("network = \"internet\"", 3, "`build.network`"),
        ("include = [\"../secrets\"]", 3, "leads outside the build context"),
    ] {
        configure(&subject, &format!("[build]\n{body}\n"));
        let log = subject.command().fail().unwrap();
        assert!(log.message().contains(words), "{body}: {}", log.message());
        assert!(log.transcript().contains(&format!("Dockerfile:{line}")), "{body}: {}", log.transcript());
    }
}
