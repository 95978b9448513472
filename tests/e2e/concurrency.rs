//! Builds at once: each gives its own program, and what they leave behind is sound.

use std::thread;

use testbed::bed::Bed;
use testbed::container::Run;

use crate::subject::{Subject, run_id};

fn project(image: &str, name: &str, word: &str) -> Subject {
    Subject::of(
        image,
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
                    "fn main() {{\n    println!(\"{{}} {{}}\", {name}::WORD, itoa::Buffer::new().format(7));\n}}\n// {}\n",
                    run_id()
                ),
            ),
            ("src/lib.rs", &format!("pub const WORD: &str = \"{word}\";\n")),
        ],
    )
}

fn rewrite(subject: &Subject, word: &str) {
    subject.project.write("src/lib.rs", format!("pub const WORD: &str = \"{word}\";\n")).unwrap();
}

/// Builds all of them at once, and asserts what each says.
fn at_once(subjects: &[(&Subject, &str)]) {
    thread::scope(|scope| {
        for (subject, _) in subjects {
            scope.spawn(|| subject.build());
        }
    });
    for (subject, word) in subjects {
        assert_eq!(subject.says(), format!("{word} 7"));
    }
}

#[test]
fn two_commits_of_one_project_at_once() {
    let one = project("at-once-one", "at_once", "one-0");
    let two = project("at-once-two", "at_once", "two-0");
    at_once(&[(&one, "one-0"), (&two, "two-0")]);
    for round in 1..3 {
        let words = [format!("one-{round}"), format!("two-{round}")];
        rewrite(&one, &words[0]);
        rewrite(&two, &words[1]);
        at_once(&[(&one, &words[0]), (&two, &words[1])]);
    }
    // What they share is in order: an edit of either is seen, and compiles no dependency.
    for (subject, word) in [(&two, "two-9"), (&one, "one-9")] {
        rewrite(subject, word);
        let log = subject.must_say("afterwards", &format!("{word} 7"));
        assert_eq!(log.vertex("[build]").unwrap().compiled_names(), ["at_once"]);
    }
}

#[test]
fn two_projects_at_once() {
    let first = project("at-once-first", "at_once_first", "first-0");
    let second = project("at-once-second", "at_once_second", "second-0");
    at_once(&[(&first, "first-0"), (&second, "second-0")]);
    rewrite(&first, "first-1");
    rewrite(&second, "second-1");
    at_once(&[(&first, "first-1"), (&second, "second-1")]);
}

#[test]
fn two_programs_of_one_workspace_in_one_bake() {
    let bed = Bed::ensure().unwrap();
    let package = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n\
             shared = {{ path = \"../shared\", package = \"baked-shared\" }}\n"
        )
    };
    let main = |name: &str| {
        format!(
            "fn main() {{\n    println!(\"{name} {{}} {{}}\", shared::WORD, itoa::Buffer::new().format(7));\n}}\n// run {}\n",
            run_id()
        )
    };
    let group = "group \"default\" {\n  targets = [\"baked-api\", \"baked-worker\"]\n}\n";
    let target = |name: &str| {
        format!(
            "target \"{name}\" {{\n  target = \"{name}\"\n  tags = [\"e2e-{name}\"]\n  output = [\"type=docker\"]\n}}\n"
        )
    };
    let subject = Subject::of(
        "baked",
        &[
            ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"api\", \"worker\", \"shared\"]\n"),
            ("api/Cargo.toml", &package("baked-api")),
            ("api/src/main.rs", &main("api")),
            ("worker/Cargo.toml", &package("baked-worker")),
            ("worker/src/main.rs", &main("worker")),
            (
                "shared/Cargo.toml",
                "[package]\nname = \"baked-shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
            ),
            ("shared/src/lib.rs", "pub const WORD: &str = \"one\";\n"),
            ("docker-bake.hcl", &format!("{group}{}{}", target("baked-api"), target("baked-worker"))),
        ],
    );
    for word in ["two", "three"] {
        subject.project.write("shared/src/lib.rs", format!("pub const WORD: &str = \"{word}\";\n")).unwrap();
        bed.docker().command(["buildx", "bake"]).current_dir(subject.project.path()).run().unwrap();
        for name in ["api", "worker"] {
            let said = Run::new(bed.docker(), format!("e2e-baked-{name}")).complete().unwrap().stdout;
            assert_eq!(said, format!("{name} {word} 7\n"));
        }
    }
}
