//! Layouts of projects; each must compile the same external units as its skeleton.

use supercargo::skeleton::{Features, Selection};

use crate::check::{assert_flattened, real, same_units, same_units_of, select, text};

fn features(names: &str) -> Features {
    Features { names: names.split_whitespace().map(str::to_owned).collect(), ..Features::default() }
}

fn binaries(packages: &str, names: &str) -> Selection {
    Selection { binaries: names.split_whitespace().map(str::to_owned).collect(), ..select(packages) }
}

#[test]
fn one_binary() {
    let skeleton = same_units(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.0.1"
edition = "2021"
[[bin]]
name = "app"
path = "src/main.rs"
required-features = []
[dependencies]
itoa = "1"
serde = { version = "1", features = ["derive"] }
//- src/main.rs
fn main() {}
"#,
        &select("app"),
    );
    assert_flattened(&skeleton);
}

#[test]
fn a_package_without_a_version_and_without_dependencies() {
    let skeleton = same_units(
        r#"
//- Cargo.toml
[package]
name = "app"
edition = "2024"
//- src/main.rs
fn main() {}
//- src/lib.rs
"#,
        &select("app"),
    );
    assert_flattened(&skeleton);
}

const VIRTUAL: &str = r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["crates/*"]
[workspace.package]
version = "1.2.3"
edition = "2021"
[workspace.dependencies]
serde = { version = "1", default-features = false, features = ["alloc"] }
itoa = "1"
core-x = { path = "crates/core-x" }
mac = { path = "crates/mac" }
[workspace.lints.rust]
unused = "warn"
//- crates/README.md
//- crates/app/Cargo.toml
[package]
name = "app"
version.workspace = true
edition.workspace = true
[features]
default = ["fancy"]
fancy = ["core-x/json", "dep:ryu"]
rare = ["log?/std", "memchr"]
loud = ["dep:log", "rare"]
[dependencies]
core-x = { workspace = true, features = ["extra"] }
mac.workspace = true
itoa.workspace = true
ryu = { version = "1", optional = true }
log = { version = "0.4", optional = true }
memchr = { version = "2", optional = true, default-features = false }
[target.'cfg(windows)'.dependencies]
windows-link = "0.2"
[target.'cfg(unix)'.dependencies]
libc = { version = "0.2", default-features = false }
[dev-dependencies]
itertools = "0.14"
[lints]
workspace = true
//- crates/app/src/main.rs
fn main() {}
//- crates/core-x/Cargo.toml
[package]
name = "core-x"
version.workspace = true
edition.workspace = true
[features]
json = ["serde/derive"]
extra = ["serde?/rc"]
[dependencies]
serde = { workspace = true, optional = true }
cfg-if = "1"
[build-dependencies]
memchr = "2"
either = "1"
//- crates/core-x/build.rs
fn main() {}
//- crates/core-x/src/lib.rs
//- crates/mac/Cargo.toml
[package]
name = "mac"
version.workspace = true
edition.workspace = true
[lib]
proc-macro = true
[dependencies]
quote = "1"
syn = { version = "2", default-features = false, features = ["parsing", "proc-macro"] }
either = { version = "1", default-features = false }
//- crates/mac/src/lib.rs
//- crates/other/Cargo.toml
[package]
name = "other"
version.workspace = true
edition.workspace = true
[dependencies]
serde = { workspace = true, features = ["std"] }
libc = { version = "0.2", features = ["extra_traits"] }
log = { version = "0.4", features = ["kv"] }
//- crates/other/src/lib.rs
"#;

#[test]
fn a_virtual_workspace_by_every_selection() {
    let project = real(VIRTUAL);
    let all = "app core-x mac other";
    for selection in [
        select("app"),
        select("core-x"),
        select("mac"),
        select("other"),
        select("app other"),
        select(all),
        binaries("app", "app"),
        binaries(all, "app"),
        Selection { features: features("loud"), ..select("app") },
        Selection { features: features("rare app/fancy"), ..select("app other") },
        Selection { features: Features { all: true, ..Features::default() }, ..select("app") },
        Selection { features: Features { no_default: true, ..Features::default() }, ..select("app") },
        Selection { features: Features { no_default: true, ..features("rare") }, ..select("app") },
        Selection { profile: "dev".to_owned(), ..select("app") },
        Selection { tests: true, profile: "dev".to_owned(), ..select("app") },
        Selection { tests: true, ..select(all) },
        Selection { target: "aarch64-unknown-linux-gnu".to_owned(), ..select("app") },
        Selection { target: "x86_64-pc-windows-gnu".to_owned(), ..select(all) },
    ] {
        assert_flattened(&same_units_of(&project, &selection));
    }
}

