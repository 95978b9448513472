//! The real build without what it does not need: Cargo must compile the same, local packages included.

use std::path::Path;

use supercargo::name::RelPath;
use supercargo::skeleton::{Selection, SourceView, source_view};

use crate::cargo;
use crate::check::{Real, assert_flattened, features, real, same_units_of, select};
use crate::fixture;
use crate::layouts::VIRTUAL;

/// Lays the view over the project and asserts that Cargo compiles the same, without what is excluded.
fn view_holds(project: &Real, selection: &Selection) -> SourceView {
    let model = fixture::project(&project.files).unwrap().value;
    let view = source_view(&model, selection).unwrap().value;
    let mut files: fixture::Files = project
        .files
        .iter()
        .filter(|(name, _)| {
            let path = RelPath::new(name).unwrap();
            !view.excluded.iter().any(|dir| path.is_within(dir))
        })
        .map(|(name, contents)| (name.clone(), contents.clone()))
        .collect();
    files.extend(view.overlays.iter().map(|(name, contents)| (name.as_str().to_owned(), contents.clone())));
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &files);
    let all = |dir: &Path| {
        let every =
            project.files.keys().map(|name| name.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned());
        let mut arguments = cargo::real_arguments(dir, &project.project, selection);
        if view.locked {
            arguments.push("--locked".to_owned());
        }
        cargo::units(dir, arguments, &every.collect()).unwrap()
    };
    let (expected, found) = (all(project.dir.path()), all(dir.path()));
    let missing: Vec<_> = expected.difference(&found).collect();
    let superfluous: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && superfluous.is_empty(), "{missing:#?}\n{superfluous:#?}\n{view:?}");
    view
}

#[test]
fn a_view_leaves_out_what_is_loaded_but_not_compiled() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "tests-only", "optional", "lib"]
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[features]
more = ["dep:optional"]
[dependencies]
lib = { path = "../lib" }
optional = { path = "../optional", optional = true }
[dev-dependencies]
tests-only = { path = "../tests-only" }
//- app/src/main.rs
fn main() {}
//- tests-only/Cargo.toml
[package]
name = "tests-only"
version = "0.1.0"
edition = "2021"
[[bin]]
name = "tool"
[dependencies]
ryu = "1"
//- tests-only/src/lib.rs
//- tests-only/src/bin/tool.rs
fn main() {}
//- optional/Cargo.toml
[package]
name = "optional"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
//- optional/src/lib.rs
//- lib/Cargo.toml
[package]
name = "lib"
version = "0.1.0"
edition = "2021"
//- lib/src/lib.rs
"#,
    );
    let view = view_holds(&project, &select("app"));
    assert_eq!(excluded(&view), ["optional", "tests-only"]);
    assert!(view.locked && view.needs_index);
    let view = view_holds(&project, &Selection { features: features("more"), ..select("app") });
    assert_eq!(excluded(&view), ["tests-only"]);
    let view = view_holds(&project, &Selection { tests: true, profile: "dev".to_owned(), ..select("app") });
    assert_eq!(excluded(&view), ["optional"]);
    let view = view_holds(&project, &select("lib"));
    assert_eq!(excluded(&view), ["app", "optional", "tests-only"]);
    assert!(!view.locked);
}

fn excluded(view: &SourceView) -> Vec<String> {
    view.excluded.iter().map(ToString::to_string).collect()
}

#[test]
fn a_view_leaves_out_what_a_selection_does_not_need() {
    let project = real(VIRTUAL);
    let view = view_holds(&project, &select("app"));
    assert_eq!(excluded(&view), ["crates/other"]);
    assert!(!view.locked && view.needs_index);
    let view = view_holds(&project, &select("core-x"));
    assert_eq!(excluded(&view), ["crates/app", "crates/mac", "crates/other"]);
    let view = view_holds(&project, &select("app other"));
    assert_eq!(excluded(&view), [""; 0]);
    assert!(view.locked && view.overlays.is_empty());
}

