//! `[assets.NAME]`: files that another tool makes, in the sources or in the image.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::image;
use testbed::project::Project;

use crate::story;
use crate::subject::{Subject, run_id};

#[test]
fn the_example_embeds_what_the_other_tool_made() {
    let subject = Subject::in_place("assets", Project::example("assets").unwrap());
    let body = Project::example("assets").unwrap().read("Dockerfile").unwrap();
    let (_, body) = body.split_once('\n').unwrap();
    // A step that says nothing looks as if it had not run.
    let body = body.replace("mkdir dist", "echo making && mkdir dist");
    subject.project.write("Dockerfile", format!("{}{body}", Bed::ensure().unwrap().syntax())).unwrap();
    assert!(subject.must_say("first", "<h1>HELLO</h1>").vertex("[assets web]").is_ok());

    subject.project.append("src/main.rs", "\n// An edit.\n").unwrap();
    let log = subject.build();
    assert!(!log.vertex("[assets web] /bin/sh").unwrap().has_run(), "{}", log.transcript());
    // What the assets are made of is no source of the crate.
    subject.project.write("web/README.md", "Not an input.\n").unwrap();
    let log = subject.build();
    assert!(!log.vertex("[build]").unwrap().has_run(), "{}", log.transcript());

    subject.edit("web/index.html", "hello", &format!("good {}", run_id()));
    let log = subject.must_say("edited", &format!("<h1>GOOD {}</h1>", run_id().to_uppercase()));
    assert!(log.vertex("[assets web] /bin/sh").unwrap().has_run(), "{}", log.transcript());
    story::assert_dependencies_reused(&log);
}

#[test]
fn assets_can_go_into_the_image_and_be_made_in_an_image_of_their_own() {
    let subject = Subject::of(
        "assets-beside",
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"beside\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrepository = \"https://repository.test/beside\"\n",
            ),
            (
                "src/main.rs",
                "fn main() { print!(\"{}\", std::fs::read_to_string(\"/srv/www/a.txt\").unwrap()) }\n",
            ),
            ("site/a.md", "text\n"),
        ],
    );
    let bed = Bed::ensure().unwrap();
    let body = "[assets.site]\nimage = \"maker.test/maker:1\"\nrun = [\"/bin/sh\", \"-c\", \"mkdir out && cp a.md out/a.txt && cat /etc/os-release >/dev/null\"]\n\
                output = \"out\"\nto = \"/srv/www\"\n";
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    // A build context stands in for the image, which no registry has.
    let log = subject
        .command()
        .build_context("maker.test/maker:1", "docker-image://debian:bookworm-slim")
        .succeed()
        .unwrap();
    assert!(log.warnings().is_empty(), "{:?}", log.warnings());
    assert_eq!(subject.says(), "text");
    let files = image::files(bed.docker(), &subject.image).unwrap();
    assert!(files.iter().any(|file| file == "srv/www/a.txt"), "{files:?}");
}

#[test]
fn a_folder_can_be_the_image_and_is_known_by_what_it_holds() {
    let subject = Subject::of(
        "assets-folder",
        &[
            ("Cargo.toml", "[package]\nname = \"folder\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("src/main.rs", "fn main() { print!(\"{}\", include_str!(\"../made/a.txt\")) }\n"),
            ("site/a.md", "text\n"),
        ],
    );
    let bed = Bed::ensure().unwrap();
    let body = "[assets.site]\nimage = \"maker.test/maker:1\"\nrun = [\"/bin/sh\", \"-c\", \"echo making; mkdir out && cp a.md out/a.txt\"]\n\
                output = \"out\"\nto = \"made\"\n";
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let root = tempfile::tempdir().unwrap();
    Build::new(bed.docker(), root.path())
        .dockerfile("FROM debian:bookworm-slim\n")
        .output(format!("type=local,dest={}", root.path().display()))
        .succeed()
        .unwrap();
    let build = || {
        let folder = root.path().display().to_string();
        subject.command().build_context("maker.test/maker:1", &folder).succeed().unwrap()
    };
    build();
    assert_eq!(subject.says(), "text");
    subject.project.append("src/main.rs", "\n// An edit.\n").unwrap();
    let log = build();
    assert!(!log.vertex("[assets site] /bin/sh").unwrap().has_run(), "{}", log.transcript());
    std::fs::write(root.path().join("etc/motd"), run_id()).unwrap();
    let log = build();
    assert!(log.vertex("[assets site] /bin/sh").unwrap().has_run(), "{}", log.transcript());
}

#[test]
fn the_preset_npm_needs_a_lockfile() {
    let subject = Subject::of(
        "assets-unlocked",
        &[
            ("Cargo.toml", "[package]\nname = \"unlocked\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("src/main.rs", "fn main() {}\n"),
            ("web/package.json", "{}\n"),
        ],
    );
    let bed = Bed::ensure().unwrap();
    subject.project.write("Dockerfile", format!("{}[assets.web]\npreset = \"npm\"\n", bed.syntax())).unwrap();
    let log = subject.command().fail().unwrap();
    assert!(
        log.message().contains("`assets.web` needs `package.json` and `package-lock.json`"),
        "{}",
        log.message()
    );
}
