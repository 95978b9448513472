//! The preset `trunk`, as far as it goes without trunk: crates, sources and what outlives a build. The command is one of
//! cargo's, because the standard library for WebAssembly is not in the image that compiles here.

use testbed::bed::Bed;
use testbed::log::BuildLog;

use crate::story;
use crate::subject::{Subject, cargo, run_id};

const WEB: &str = "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
                   itoa = \"1\"\nshared = { path = \"../shared\" }\n\
                   [target.'cfg(target_arch = \"wasm32\")'.dependencies]\nwasm-bindgen = \"=0.2.108\"\n";

/// Says what it is made of; the page is the program's own output.
const MAIN: &str = "fn main() { print!(\"web {} {}\", shared::WORD, itoa::Buffer::new().format(7u8)); }\n";

const BODY: &str = "[assets.web]\npreset = \"trunk\"\nimage = \"rust:1.95-bookworm\"\n\
                    run = \"cargo build --release && mkdir dist && $CARGO_TARGET_DIR/release/web > dist/page.txt\"\n";

/// A server that embeds the page, and a crate that only the front end uses.
fn subject(image: &str, workspace: &str) -> Subject {
    let server = format!(
        "[package]\nname = \"{image}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\ncfg-if = \"1\"\n\
         [workspace]\n{workspace}\n[workspace.package]\nedition = \"2024\"\n"
    );
    let shared = "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition.workspace = true\n";
    let subject = Subject::of(
        image,
        &[
            ("Cargo.toml", &server),
            ("src/main.rs", "fn main() { print!(\"{}\", include_str!(\"../web/dist/page.txt\")) }\n"),
            ("web/Cargo.toml", WEB),
            ("web/src/main.rs", MAIN),
            ("shared/Cargo.toml", shared),
            ("shared/src/lib.rs", &format!("pub const WORD: &str = \"{}\";\n", run_id())),
        ],
    );
    configure(&subject, BODY);
    subject
}

fn configure(subject: &Subject, body: &str) {
    subject.project.write("Dockerfile", format!("{}{body}", Bed::ensure().unwrap().syntax())).unwrap();
}

fn said_by(log: &BuildLog, step: &str) -> String {
    log.vertex(step).unwrap().log()
}

/// Builds, and edits each part in turn.
fn tell(subject: &Subject) {
    let id = run_id();
    let made = "[assets web] /bin/sh";
    let log = subject.must_say("first", &format!("web {id} 7"));
    assert!(said_by(&log, made).contains("Compiling web"), "{}", log.transcript());

    subject.project.append("src/main.rs", &story::edit()).unwrap();
    let log = subject.build();
    assert!(!log.vertex(made).unwrap().has_run(), "{}", log.transcript());
    story::assert_dependencies_reused(&log);

    // What was compiled before is there, and what changed is compiled again whatever its time is.
    subject.edit("shared/src/lib.rs", id, &format!("edited-{id}"));
    let log = subject.must_say("edited crate", &format!("web edited-{id} 7"));
    let said = said_by(&log, made);
    assert!(said.contains("Compiling shared") && !said.contains("Compiling itoa"), "{}", log.transcript());
    assert!(!log.vertex("[assets web] download").unwrap().has_run(), "{}", log.transcript());

    subject.edit("web/src/main.rs", "web {}", "page {}");
    let log = subject.must_say("edited front end", &format!("page edited-{id} 7"));
    let said = said_by(&log, made);
    assert!(said.contains("Compiling web") && !said.contains("Compiling shared"), "{}", log.transcript());
    story::assert_dependencies_reused(&log);
}

#[test]
fn a_front_end_of_the_workspace_is_compiled_beside_it() {
    tell(&subject("trunk-member", "members = [\"web\", \"shared\"]"));
}

#[test]
fn a_front_end_with_a_lockfile_of_its_own_is_compiled_by_that() {
    let subject = subject("trunk-alone", "members = [\"shared\"]\nexclude = [\"web\"]");
    cargo(&subject.project.path().join("web"), &["generate-lockfile", "--quiet"]);
    tell(&subject);
}

#[test]
fn what_trunk_lacks_is_said_with_its_line() {
    let subject = subject("trunk-wrong", "members = [\"shared\"]\nexclude = [\"web\"]");
    let must_fail = |body: &str, words: &str| {
        configure(&subject, body);
        let log = subject.command().fail().unwrap();
        assert!(log.message().contains(words), "{body}: {}", log.message());
        assert!(log.transcript().contains("Dockerfile:2"), "{body}: {}", log.transcript());
    };
    must_fail("[assets.page]\npreset = \"trunk\"\n", "there is no `page/Cargo.toml`");
    must_fail(
        "[assets.web]\npreset = \"trunk\"\n",
        "no member of the workspace and has no lockfile of its own",
    );
    subject.project.write("web/Cargo.lock", "version = 4\n").unwrap();
    must_fail("[assets.web]\npreset = \"trunk\"\n", "`web/Cargo.lock` has no `wasm-bindgen`");
    must_fail("[assets.shared]\npreset = \"trunk\"\n", "`Cargo.lock` has no `wasm-bindgen`");
}
