//! `image.files`: files of the context in the image.

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::image::Image;
use testbed::project::Project;

/// A program that prints what it is asked to read, and who owns it.
const READER: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"reader\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"reader\"\nversion = \"0.1.0\"\n"),
    (
        "src/main.rs",
        "use std::os::unix::fs::MetadataExt;\nfn main() {\n    for path in std::env::args().skip(1) {\n        \
         let data = std::fs::metadata(&path).unwrap();\n        let text = std::fs::read_to_string(&path).unwrap();\n        \
         println!(\"{path} {}:{} {:o} {} {}\", data.uid(), data.gid(), data.mode() & 0o7777, data.mtime(), text.trim());\n    }\n}\n",
    ),
    ("config/a.toml", "a"),
    ("config/b.toml", "b"),
    ("config/c.json", "c"),
    ("web/index.html", "index"),
    ("web/deep/page.html", "page"),
    ("web/deep/draft.html", "draft"),
    (".dockerignore", "**/draft.html\n"),
];

const RULES: &str = "[image]\nfiles = [\n  { from = \"config/*.toml\", to = \"/etc/reader/\", owner = \"65532\", mode = \"0640\" },\n  \
                     { from = \"web\", to = \"/srv/web\" },\n  { from = [\"config/c.json\"], to = \"/etc/other.json\" },\n]\n";

fn reader(bed: &Ready, configuration: &str) -> Project {
    let project = Project::of(READER).unwrap();
    project.write("Dockerfile", format!("{}{configuration}", bed.syntax())).unwrap();
    project
}

#[test]
fn files_are_where_they_were_asked_for() {
    let bed = Bed::ensure().unwrap();
    let project = reader(bed, RULES);
    Build::new(bed.docker(), project.path())
        .tag("e2e-files")
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .succeed()
        .unwrap();
    let paths =
        ["/etc/reader/a.toml", "/etc/reader/b.toml", "/srv/web/index.html", "/srv/web/deep/page.html"];
    let run = paths.iter().fold(Run::new(bed.docker(), "e2e-files"), Run::arg);
    let said = run.arg("/etc/other.json").complete().unwrap();
    assert_eq!(
        said.stdout.lines().collect::<Vec<_>>(),
        [
            "/etc/reader/a.toml 65532:65532 640 1700000000 a",
            "/etc/reader/b.toml 65532:65532 640 1700000000 b",
            "/srv/web/index.html 0:0 644 1700000000 index",
            "/srv/web/deep/page.html 0:0 644 1700000000 page",
            "/etc/other.json 0:0 644 1700000000 c",
        ],
        "{}",
        said.stderr
    );
    let ignored = Run::new(bed.docker(), "e2e-files").arg("/srv/web/deep/draft.html").complete().unwrap();
    assert_eq!(ignored.status.code(), Some(101), "what the ignore file leaves out is not in the image");
}

#[test]
fn a_directory_has_every_bit_of_its_mode() {
    let bed = Bed::ensure().unwrap();
    let rules = "[image]\nbase = \"scratch\"\nfiles = [\n  { from = \"config\", to = \"/tmp\", mode = \"1777\" },\n  \
                 { from = \"web\", to = \"/srv/shared\", mode = \"2775\", owner = \"7:8\" },\n]\n";
    let project = reader(bed, rules);
    project.write(".cargo/config.toml", "[build]\nrustflags = [\"-Ctarget-feature=+crt-static\"]\n").unwrap();
    let main = "use std::os::unix::fs::MetadataExt;\nfn main() {\n    for path in [\"/tmp\", \"/srv/shared\", \"/srv\"] {\n        \
                let data = std::fs::metadata(path).unwrap();\n        \
                println!(\"{path} {}:{} {:o}\", data.uid(), data.gid(), data.mode() & 0o7777);\n    }\n    \
                std::fs::write(\"/tmp/written\", \"\").unwrap();\n}\n";
    project.write("src/main.rs", main).unwrap();
    Build::new(bed.docker(), project.path()).tag("e2e-files-modes").succeed().unwrap();
    let said = Run::new(bed.docker(), "e2e-files-modes").complete().unwrap();
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines, ["/tmp 0:0 1777", "/srv/shared 7:8 2775", "/srv 0:0 755"], "{}", said.stderr);
    assert!(said.status.success(), "a user who is not root writes there: {}", said.stderr);
}

#[test]
fn an_edit_of_a_file_and_an_edit_of_the_code_leave_one_anothers_layer() {
    let bed = Bed::ensure().unwrap();
    let project = reader(bed, RULES);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-files-layers");
    let layers = || {
        build.succeed().unwrap();
        let mut layers = Image::inspect(bed.docker(), "e2e-files-layers").unwrap().layers.diff_ids;
        let binary = layers.pop().unwrap();
        let files = layers.pop().unwrap();
        (files, binary)
    };
    let before = layers();
    project.write("web/index.html", "other").unwrap();
    let files_edited = layers();
    assert_ne!(files_edited.0, before.0);
    assert_eq!(files_edited.1, before.1, "the binary's layer moved with a file");
    project.edit("src/main.rs", "\"{path} ", "\"at {path} ").unwrap();
    let code_edited = layers();
    assert_eq!(code_edited.0, files_edited.0, "the files' layer moved with the code");
    assert_ne!(code_edited.1, files_edited.1);
    let said = Run::new(bed.docker(), "e2e-files-layers").arg("/srv/web/index.html").complete().unwrap();
    assert_eq!(said.stdout, "at /srv/web/index.html 0:0 644 0 other\n");
}

#[test]
fn what_cannot_be_copied_is_said_with_its_line_before_anything_runs() {
    let bed = Bed::ensure().unwrap();
    let project = reader(
        bed,
        "[image]\nfiles = [\n  { from = \"confg/*\", to = \"/etc/\" },\n  { from = \"../..\", to = \"etc\" },\n]\n",
    );
    let log = Build::new(bed.docker(), project.path()).fail().unwrap();
    let message = log.message();
    for words in [
        "Dockerfile:4",
        "`image.files` from value `confg/*` matches nothing in the build context",
        "`image.files` to value `etc` is not absolute",
    ] {
        assert!(message.contains(words), "no {words} in:\n{message}");
    }
    assert!(log.vertex("[deps]").is_err(), "{}", log.transcript());
}
