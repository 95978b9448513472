//! `[[build.hook]]`: commands of the user's own before and after the compile.

use testbed::bed::Bed;
use testbed::image;
use testbed::log::BuildLog;

use crate::story;
use crate::subject::{Subject, run_id};

const MANIFEST: &str =
    "[package]\nname = \"hooked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n";

/// Prints what a hook made of a list, what another left in the image, and what stands behind the program itself.
const MAIN: &str = r#"fn main() {
    let said = std::fs::read_to_string("/usr/share/hooked/said.txt").unwrap_or_default();
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let is_marked = own.ends_with(b"marked");
    print!("{}|{}|{is_marked}", include_str!("made/list.txt").trim(), said.trim());
    itoa::Buffer::new().format(1u8);
}
"#;

fn configure(subject: &Subject, body: &str) {
    let syntax = Bed::ensure().unwrap().syntax();
    subject.project.write("Dockerfile", format!("{syntax}{body}")).unwrap();
}

fn has_run(log: &BuildLog, step: &str) -> bool {
    log.vertex(step).unwrap().has_run()
}

const UPPER: &str = "run = \"echo making && mkdir -p src/made && tr a-z A-Z < api/list.txt > src/made/list.txt\"\n\
                     inputs = [\"api/*.txt\"]\noutputs = [\"src/made\"]\n";

fn subject(image: &str) -> Subject {
    let files =
        [("Cargo.toml", MANIFEST), ("src/main.rs", MAIN), ("api/list.txt", "one\n"), ("api/notes.md", "\n")];
    Subject::of(image, &files)
}

#[test]
fn generated_sources_are_compiled_and_made_again_only_when_their_inputs_change() {
    let subject = subject("hooked");
    configure(&subject, &format!("[[build.hook]]\nname = \"list\"\n{UPPER}"));
    // What lies in the context at that place is not what the build takes.
    subject.project.write("src/made/list.txt", "stale").unwrap();
    subject.must_say("generated", "ONE||false");
    subject.project.append("src/main.rs", "// An edit.\n").unwrap();
    subject.project.append("api/notes.md", "No input.\n").unwrap();
    assert!(!has_run(&subject.build(), "[hook list] /bin/sh"), "an edit of something else");
    subject.edit("api/list.txt", "one", &format!("two {}", run_id()));
    let said = format!("TWO {}||false", run_id().to_uppercase());
    let log = subject.must_say("another input", &said);
    story::assert_dependencies_reused(&log);
    assert!(has_run(&log, "[hook list] /bin/sh"), "{}", log.transcript());
}

#[test]
fn what_a_hook_makes_before_the_dependencies_is_an_input_of_them() {
    let subject = subject("hooked-early");
    configure(&subject, &format!("[[build.hook]]\nwhen = \"before-deps\"\n{UPPER}"));
    subject.must_say("generated", "ONE||false");
    subject.edit("api/list.txt", "one", &format!("three {}", run_id()));
    let said = format!("THREE {}||false", run_id().to_uppercase());
    let log = subject.must_say("another input", &said);
    assert!(has_run(&log, "[deps]") && !has_run(&log, "[fetch]"), "{}", log.transcript());
}

#[test]
fn a_hook_after_the_compile_has_the_binaries_and_adds_to_the_image() {
    let subject = subject("hooked-late");
    let late = "[[build.hook]]\nname = \"mark\"\nwhen = \"after-build\"\nenv = { MARK = \"marked\" }\n\
                run = [\"/bin/sh\", \"-c\", \"bin/hooked > said.txt && printf $MARK >> bin/hooked\"]\n\
                outputs = [{ from = \"said.txt\", to = \"/usr/share/hooked/said.txt\" }]\n";
    configure(&subject, &format!("[[build.hook]]\n{UPPER}{late}"));
    subject.must_say("marked", "ONE|ONE||false|true");
    let files = image::files(Bed::ensure().unwrap().docker(), &subject.image).unwrap();
    assert!(!files.iter().any(|file| file.starts_with("workspace")), "{files:?}");
}

#[test]
fn what_cannot_be_right_is_said_with_its_line() {
    let subject = subject("hooked-wrong");
    for (body, words) in [
        ("outputs = [\"src/made\"]", "`build.hook` has no command"),
        ("run = [\"true\"]", "has no `outputs`"),
        ("run = [\"true\"]\noutputs = [\"../made\"]", "leads outside the build context"),
        ("run = [\"true\"]\noutputs = [\".\"]", "in place of all sources"),
        ("run = [\"true\"]\noutputs = [\"a\"]\ninputs = [\"*.nothing\"]", "matches no file"),
        ("run = [\"true\"]\noutputs = [\"a\"]\ntools = [\"nato\"]", "no crate with its version"),
        ("run = [\"true\"]\nwhen = \"after-build\"\noutputs = [\"a\"]", "after the compile"),
    ] {
        configure(&subject, &format!("[[build.hook]]\n{body}\n"));
        let log = subject.command().fail().unwrap();
        assert!(log.message().contains(words), "{body}: {}", log.message());
        assert!(log.transcript().contains("Dockerfile:2"), "{body}: {}", log.transcript());
    }
}