#[test]
fn a_view_leaves_out_the_root_package_and_keeps_what_is_nested() {
    let project = real(
        r#"
//- Cargo.toml
[package]
name = "root"
version = "0.1.0"
edition = "2024"
build = "build.rs"
[workspace]
members = ["crates/*", "other"]
exclude = ["crates/a/vendored"]
default-members = ["crates/a"]
[workspace.dependencies]
b = { path = "other/b" }
itoa = "1"
[dependencies]
c = { path = "c" }
serde = "1"
[profile.release]
opt-level = 1
//- build.rs
fn main() {}
//- src/main.rs
fn main() {}
//- c/Cargo.toml
[package]
name = "c"
version = "0.1.0"
//- c/src/lib.rs
//- crates/a/Cargo.toml
[package]
name = "a"
version = "0.1.0"
edition = "2021"
[dependencies]
b.workspace = true
vendored = { path = "vendored" }
//- crates/a/src/lib.rs
//- crates/a/vendored/Cargo.toml
[package]
name = "vendored"
version = "0.1.0"
[dependencies]
ryu = "1"
//- crates/a/vendored/src/lib.rs
//- other/Cargo.toml
[package]
name = "other"
version = "0.1.0"
//- other/src/lib.rs
//- other/b/Cargo.toml
[package]
name = "b"
version = "0.1.0"
[dependencies]
itoa.workspace = true
//- other/b/src/lib.rs
"#,
    );
    assert_flattened(&same_units_of(&project, &select("a")));
    let view = view_holds(&project, &select("a"));
    assert_eq!(excluded(&view), ["benches", "c", "examples", "src", "tests"]);
    let view = view_holds(&project, &select("root"));
    assert_eq!(excluded(&view), ["crates/a", "other"]);
}

/// What Cargo takes at the root of a workspace, it takes in the view as well.
#[test]
fn a_view_of_a_root_package_keeps_what_cargo_accepts() {
    for (package, workspace, rest) in [
        ("edition = \"2021\"\nresolver = \"2\"", "", ""),
        ("edition = \"2015\"\nresolver = \"1\"", "", "[lints.rust]\nunused = \"allow\"\n"),
        ("edition = \"2018\"", "resolver = \"2\"", "[profile.release.package.b]\nopt-level = 1\n"),
        ("edition = \"2024\"", "", "[profile.release.package.\"b@0.1.0\"]\nopt-level = 1\n"),
        (
            "edition = \"2024\"\nresolver = \"3\"",
            "default-members = [\"a\"]",
            "[profile.release.package.\"*\"]\nopt-level = 1\n",
        ),
        ("version.workspace = true\nedition = \"2021\"", "package.version = \"0.1.0\"\nmetadata.x = 1", ""),
        (
            "edition = \"2021\"",
            "lints.rust.unused = \"allow\"",
            "[lints]\nworkspace = true\n[package.metadata]\nx = 1\n",
        ),
        ("edition = \"2021\"", "", "[patch.crates-io]\nryu = { path = \"b/ryu\" }\n"),
    ] {
        let version = if package.contains("version") { "" } else { "version = \"0.1.0\"\n" };
        let project = real(&format!(
            r#"
//- Cargo.toml
[package]
name = "root"
{version}{package}
[workspace]
members = ["a", "b"]
{workspace}
[dependencies]
a = {{ path = "a" }}
itoa = "1"
{rest}
//- src/main.rs
fn main() {{}}
//- a/Cargo.toml
[package]
name = "a"
version = "0.1.0"
//- a/src/lib.rs
//- b/Cargo.toml
[package]
name = "b"
version = "0.1.0"
[dependencies]
ryu = "1"
//- b/src/lib.rs
//- b/ryu/Cargo.toml
[package]
name = "ryu"
version = "1.0.99"
[workspace]
//- b/ryu/src/lib.rs
"#
        ));
        view_holds(&project, &select("root"));
        view_holds(&project, &select("a"));
    }
}