#[test]
fn a_root_package_with_members() {
    let project = real(
        r#"
//- Cargo.toml
[package]
name = "root"
version = "0.1.0"
edition = "2021"
[workspace]
members = ["sub"]
[dependencies]
sub = { path = "sub", default-features = false }
serde = { version = "1", features = ["derive"] }
//- src/main.rs
fn main() {}
//- sub/Cargo.toml
[package]
name = "sub"
version = "0.1.0"
edition = "2021"
[features]
default = ["serde/rc"]
[dependencies]
serde = "1"
//- sub/src/lib.rs
"#,
    );
    for selection in [select("root"), select("sub"), select("root sub")] {
        assert_flattened(&same_units_of(&project, &selection));
    }
}

#[test]
fn proc_macros_in_every_spelling() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "one", "two", "three", "shared"]
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
one = { path = "../one" }
two = { path = "../two" }
three = { path = "../three" }
shared = { path = "../shared" }
memchr = { version = "2", default-features = false }
//- app/src/main.rs
fn main() {}
//- one/Cargo.toml
[package]
name = "one"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["proc-macro"]
[dependencies]
shared = { path = "../shared", features = ["more"] }
quote = "1"
//- one/src/lib.rs
//- two/Cargo.toml
[package]
name = "two"
version = "0.1.0"
edition = "2021"
[lib]
proc_macro = true
[dependencies]
memchr = "2"
syn = { version = "2", features = ["full"] }
[dev-dependencies]
either = "1"
//- two/src/lib.rs
//- two/src/main.rs
fn main() {}
//- three/Cargo.toml
[package]
name = "three"
version = "0.1.0"
edition = "2021"
[lib]
proc-macro = true
[dependencies]
either = { version = "1", default-features = false }
[build-dependencies]
either = "1"
cfg-if = "1"
//- three/build.rs
fn main() {}
//- three/src/lib.rs
//- shared/Cargo.toml
[package]
name = "shared"
version = "0.1.0"
edition = "2021"
[features]
more = ["dep:itoa"]
[dependencies]
itoa = { version = "1", optional = true }
ryu = "1"
//- shared/src/lib.rs
"#,
    );
    let all = "app one two three shared";
    for selection in [
        select("app"),
        select("one"),
        select("two"),
        binaries("two", "two"),
        select("three"),
        select(all),
        Selection { tests: true, profile: "dev".to_owned(), ..select("two three") },
        Selection { tests: true, profile: "dev".to_owned(), ..select(all) },
    ] {
        assert_flattened(&same_units_of(&project, &selection));
    }
}

#[test]
fn build_dependencies_without_a_build_script_only_unify() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "lib"]
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
build = false
[dependencies]
lib = { path = "../lib" }
[build-dependencies]
itertools = "0.14"
cfg-if = "1"
//- app/build.rs
fn main() {}
//- app/src/main.rs
fn main() {}
//- lib/Cargo.toml
[package]
name = "lib"
version = "0.1.0"
edition = "2021"
build = "gen/make.rs"
[build-dependencies]
either = { version = "1", default-features = false }
//- lib/gen/make.rs
fn main() {}
//- lib/src/lib.rs
"#,
    );
    let skeleton = same_units_of(&project, &select("app"));
    assert_eq!(skeleton.stubs.len(), 2, "itertools turns a feature of either on: {skeleton:?}");
    assert_eq!(same_units_of(&project, &select("lib")).stubs.len(), 1);
}

#[test]
fn two_versions_and_a_renamed_crate() {
    let skeleton = same_units(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa_old = { package = "itoa", version = "0.4" }
itoa = "1"
text = { package = "memchr", version = "2" }
[build-dependencies]
itoa_oldest = { package = "itoa", version = "0.3" }
itoa = "1"
//- build.rs
fn main() {}
//- src/main.rs
fn main() {}
"#,
        &select("app"),
    );
    assert_flattened(&skeleton);
    assert!(
        text(&skeleton, "Cargo.toml").contains("[dependencies.memchr]"),
        "{}",
        text(&skeleton, "Cargo.toml")
    );
}

