//! What Cargo's profile does not say: symbols in files of their own, a preset, another linker.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::image;
use testbed::process::Cmd;

use crate::subject::Subject;

const MAIN: &str = "use std::backtrace::Backtrace;\n\
                    fn main() { println!(\"{}{}\", itoa::Buffer::new().format(42), Backtrace::force_capture()); }\n";

/// A program that says where in its sources it is, as far as it knows.
fn subject(image: &str, name: &str) -> Subject {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n"
    );
    Subject::of(image, &[("Cargo.toml", &manifest), ("src/main.rs", MAIN)])
}

fn configure(subject: &Subject, body: &str) {
    let syntax = Bed::ensure().unwrap().syntax();
    subject.project.write("Dockerfile", format!("{syntax}{body}")).unwrap();
}

fn says(image: &str) -> String {
    Run::new(Bed::ensure().unwrap().docker(), image).complete().unwrap().stdout
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// What `readelf` says of the sections of a program.
fn sections(program: &[u8]) -> String {
    let scratch = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(scratch.path(), program).unwrap();
    Cmd::new("readelf").args(["--wide", "--section-headers"]).arg(scratch.path()).run().unwrap()
}

#[test]
fn symbols_leave_the_image_and_are_found_again_beside_a_shell() {
    let bed = Bed::ensure().unwrap();
    let subject = subject("tuning-split", "split-off");
    let build = Build::new(bed.docker(), subject.project.path());
    let refused = build.clone().target("symbols").fail().unwrap();
    assert!(refused.message().contains("BUILD_SYMBOLS=split"), "{}", refused.message());

    configure(&subject, "[build]\nsymbols = \"split\"\n");
    subject.build();
    let program = |image: &str| image::file(bed.docker(), image, "/usr/local/bin/split-off").unwrap();
    let shipped = program(&subject.image);
    let names = sections(&shipped);
    assert!(names.contains(".gnu_debuglink") && !names.contains(".symtab"), "{names}");
    assert!(!names.contains(".debug_line"), "{names}");
    let said = says(&subject.image);
    assert!(said.starts_with("42") && !said.contains("src/main.rs:2"), "{said}");

    build.clone().target("debug").tag("e2e-tuning-debug").succeed().unwrap();
    assert!(program("e2e-tuning-debug") == shipped, "the programs differ");
    let said = says("e2e-tuning-debug");
    assert!(said.contains("src/main.rs:2"), "{said}");

    let out = tempfile::tempdir().unwrap();
    build.target("symbols").output_folder(out.path()).succeed().unwrap();
    let symbols = std::fs::read(out.path().join("split-off.debug")).unwrap();
    let beside =
        image::file(bed.docker(), "e2e-tuning-debug", "/usr/lib/debug/usr/local/bin/split-off.debug");
    assert!(sections(&symbols).contains(".debug_line") && symbols == beside.unwrap(), "other symbols");
}

#[test]
fn one_word_makes_a_small_binary_of_one_compile() {
    let bed = Bed::ensure().unwrap();
    let subject = subject("tuning-ship", "shipped");
    let program = || image::file(bed.docker(), &subject.image, "/usr/local/bin/shipped").unwrap();
    subject.build();
    let untuned = program();
    configure(&subject, "preset = \"ship\"\n");
    // It fails if a dependency of the layer could not be used.
    subject.build();
    let small = program();
    assert!(small.len() < untuned.len(), "{} bytes after {}", small.len(), untuned.len());
    assert!(sections(&untuned).contains(".symtab") && !sections(&small).contains(".symtab"));
    assert!(says(&subject.image).starts_with("42"));

    subject.edit("Cargo.toml", "[dependencies]", "[profile.release]\nlto = \"thin\"\n[dependencies]");
    let build = Build::new(bed.docker(), subject.project.path());
    let plan = build.call("plan").succeed().unwrap();
    let line = |key: &str| {
        let lines = plan.stdout().lines().map(str::trim);
        lines.filter(|line| line.starts_with(key)).collect::<Vec<_>>().join("\n")
    };
    assert!(line("codegen-units").ends_with("1  (preset `ship`, Dockerfile:2)"), "{}", plan.stdout());
    assert!(line("lto").is_empty(), "{}", line("lto"));
}

#[test]
fn another_linker_is_installed_and_links() {
    let bed = Bed::ensure().unwrap();
    let subject = subject("tuning-linker", "linked");
    configure(&subject, "[build]\nlinker = \"mold\"\n");
    let log = subject.build();
    assert!(log.vertex("[packages] install mold").is_ok(), "{}", log.transcript());
    let program = image::file(bed.docker(), &subject.image, "/usr/local/bin/linked").unwrap();
    assert!(has(&program, "mold 1."), "no word of mold in the program");
    assert!(says(&subject.image).starts_with("42"));

    // Cargo's own configuration brings its linker as well.
    configure(&subject, "");
    let flags = "[target.'cfg(unix)']\nrustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]\n";
    subject.project.write(".cargo/config.toml", flags).unwrap();
    subject.build();
    let program = image::file(bed.docker(), &subject.image, "/usr/local/bin/linked").unwrap();
    assert!(has(&program, "mold 1."), "no word of mold in the program");

    let refused = subject.command().build_arg("BUILD_LINKER", "wild").fail().unwrap();
    let said = refused.vertex("[deps]").unwrap().log();
    assert!(said.contains("no linker `wild`") && said.contains("toolchain.image"), "{said}");
    let refused = subject.command().build_arg("BUILD_LINKER", "ldd").fail().unwrap();
    assert!(refused.message().contains("`build.linker` value `ldd` is no linker"), "{}", refused.message());
}
