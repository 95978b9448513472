//! Layouts that flattening does not model: the per-member skeleton must compile the same units.

use supercargo::skeleton::{Features, Form, Outcome, Selection, Skeleton};

use crate::check::{Real, print, real, same_units_of, select, skeleton, text};

fn per_member(project: &Real, selection: &Selection, because: &str) -> Skeleton {
    let skeleton = same_units_of(project, selection);
    let Form::PerMember { because: found } = &skeleton.form else {
        panic!("flattened: {}", print(&skeleton))
    };
    assert!(found.contains(because), "{found}");
    for (name, contents) in &skeleton.files {
        let contents = String::from_utf8_lossy(contents);
        for secret in ["secret-name", "secret_name", "9.8.7"] {
            assert!(!contents.contains(secret), "`{name}` tells `{secret}`:\n{contents}");
        }
    }
    skeleton
}

#[test]
fn the_first_resolver() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
members = ["app", "secret-name", "mac", "other"]
//- app/Cargo.toml
[package]
name = "app"
version = "9.8.7"
edition = "2018"
[features]
default = ["fast"]
fast = ["memchr/std", "lib-y?/more"]
with-y = ["lib-y"]
[dependencies]
secret-name = { path = "../secret-name", version = "9.8" }
mac = { path = "../mac" }
memchr = { version = "2", default-features = false }
itoa = "1"
lib-y = { path = "../other", package = "other", optional = true }
[target.'cfg(windows)'.dependencies]
either = "1"
[dev-dependencies]
serde = { version = "1", features = ["derive"] }
//- app/src/main.rs
fn main() {}
//- secret-name/Cargo.toml
[package]
name = "secret-name"
version = "9.8.7"
[dependencies]
serde = { version = "1", default-features = false }
either = { version = "1", default-features = false }
[build-dependencies]
memchr = "2"
//- secret-name/build.rs
fn main() {}
//- secret-name/src/lib.rs
//- mac/Cargo.toml
[package]
name = "mac"
version = "9.8.7"
[lib]
proc-macro = true
[dependencies]
quote = "1"
//- mac/src/lib.rs
//- other/Cargo.toml
[package]
name = "other"
version = "9.8.7"
[features]
more = ["dep:log"]
[dependencies]
log = { version = "0.4", optional = true }
ryu = "1"
//- other/src/lib.rs
"#,
    );
    let with_y = Features { names: ["with-y".to_owned()].into(), ..Features::default() };
    let qualified = Features { names: ["app/with-y".to_owned()].into(), ..Features::default() };
    for selection in [
        select("app"),
        select("secret-name"),
        select("app other"),
        Selection { features: with_y, ..select("app") },
        Selection { features: qualified, ..select("app other") },
        Selection { binaries: ["app".to_owned()].into(), ..select("app") },
        Selection { tests: true, profile: "dev".to_owned(), ..select("app") },
    ] {
        per_member(&project, &selection, "resolver 1");
    }
}

#[test]
fn link_time_optimisation_with_mixed_crate_types() {
    for types in [r#""cdylib", "rlib""#, r#""dylib""#, r#""staticlib", "rlib""#] {
        for lto in ["\"fat\"", "\"thin\"", "true"] {
            let project = real(&LTO.replace("TYPES", types).replace("LTO", lto));
            let because = "optimises at link time";
            let skeleton = per_member(&project, &select("app"), because);
            let manifests = [0, 1].map(|n| text(&skeleton, &format!("supercargo/supercargo-{n}/Cargo.toml")));
            assert!(manifests.concat().contains(&format!("crate-type = [{types}]")), "{manifests:?}");
            per_member(&project, &select("secret-name"), because);
            let binary = Selection { binaries: ["app".to_owned()].into(), ..select("app") };
            per_member(&project, &binary, because);
        }
    }
}

/// A binary on a library whose crate types are to be filled in.
pub(crate) const LTO: &str = r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "secret-name"]
[profile.release]
lto = LTO
//- app/Cargo.toml
[package]
name = "app"
version = "9.8.7"
edition = "2021"
[dependencies]
secret-name = { path = "../secret-name" }
[dev-dependencies]
either = "1"
//- app/src/main.rs
fn main() {}
//- secret-name/Cargo.toml
[package]
name = "secret-name"
version = "9.8.7"
edition = "2021"
[lib]
crate-type = [TYPES]
[dependencies]
itoa = "1"
//- secret-name/src/lib.rs
"#;