#[test]
fn a_local_crate_named_like_a_crate_of_the_registry() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "either"]
[profile.release.package.either]
opt-level = 1
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
either = { path = "../either" }
itertools = "0.14"
//- app/src/main.rs
fn main() {}
//- either/Cargo.toml
[package]
name = "either"
version = "1.0.0"
edition = "2021"
[dependencies]
real = { package = "either", version = "1" }
//- either/src/lib.rs
"#,
    );
    // The specification in the profile means both, and Cargo says so.
    for packages in ["app", "either"] {
        assert_flattened(&same_units_of(&project, &select(packages)));
    }
}

#[test]
fn path_dependencies_outside_of_the_workspace() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app"]
exclude = ["vendored", "second"]
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
vendored = { path = "../vendored", features = ["x"] }
auto = { path = "../auto" }
deep = { path = "../second/deep" }
//- app/src/main.rs
fn main() {}
//- auto/Cargo.toml
[package]
name = "auto"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
//- auto/src/lib.rs
//- vendored/Cargo.toml
[package]
name = "vendored"
version = "0.1.0"
edition = "2021"
[features]
x = ["dep:ryu"]
y = ["dep:log"]
[dependencies]
ryu = { version = "1", optional = true }
log = { version = "0.4", optional = true }
[dev-dependencies]
gone = { path = "../gone" }
//- vendored/src/lib.rs
//- second/Cargo.toml
[workspace]
members = ["deep"]
[workspace.package]
edition = "2018"
[workspace.dependencies]
memchr = { version = "2", default-features = false }
//- second/deep/Cargo.toml
[package]
name = "deep"
version = "0.1.0"
edition.workspace = true
[dependencies]
memchr = { workspace = true, features = ["std"] }
//- second/deep/src/lib.rs
"#,
    );
    assert_flattened(&same_units_of(&project, &select("app")));
}

#[test]
fn required_features_hide_binaries() {
    let project = real(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[features]
cli = ["dep:memchr", "itoa/no-panic"]
no = []
[[bin]]
name = "tool"
path = "src/tool.rs"
required-features = ["cli"]
[dependencies]
memchr = { version = "2", optional = true }
itoa = "1"
//- src/main.rs
fn main() {}
//- src/tool.rs
fn main() {}
"#,
    );
    for selection in [
        select("app"),
        Selection { features: features("cli"), ..select("app") },
        Selection { features: features("cli"), ..binaries("app", "tool") },
    ] {
        assert_flattened(&same_units_of(&project, &selection));
    }
}

#[test]
fn members_that_depend_on_each_other_in_tests() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "3"
members = ["a", "b"]
//- a/Cargo.toml
[package]
name = "a"
version = "0.1.0"
edition = "2024"
[dependencies]
b = { path = "../b" }
serde = "1"
[dev-dependencies]
serde = { version = "1", features = ["derive"] }
//- a/src/lib.rs
//- a/tests/it.rs
//- b/Cargo.toml
[package]
name = "b"
version = "0.1.0"
edition = "2024"
[dependencies]
memchr = { version = "2", default-features = false }
[dev-dependencies]
a = { path = "../a" }
memchr = "2"
itoa = "1"
//- b/src/lib.rs
//- b/examples/show.rs
fn main() {}
"#,
    );
    for packages in ["a", "b", "a b"] {
        assert_flattened(&same_units_of(&project, &select(packages)));
        let tests = Selection { tests: true, profile: "dev".to_owned(), ..select(packages) };
        assert_flattened(&same_units_of(&project, &tests));
    }
}

#[test]
fn profiles_and_their_overrides() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app"]
[profile.dev]
opt-level = 1
debug = "line-tables-only"
[profile.release]
panic = "abort"
codegen-units = 1
[profile.release.build-override]
opt-level = 2
[profile.release.package."*"]
opt-level = 2
[profile.release.package.itoa]
opt-level = "s"
[profile.release.package.app]
opt-level = 3
[profile.dist]
inherits = "release"
strip = true
[profile.dist.package."memchr@2"]
debug = true
//- .cargo/config.toml
[profile.release]
overflow-checks = true
[profile.dist.package.ryu]
opt-level = 1
[profile.dev]
incremental = true
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
memchr = "2"
ryu = "1"
serde = { version = "1", features = ["derive"] }
//- app/src/main.rs
fn main() {}
"#,
    );
    for profile in ["release", "dev", "dist", "test", "bench"] {
        let selection = Selection { profile: profile.to_owned(), ..select("app") };
        let skeleton = same_units_of(&project, &selection);
        assert_flattened(&skeleton);
        let manifest = text(&skeleton, "Cargo.toml");
        assert!(!manifest.contains("package.app"), "{manifest}");
        assert_eq!(manifest.contains("profile.dist"), profile == "dist", "{manifest}");
    }
}

