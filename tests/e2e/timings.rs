//! Where the time of a compile goes, as cargo's own report.

use testbed::bed::Bed;
use testbed::build::Build;

use crate::subject::{Subject, run_id};

#[test]
fn the_report_is_of_everything_and_leaves_the_image_alone() {
    let manifest = format!(
        "[package]\nname = \"timed\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n\
         [package.metadata.supercargo.cache]\nnamespace = \"timed-{}\"\n",
        run_id()
    );
    let main = "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n";
    let project = Subject::of("timed", &[("Cargo.toml", &manifest), ("src/main.rs", main)]);
    let image = project.build();
    let folder = tempfile::tempdir().unwrap();
    let bed = Bed::ensure().unwrap();
    let build = Build::new(bed.docker(), project.project.path()).target("timings");
    let timings = build.clone().output_folder(folder.path());
    let log = timings.succeed().unwrap();
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["cargo-timing.html"]);
    let report = std::fs::read_to_string(folder.path().join("cargo-timing.html")).unwrap();
    // The dependency is in it although the image's own steps found it compiled.
    for words in ["\"name\": \"itoa\"", "\"name\": \"timed\"", "release"] {
        assert!(report.contains(words), "no `{words}`:\n{report}");
    }
    assert!(log.vertex("[deps]").is_err(), "{}", log.transcript());
    assert!(log.vertex("[fetch]").unwrap().is_cached(), "{}", log.transcript());
    // No mount was touched: an edit compiles what it touched and finds the rest.
    project.edit("src/main.rs", "format(7)", "format(8)");
    let edited = project.build();
    assert_eq!(edited.vertex("[deps]").unwrap().digest(), image.vertex("[deps]").unwrap().digest());
    assert_eq!(edited.vertex("[build]").unwrap().compiled_names(), ["timed"], "{}", edited.transcript());
    assert_eq!(project.says(), "8");
}
