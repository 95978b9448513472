//! Each cache mode keeps what it says and nothing else.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::story;

/// An application with a library of its own and a dependency.
fn project() -> Project {
    let project = Project::of(&[
        ("lib/Cargo.toml", "[package]\nname = \"lib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n"),
        ("lib/src/lib.rs", "pub fn seven() -> String { itoa::Buffer::new().format(7).to_owned() }\n"),
        ("src/main.rs", "fn main() { println!(\"{}\", lib::seven()); }\n"),
    ])
    .unwrap();
    // Of its own, so that no earlier run has built it or left anything in its mounts.
    let name = project.path().file_name().unwrap().to_str().unwrap().to_owned();
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nlib = { path = \"lib\" }\n";
    let settings = format!("[package.metadata.supercargo.cache]\nnamespace = \"{name}\"\n");
    project.write("Cargo.toml", format!("{manifest}{settings}")).unwrap();
    project.write("name.md", name).unwrap();
    cargo(&project, &["generate-lockfile", "--quiet"]);
    project
}

fn cargo(project: &Project, arguments: &[&str]) {
    Cmd::new("cargo").args(arguments.iter().copied()).current_dir(project.path()).run().unwrap();
}

fn compiled(log: &BuildLog) -> Vec<String> {
    log.vertex("[build]").unwrap().compiled_names()
}

/// Builds in `mode` and again after an edit of the application, and checks which crates each `[build]` compiles.
fn check(mode: &str, has_layer: bool, first: &[&str], after_edit: &[&str]) {
    let bed = Bed::ensure().unwrap();
    let project = project();
    story::prepare(bed, &project);
    let tag = format!("e2e-mode-{mode}");
    let build = Build::new(bed.docker(), project.path()).tag(&tag).build_arg("CACHE_MODE", mode);
    let log = build.succeed().unwrap();
    assert_eq!(compiled(&log), first, "{}", log.transcript());
    assert_eq!(log.vertex("[deps]").is_ok(), has_layer, "{}", log.transcript());

    project.edit("src/main.rs", "lib::seven()", "lib::seven() + \"!\"").unwrap();
    let log = build.succeed().unwrap();
    assert_eq!(compiled(&log), after_edit, "{}", log.transcript());
    let ran = log.ran();
    assert!(
        !ran.iter().any(|name| ["[fetch]", "[deps]"].iter().any(|step| name.starts_with(step))),
        "{ran:?}"
    );
    assert_eq!(Run::new(bed.docker(), &tag).complete().unwrap().stdout, "7!\n");
}

#[test]
fn auto_keeps_dependencies_and_local_crates() {
    check("auto", true, &["app", "lib"], &["app"]);
}

#[test]
fn layers_keeps_dependencies() {
    check("layers", true, &["app", "lib"], &["app", "lib"]);
}

#[test]
fn mounts_keeps_everything_without_a_layer() {
    check("mounts", false, &["app", "itoa", "lib"], &["app"]);
}

#[test]
fn none_keeps_nothing() {
    check("none", false, &["app", "itoa", "lib"], &["app", "itoa", "lib"]);
}

#[test]
fn a_mode_without_a_layer_has_no_such_target() {
    let bed = Bed::ensure().unwrap();
    let project = project();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).build_arg("CACHE_MODE", "mounts").target("deps");
    let log = build.fail().unwrap();
    assert!(log.message().contains("there is no target `deps` in cache mode `mounts`"), "{}", log.message());
}

#[test]
fn a_replaced_dependency_is_built_without_a_layer() {
    let bed = Bed::ensure().unwrap();
    let project = project();
    project.edit("lib/Cargo.toml", "itoa = \"1\"", "itoa = \"=1.0.14\"").unwrap();
    project.append("Cargo.toml", "[replace]\n\"itoa:1.0.14\" = { path = \"mine\" }\n").unwrap();
    project
        .write("mine/Cargo.toml", "[package]\nname = \"itoa\"\nversion = \"1.0.14\"\nedition = \"2024\"\n")
        .unwrap();
    let code = "pub struct Buffer;\nimpl Buffer {\n    pub fn new() -> Self { Self }\n    \
                pub fn format(&mut self, _: i32) -> &str { \"mine\" }\n}\n";
    project.write("mine/src/lib.rs", code).unwrap();
    project.remove("Cargo.lock").unwrap();
    cargo(&project, &["generate-lockfile", "--quiet"]);
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-mode-replaced");
    for (mode, after_edit) in [("auto", &["app"][..]), ("layers", &["app", "itoa", "lib"])] {
        let build = build.clone().build_arg("CACHE_MODE", mode);
        let log = build.succeed().unwrap();
        let warnings = log.warnings();
        assert!(warnings.iter().any(|warning| warning.short.contains("`[replace]`")), "{warnings:?}");
        assert!(log.vertex("[deps]").is_err(), "{}", log.transcript());
        project.append("src/main.rs", &format!("// {mode}\n")).unwrap();
        assert_eq!(compiled(&build.succeed().unwrap()), after_edit);
        assert_eq!(Run::new(bed.docker(), "e2e-mode-replaced").complete().unwrap().stdout, "mine\n");
    }
}