#[test]
fn configuration_travels() {
    let skeleton = same_units(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
[target.'cfg(fancy)'.dependencies]
ryu = "1"
[target.'cfg(plain)'.dependencies]
log = "0.4"
//- src/main.rs
fn main() {}
//- .cargo/config.toml
include = [{ path = "../ci/cargo/more.toml" }, { path = "missing.toml", optional = true }]
[build]
rustflags = ["--cfg", "fancy"]
target-dir = "elsewhere"
jobs = 2
[alias]
b = "build"
[env]
SETTING = { value = "data", relative = true }
[target.x86_64-pc-windows-gnu]
linker = "no"
[term]
quiet = false
//- ci/cargo/more.toml
[target.x86_64-unknown-linux-gnu]
linker = "tools/ld.sh"
runner = "run"
[build]
rustflags = ["-Cforce-frame-pointers"]
//- ci/tools/ld.sh
#!/bin/sh
exec cc "$@"
//- data
"#,
        &select("app"),
    );
    assert_flattened(&skeleton);
    let config = text(&skeleton, ".cargo/config.toml");
    for kept in [
        "rustflags = [\"-Cforce-frame-pointers\", \"--cfg\", \"fancy\"]",
        "linker = \"ci/tools/ld.sh\"",
        "SETTING",
    ] {
        assert!(config.contains(kept), "{kept}\n{config}");
    }
    for dropped in ["alias", "target-dir", "jobs", "windows", "runner", "term", "include"] {
        assert!(!config.contains(dropped), "{dropped}\n{config}");
    }
    let referenced: Vec<_> = skeleton.referenced.iter().map(ToString::to_string).collect();
    assert_eq!(referenced, ["ci/tools/ld.sh", "data"]);
}

#[test]
fn symbolic_links_unicode_and_new_toml() {
    let skeleton = same_units(
        "
//- Cargo.toml
[workspace]
resolver = \"2\"
members = [\"app\", \"linked\"]
[workspace.dependencies]
itoa = {
  version = \"1\",
}
//- app/Cargo.toml
\u{feff}[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2021\"\r
[dependencies]\r
linked.path = \"../linked\"
itoa.workspace = true
kern.path = \"../kr\u{e4}te\"
//- app/src/main.rs
fn main() {}
//- real/Cargo.toml
[package]
name = \"linked\"
version = \"0.1.0\"
edition = \"2021\"
[dependencies]
ryu = \"1\"
//- real/src/lib.rs
//- linked -> real
//- kr\u{e4}te/Cargo.toml
[package]
name = \"kern\"
version = \"0.1.0\"
edition = \"2021\"
[dependencies]
cfg-if = \"1\"
//- kr\u{e4}te/src/lib.rs
",
        &select("app"),
    );
    assert_flattened(&skeleton);
}

#[test]
fn link_time_optimisation_with_plain_crates() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "lib", "only"]
[profile.release]
lto = "fat"
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
lib = { path = "../lib" }
//- app/src/main.rs
fn main() {}
//- lib/Cargo.toml
[package]
name = "lib"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["lib", "rlib"]
[dependencies]
itoa = "1"
//- lib/src/lib.rs
//- only/Cargo.toml
[package]
name = "only"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["staticlib"]
[dependencies]
ryu = "1"
//- only/src/lib.rs
"#,
    );
    for packages in ["app", "lib", "only", "app lib only"] {
        assert_flattened(&same_units_of(&project, &select(packages)));
    }
}

#[test]
fn lockfiles_of_format_three() {
    let project = real(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
rust-version = "1.70"
[dependencies]
itoa = "1"
//- src/main.rs
fn main() {}
"#,
    );
    assert!(String::from_utf8_lossy(&project.files["Cargo.lock"]).contains("version = 3"));
    let skeleton = same_units_of(&project, &select("app"));
    assert!(text(&skeleton, "Cargo.lock").contains("version = 3"));
}

