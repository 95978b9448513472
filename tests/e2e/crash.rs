//! A builder that loses power in the middle of a compile: the next build is right, and compiles what was lost.

use std::thread;
use std::time::{Duration, Instant};

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::docker::Docker;
use testbed::log::BuildLog;
use testbed::machine::processes;
use testbed::project::Project;
use testbed::spare::Spare;

use crate::story;
use crate::subject::cargo;

/// Keeps the compiler busy for a while without a clock: this much is computed at compile time.
const SLOW: &str = "#![allow(long_running_const_eval)]\n\
    pub static SUM: u32 = {\n    let (mut sum, mut step) = (0u32, 0u32);\n    \
    while step < 2_000_000 {\n        sum = sum.wrapping_add(step);\n        step += 1;\n    }\n    sum\n};\n";

/// A program with two crates of a registry, one of them slow to compile, and two of its own, one of them slow too.
pub(crate) fn project() -> Project {
    let package = "version = \"0.1.0\"\nedition = \"2024\"\n";
    let project = Project::of(&[
        (
            "Cargo.toml",
            &format!(
                "[workspace]\nmembers = [\"slow\"]\n[package]\nname = \"crash\"\n{package}[dependencies]\nitoa = \"1\"\n\
                 regex-syntax = \"0.8\"\nslow = {{ path = \"slow\" }}\n[profile.release]\nopt-level = 1\n"
            ),
        ),
        (
            "src/main.rs",
            "mod word;\nfn main() {\n    regex_syntax::parse(\"a\").unwrap();\n    \
             println!(\"{} {} {}\", word::WORD, slow::WORD, itoa::Buffer::new().format(slow::SUM));\n}\n",
        ),
        ("src/word.rs", &word("app-1")),
        ("slow/Cargo.toml", &format!("[package]\nname = \"slow\"\n{package}")),
        ("slow/src/lib.rs", &format!("{SLOW}mod word;\npub use word::WORD;\n")),
        ("slow/src/word.rs", &word("slow-1")),
    ])
    .unwrap();
    cargo(project.path(), &["generate-lockfile", "--quiet"]);
    project
}

pub(crate) fn word(word: &str) -> String {
    format!("pub const WORD: &str = \"{word}\";\n")
}

/// What `SUM` is.
const SUM: u32 = 2_839_207_360;

/// True while the compiler is at work on this crate.
pub(crate) fn compiles(spare: &Spare, name: &str) -> bool {
    let engine = spare.daemon().process().unwrap();
    let is_it = |pair: &[String]| pair == ["--crate-name", name];
    processes::descendants(engine.id).iter().any(|process| process.arguments.windows(2).any(is_it))
}

/// Starts the build, and cuts the engine's power in the middle of the compile of this crate.
fn cut(spare: &Spare, build: &Build, name: &str) -> BuildLog {
    let log = thread::scope(|scope| {
        let running = scope.spawn(|| build.run().unwrap());
        let until = Instant::now() + Duration::from_mins(5);
        while !compiles(spare, name) {
            assert!(Instant::now() < until && !running.is_finished(), "`{name}` was never compiled");
            thread::sleep(Duration::from_millis(20));
        }
        spare.kill().unwrap();
        running.join().unwrap()
    });
    assert!(!log.is_success(), "the engine was killed");
    spare.start().unwrap();
    log
}

/// Builds, and asserts what the program says and that no dependency was compiled in the last step.
pub(crate) fn must_say(docker: &Docker, build: &Build, when: &str, app: &str, slow: &str) -> BuildLog {
    let log = build.succeed().unwrap();
    let said = Run::new(docker, "e2e-crash").complete().unwrap().stdout;
    assert_eq!(said, format!("{app} {slow} {SUM}\n"), "{when}\n{}", log.transcript());
    let compiled = log.vertex("[build]").unwrap().compiled();
    let external: Vec<_> = compiled.iter().filter(|package| package.source.is_none()).collect();
    assert!(external.is_empty(), "{when}: [build] compiled {external:?}");
    assert!(!log.transcript().contains("could not be reused"), "{when}\n{}", log.transcript());
    log
}

#[test]
fn a_builder_that_is_killed_builds_right_afterwards() {
    let bed = Bed::ensure().unwrap();
    let project = project();
    story::prepare(bed, &project);
    let spare = bed.spare("crash").unwrap();
    let docker = spare.docker();
    let build = Build::new(docker, project.path()).tag("e2e-crash");

    let log = cut(&spare, &build, "regex_syntax");
    let begun = log.ran();
    assert!(begun.iter().all(|step| !step.starts_with("[build]")), "too late: {begun:?}");
    let log = must_say(docker, &build, "after a cut in [deps]", "app-1", "slow-1");
    let compiled = log.vertex("[deps]").unwrap().compiled_names();
    assert!(!compiled.is_empty(), "nothing of [deps] was lost\n{}", log.transcript());

    let write = |file: &str, text: &str, time: u64| {
        project.write(file, word(text)).unwrap();
        project.touch(file, time).unwrap();
    };
    write("slow/src/word.rs", "slow-2", 1_700_000_000);
    let log = cut(&spare, &build, "slow");
    assert!(!log.ran().iter().any(|step| step.starts_with("[deps]")), "{}", log.transcript());
    must_say(docker, &build, "after a cut in [build]", "app-1", "slow-2");

    // Cut while it compiles one thing, then another thing is to be compiled.
    write("slow/src/word.rs", "slow-3", 1_700_000_001);
    cut(&spare, &build, "slow");
    write("slow/src/word.rs", "slow-2", 1_700_000_002);
    write("src/word.rs", "app-2", 1_700_000_003);
    must_say(docker, &build, "after a cut and another edit", "app-2", "slow-2");
    write("src/word.rs", "app-3", 1_700_000_004);
    let log = must_say(docker, &build, "an edit afterwards", "app-3", "slow-2");
    assert_eq!(log.vertex("[build]").unwrap().compiled_names(), ["crash"]);
}
