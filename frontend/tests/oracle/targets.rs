//! Layouts of targets: declared, found, hidden, and proc macros in every spelling.

use supercargo::skeleton::Selection;

use crate::check::{assert_flattened, binaries, features, real, same_units_of, select};

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
