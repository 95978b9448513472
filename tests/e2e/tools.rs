//! `tools`: programs of crates, for commands of the user's own.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::engine::feature::Feature;
use testbed::image;

use crate::story;
use crate::subject::{Subject, run_id};

#[test]
fn a_tool_is_compiled_once_and_is_on_the_path_of_what_asks_for_it() {
    let main = "fn main() { print!(\"{}\", include_str!(\"../made/said.txt\")); itoa::Buffer::new().format(1u8); }\n";
    let manifest = "[package]\nname = \"tooled\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n";
    let subject = Subject::of(
        "tooled",
        &[
            ("Cargo.toml", manifest),
            ("src/main.rs", main),
            // One that cargo would read in the directory of the command is none of the tool's business.
            ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.95\"\n"),
            ("word.txt", "one\n"),
        ],
    );
    let bed = Bed::ensure().unwrap();
    let body = "[[build.hook]]\nname = \"say\"\ntools = [\"nato@0.2.0\"]\ninputs = [\"word.txt\"]\noutputs = [\"made\"]\n\
                run = \"echo making && mkdir made && echo $(cat word.txt) $(nato) $(command -v nato) > made/said.txt\"\n";
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let said = |word: &str| {
        format!(
            "{word} [Hotel, Echo, Lima, Lima, Oscar, Punctuation, Punctuation, Whiskey, Oscar, Romeo, Lima, Delta, Punctuation] \
             /supercargo/tools/nato/bin/nato"
        )
    };
    let log = subject.must_say("first", &said("one"));
    assert!(log.vertex("[tools] cargo install nato@0.2.0").is_ok(), "{}", log.transcript());

    subject.edit("word.txt", "one", &format!("two {}", run_id()));
    subject.project.append("src/main.rs", "// An edit.\n").unwrap();
    let log = subject.must_say("edited", &said(&format!("two {}", run_id())));
    assert!(log.vertex("[hook say] /bin/sh").unwrap().has_run(), "{}", log.transcript());
    assert!(!log.vertex("[tools] cargo install").unwrap().has_run(), "{}", log.transcript());
    story::assert_dependencies_reused(&log);

    // Another dependency is none of the tool's either.
    subject.edit("Cargo.toml", "itoa = \"1\"\n", "itoa = \"1\"\ncfg-if = \"1\"\n");
    crate::subject::cargo(subject.project.path(), &["update", "--workspace", "--quiet"]);
    let log = subject.must_say("another crate", &said(&format!("two {}", run_id())));
    assert!(!log.vertex("[tools] cargo install").unwrap().has_run(), "{}", log.transcript());

    let files = image::files(bed.docker(), &subject.image).unwrap();
    assert!(!files.iter().any(|file| file.contains("nato")), "{files:?}");

    // Without us it is a stage. There rustup reads that file, and wants another name for what the image has.
    subject.project.remove("rust-toolchain.toml").unwrap();
    let build = Build::new(bed.docker(), subject.project.path());
    let printed = build.clone().call("dockerfile").succeed().unwrap();
    if !bed.has(Feature::Heredocs) {
        // What it prints begins with the name of a frontend that is not there where the tests run.
        let stage = "cargo install --locked";
        return assert!(printed.stdout().contains(stage), "{}", printed.stdout());
    }
    build.dockerfile(printed.stdout()).tag(&subject.image).succeed().unwrap();
    assert_eq!(subject.says(), said(&format!("two {}", run_id())));
}
