//! Layouts of projects; each must compile the same external units as its skeleton.

use supercargo::skeleton::{Features, Selection};

use crate::check::{assert_flattened, binaries, features, real, same_units, same_units_of, select, text};

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

/// A virtual workspace with most of what features can do.
pub(crate) const VIRTUAL: &str = r#"
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
