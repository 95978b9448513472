//! The dependency step leaves what externals need and nothing of the stubs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use supercargo_report::{Dependencies, Step};

use crate::bed::{BUILD, Project, for_each, main, manifest};

/// A stub whose names begin as those of a real dependency do, and end as them too.
const STUB: &str = "ito";

fn project() -> Project {
    let dependencies = "[dependencies]\nitoa = \"1\"\nlibc = { version = \"0.2\", default-features = false }\n\
                        [profile.dev]\ndebug = 0\n[workspace]\n";
    let mut project = Project::new(&[
        (
            "Cargo.toml",
            &manifest(STUB, &format!("[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n{dependencies}")),
        ),
        ("src/lib.rs", ""),
        ("src/bin/stub-bin.rs", "fn main() {}"),
        ("build.rs", "fn main() {}"),
        ("real", dependencies),
    ]);
    project.job.command =
        BUILD.iter().filter(|part| **part != "--offline").map(|part| (*part).to_owned()).collect();
    project.job.step = Step::Deps;
    project.job.stubs = vec![STUB.to_owned()];
    project.job.freshness = None;
    // Cargo marks the directory as a cache only where it makes it.
    fs::remove_dir(project.path("target")).unwrap();
    project.job.collect = None;
    project
}

/// Replaces the stub by a real package of another name, as the build step does.
fn real(project: &mut Project) {
    for name in ["Cargo.lock", "src/lib.rs", "src/bin/stub-bin.rs", "build.rs"] {
        project.remove(name);
    }
    let dependencies = fs::read_to_string(project.source("real")).unwrap();
    project.write("Cargo.toml", &manifest("app", &dependencies));
    project.write("src/main.rs", &main("itoa::Buffer::new().format(7)"));
    project.job.step = Step::Build;
    project.job.dependencies = Dependencies::Given;
    project.job.stubs = Vec::new();
    project.job.collect = Project::new(&[]).job.collect;
    let into = project.path("out").to_str().unwrap().to_owned();
    project.job.collect.as_mut().unwrap().into = into;
}

fn names(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for_each(directory, &mut |path| {
        names.insert(path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned());
    });
    names
}

fn check(mut project: Project) {
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.ends_with("deps: 2 crates compiled, 0 reused\n"), "{outcome:?}");
    let left = names(&project.path("target"));
    let of_stub = |name: &&String| {
        let last = name.rsplit('/').next().unwrap();
        let bytes = fs::read(project.path("target").join(name)).unwrap_or_default();
        last == STUB
            || last.starts_with("ito-")
            || last.starts_with("libito.")
            || last.starts_with("libito-")
            || last.contains("stub")
            || bytes.windows(8).any(|part| part == b"stub_bin")
    };
    assert_eq!(left.iter().filter(of_stub).collect::<Vec<_>>(), Vec::<&String>::new());
    for kept in ["CACHEDIR.TAG", ".rustc_info.json"] {
        assert!(left.contains(kept), "{kept}");
    }
    assert!(!left.iter().any(|name| name.contains("incremental") || name.contains("examples")), "{left:?}");
    let again = project.try_build();
    assert!(again.stdout.ends_with("deps: 0 crates compiled, 2 reused\n"), "{again:?}");

    real(&mut project);
    let outcome = project.build("7", "1 of 1");
    assert!(outcome.stdout.contains("build: 2 dependencies reused; compiled 1 of 1"), "{outcome:?}");
    assert!(project.report().rebuilt.is_empty());
}

#[test]
fn nothing_of_a_stub_stays_and_dependencies_are_fresh() {
    check(project());
}

#[test]
fn a_target_directory_per_triple_is_cleaned_as_well() {
    let mut project = project();
    let version = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    project.job.command.push(format!("--target={host}"));
    check(project);
}

#[test]
fn cargos_next_layout_is_cleaned_as_well() {
    let mut project = project();
    project.environment = vec![("RUSTC_BOOTSTRAP", "1".to_owned())];
    project.job.command.push("-Zbuild-dir-new-layout".to_owned());
    check(project);
}

#[test]
fn a_dependency_that_is_compiled_again_is_a_loud_warning() {
    let mut project = project();
    assert_eq!(project.try_build().code, Some(0));
    real(&mut project);
    let text = fs::read_to_string(project.source("Cargo.toml")).unwrap();
    project.write("Cargo.toml", &text.replace("debug = 0", "debug = 1"));
    let outcome = project.build("7", "1 of 1");
    assert!(outcome.stdout.contains("build: 0 dependencies reused, 2 compiled;"), "{outcome:?}");
    let warning = "supercargo: warning: 2 crates of the dependency layer could not be reused";
    assert!(outcome.stderr.contains(warning), "{outcome:?}");
    assert!(outcome.stderr.contains("`debuginfo` was 0, is 1"), "{outcome:?}");
    let rebuilt = project.report().rebuilt;
    assert_eq!(rebuilt.len(), 2, "{rebuilt:?}");
}