/// Lays the view over the project and asserts that Cargo compiles the same, without what is excluded.
fn view_holds(project: &crate::check::Real, selection: &Selection) -> supercargo::skeleton::SourceView {
    use supercargo::name::RelPath;
    let model = crate::fixture::project(&project.files).unwrap().value;
    let view = supercargo::skeleton::source_view(&model, selection).unwrap().value;
    let mut files: crate::fixture::Files = project
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
    crate::fixture::write(dir.path(), &files);
    let all = |dir: &std::path::Path| {
        let every =
            project.files.keys().map(|name| name.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned());
        let mut arguments = crate::cargo::real_arguments(dir, &project.project, selection);
        if view.locked {
            arguments.push("--locked".to_owned());
        }
        crate::cargo::units(dir, arguments, &every.collect()).unwrap()
    };
    let (expected, found) = (all(project.dir.path()), all(dir.path()));
    let missing: Vec<_> = expected.difference(&found).collect();
    let superfluous: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && superfluous.is_empty(), "{missing:#?}\n{superfluous:#?}\n{view:?}");
    view
}

fn excluded(view: &supercargo::skeleton::SourceView) -> Vec<String> {
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

#[test]
fn targets_declared_and_found() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["auto", "old", "told", "off", "sys"]
default-members = ["au*"]
[workspace.package]
license = "MIT"
authors = ["A <a@example.org>"]
rust-version = "1.80"
repository = "https://example.org/r"
[profile.dev]
debug = 0
//- auto/Cargo.toml
[package]
name = "auto-it"
version = "0.1.0-alpha.1+build.5"
edition = "2021"
license.workspace = true
authors.workspace = true
rust-version.workspace = true
repository.workspace = true
description = "finds"
default-run = "auto-it"
homepage = "https://example.org"
[dependencies]
itoa = "1"
//- auto/build.rs
fn main() {}
//- auto/src/lib.rs
//- auto/src/main.rs
fn main() {}
//- auto/src/bin/one.rs
fn main() {}
//- auto/src/bin/two/main.rs
fn main() {}
//- auto/src/bin/two/part.rs
//- auto/src/bin/no/part.rs
//- auto/src/bin/.hidden.rs
//- auto/src/bin/notes.txt
//- auto/examples/show.rs
fn main() {}
//- auto/tests/it.rs
//- auto/tests/dir/main.rs
//- auto/benches/fast.rs
//- old/Cargo.toml
[package]
name = "old"
version = "0.1.0"
[lib]
name = "ancient"
path = "src/old/lib.rs"
[[bin]]
name = "tool"
[[bin]]
name = "old"
//- old/src/old/lib.rs
//- old/src/bin/tool.rs
fn main() {}
//- old/src/bin/unseen.rs
fn main() {}
//- old/src/main.rs
fn main() {}
//- told/Cargo.toml
[package]
name = "told"
version = "0.1.0"
edition = "2024"
build = "gen/make.rs"
autotests = false
[features]
extra = []
[lib]
crate-type = ["cdylib", "rlib"]
test = false
[[bin]]
name = "renamed"
path = "src/main.rs"
required-features = ["extra"]
[[example]]
name = "plug"
crate-type = ["cdylib"]
[[test]]
name = "only"
path = "tests/nested/only.rs"
harness = false
[build-dependencies]
cfg-if = "1"
//- told/gen/make.rs
fn main() {}
//- told/src/lib.rs
//- told/src/main.rs
fn main() {}
//- told/src/bin/more.rs
fn main() {}
//- told/examples/plug/main.rs
//- told/tests/nested/only.rs
fn main() {}
//- told/tests/unseen.rs
//- off/Cargo.toml
[package]
name = "off"
version = "0.1.0"
edition = "2021"
autobins = false
build = false
//- off/build.rs
fn main() {}
//- off/src/lib.rs
//- off/src/main.rs
fn main() {}
//- sys/Cargo.toml
[package]
name = "sys"
version = "0.1.0"
links = "foo"
edition = "2021"
[target.'cfg(unix)'.dependencies.libc]
version = "0.2"
default-features = false
[target.x86_64-unknown-linux-gnu.build-dependencies]
ryu = "1"
//- sys/build.rs
fn main() {}
//- sys/src/lib.rs
"#,
    );
    for packages in ["auto-it", "old", "told", "off", "sys", "auto-it old told off sys"] {
        let tests = Selection { tests: true, profile: "dev".to_owned(), ..select(packages) };
        for selection in [select(packages), tests] {
            assert_flattened(&same_units_of(&project, &selection));
        }
    }
}