#[test]
fn a_patch_to_a_path_that_external_crates_use() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app"]
[workspace.package]
edition = "2021"
[workspace.dependencies]
cfg-if = "1"
log = "0.4"
[patch.crates-io]
either = { path = "patched/either" }
//- app/Cargo.toml
[package]
name = "app"
version = "9.8.7"
edition.workspace = true
[dependencies]
itertools = { version = "0.14", default-features = false, features = ["use_std"] }
either = "1"
log.workspace = true
//- app/src/main.rs
fn main() {}
//- patched/either/Cargo.toml
[package]
name = "either"
version = "1.99.0"
edition.workspace = true
[features]
default = ["use_std"]
std = []
use_std = ["std"]
[dependencies]
cfg-if.workspace = true
helper = { path = "../helper" }
//- patched/either/src/lib.rs
//- patched/helper/Cargo.toml
[package]
name = "helper"
version = "0.1.0"
//- patched/helper/src/lib.rs
"#,
    );
    let skeleton =
        per_member(&project, &select("app"), "the external package `itertools` depends on a local package");
    let patched: Vec<_> = skeleton.patched.iter().map(ToString::to_string).collect();
    assert_eq!(patched, ["patched/either", "patched/helper"]);
}

#[test]
fn a_patch_to_a_member() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "either"]
[patch.crates-io]
either = { path = "either" }
//- app/Cargo.toml
[package]
name = "app"
version = "9.8.7"
[dependencies]
itertools = "0.14"
//- app/src/main.rs
fn main() {}
//- either/Cargo.toml
[package]
name = "either"
version = "1.50.0"
[features]
default = ["use_std"]
std = []
use_std = ["std"]
[dependencies]
itoa = "1"
[dev-dependencies]
ryu = "1"
//- either/src/lib.rs
"#,
    );
    per_member(&project, &select("app"), "`itertools` depends on a local package");
}

#[test]
fn a_condition_that_only_the_compiler_knows() {
    let project = real(
        r#"
//- Cargo.toml
[package]
name = "secret-name"
version = "9.8.7"
edition = "2024"
[target.'cfg(target_feature = "sse2")'.dependencies]
itoa = "1"
[target.'cfg(target_feature = "avx512f")'.dependencies]
ryu = "1"
//- src/main.rs
fn main() {}
"#,
    );
    per_member(&project, &select("secret-name"), "`cfg(target_feature = ");
}

#[test]
fn artifact_dependencies() {
    let project = real(
        r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "secret-name"]
//- .cargo/config.toml
[unstable]
bindeps = true
//- app/Cargo.toml
[package]
name = "app"
version = "9.8.7"
edition = "2021"
[build-dependencies]
secret-name = { path = "../secret-name", artifact = ["bin:two"], target = "target" }
//- app/build.rs
fn main() {}
//- app/src/main.rs
fn main() {}
//- secret-name/Cargo.toml
[package]
name = "secret-name"
version = "9.8.7"
edition = "2021"
[dependencies]
itoa = "1"
//- secret-name/src/bin/one.rs
fn main() {}
//- secret-name/src/bin/two.rs
fn main() {}
"#,
    );
    per_member(&project, &select("app"), "artifact dependency");
}

#[test]
fn what_no_skeleton_can_stand_for() {
    let project = real(
        r#"
//- Cargo.toml
[package]
name = "either"
version = "1.99.0"
edition = "2021"
[workspace]
[features]
default = ["use_std"]
std = []
use_std = ["std"]
[patch.crates-io]
either = { path = "." }
[dev-dependencies]
itertools = "0.14"
//- src/lib.rs
"#,
    );
    same_units_of(&project, &select("either"));
    let tests = Selection { tests: true, profile: "dev".to_owned(), ..select("either") };
    let outcome = skeleton(&project.files, &tests).unwrap();
    assert!(
        matches!(&outcome, Outcome::Impossible { because } if because.contains("root package")),
        "{outcome:?}"
    );
}
