//! Profiles, configuration and lockfile formats.

use supercargo::skeleton::{Form, Selection};

use crate::check::{assert_flattened, real, same_units, same_units_of, select, text};

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

#[test]
fn unstable_keys_of_profiles() {
    let skeleton = same_units(
        r#"
//- Cargo.toml
cargo-features = ["profile-rustflags", "codegen-backend"]
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
ryu = "1"
[profile.release]
rustflags = ["-Cforce-frame-pointers"]
codegen-backend = "llvm"
[profile.release.package.itoa]
rustflags = ["-Ctarget-cpu=x86-64-v2"]
//- src/main.rs
fn main() {}
"#,
        &select("app"),
    );
    assert_flattened(&skeleton);
    assert!(text(&skeleton, "Cargo.toml").contains("codegen-backend"));
}

#[test]
fn platforms_without_an_operating_system_and_conditions_for_others() {
    for resolver in [1, 2] {
        let project = real(
            &r#"
//- Cargo.toml
[workspace]
resolver = "RESOLVER"
members = ["kernel", "tool"]
//- kernel/Cargo.toml
[package]
name = "kernel"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
memchr = { version = "2", default-features = false }
[target.'cfg(target_os = "none")'.dependencies]
ryu = "1"
[target.'cfg(target_family = "wasm")'.dependencies]
memchr = { version = "2", features = ["std"] }
[target.'cfg(any(windows, all(unix, not(target_env = "musl"))))'.dependencies]
cfg-if = "1"
//- kernel/src/lib.rs
//- tool/Cargo.toml
[package]
name = "tool"
version = "0.1.0"
edition = "2021"
[dependencies]
kernel = { path = "../kernel" }
[build-dependencies]
kernel = { path = "../kernel" }
//- tool/build.rs
fn main() {}
//- tool/src/main.rs
fn main() {}
"#
            .replace("RESOLVER", &resolver.to_string()),
        );
        for target in [
            "x86_64-unknown-none",
            "x86_64-unknown-linux-musl",
            "aarch64-unknown-linux-gnu",
            "wasm32-wasip1",
            "x86_64-pc-windows-gnu",
        ] {
            for packages in ["kernel", "tool"] {
                let skeleton =
                    same_units_of(&project, &Selection { target: target.to_owned(), ..select(packages) });
                assert_eq!(matches!(skeleton.form, Form::Flattened), resolver == 2);
            }
        }
    }
}
