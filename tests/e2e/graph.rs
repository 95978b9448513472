//! The graph as the engine sees it: what moves which step.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::project::Project;

use crate::story;
use crate::subject::run_id;

#[test]
fn what_cannot_affect_dependencies_does_not_compile_them() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path());
    build.succeed().unwrap();
    let edits: [(&str, &dyn Fn()); 4] = [
        ("a comment in the manifest", &|| project.append("Cargo.toml", "\n# A comment.\n").unwrap()),
        ("a new version", &|| {
            project.edit("Cargo.toml", "version = \"0.1.0\"", "version = \"0.1.1\"").unwrap();
            project.edit("Cargo.lock", "version = \"0.1.0\"", "version = \"0.1.1\"").unwrap();
        }),
        ("a new module", &|| {
            project.write("src/module.rs", "pub fn one() -> u8 { 1 }\n").unwrap();
            project
                .append(
                    "src/main.rs",
                    "\nmod module;\n#[allow(dead_code)]\nfn two() -> u8 { module::one() + 1 }\n",
                )
                .unwrap();
        }),
        ("a file that is no code", &|| project.write("notes.txt", "notes\n").unwrap()),
    ];
    for (what, edit) in edits {
        edit();
        let log = build.succeed().unwrap();
        for step in ["[manifests]", "[fetch]", "[deps]"] {
            let ran = log.ran();
            assert!(!ran.iter().any(|name| name.starts_with(step)), "{what} ran {ran:?}");
        }
    }
}

#[test]
fn a_file_with_another_time_is_the_same_file() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path());
    build.succeed().unwrap();
    for time in [0, 1_000_000_000, 4_000_000_000] {
        project.touch("src/main.rs", time).unwrap();
        let log = build.succeed().unwrap();
        assert!(log.ran().is_empty(), "time {time} ran {:?}", log.ran());
    }
}

#[test]
fn a_project_without_a_lockfile_gets_one_and_a_warning() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    project.remove("Cargo.lock").unwrap();
    let log = Build::new(bed.docker(), project.path()).succeed().unwrap();
    assert!(
        log.warnings().iter().any(|warning| warning.short.contains("Cargo.lock")),
        "{:?}",
        log.warnings()
    );
}

#[test]
fn a_compile_error_is_shown_as_rustc_says_it() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    project.append("src/main.rs", "\nfn broken() -> u8 { \"text\" }\n").unwrap();
    let log = Build::new(bed.docker(), project.path()).fail().unwrap();
    let said = log.vertex("[build]").unwrap().log();
    assert_eq!(said.matches("error[E0308]: mismatched types").count(), 1, "{said}");
    assert!(said.contains("src/main.rs:"), "{said}");
}

#[test]
fn the_images_of_one_list_of_binaries_share_their_compile() {
    let bed = Bed::ensure().unwrap();
    let project = Project::example("minimal").unwrap();
    story::prepare(bed, &project);
    project.append("Dockerfile", "bin = [\"minimal\", \"second\"]\n").unwrap();
    let second = format!("fn main() {{ println!(\"second\"); }}\n// {}\n", run_id());
    project.write("src/bin/second.rs", second).unwrap();
    let build = Build::new(bed.docker(), project.path());
    let first = build.clone().target("minimal").succeed().unwrap();
    assert!(first.ran().iter().any(|name| name.contains("[build] compile minimal, second")));
    let second = build.target("second").tag("e2e-second").succeed().unwrap();
    // Whether it runs on the base is a question of its own for each binary.
    assert!(second.ran().iter().all(|name| name.starts_with("[audit]")), "{:?}", second.ran());
    let outcome = Run::new(bed.docker(), "e2e-second").complete().unwrap();
    assert_eq!(outcome.stdout.trim(), "second");
}
