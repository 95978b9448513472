//! Real builds: after the skeleton, Cargo finds every external unit of the real project fresh, and what it links is
//! the real code.
//!
//! The unit graph does not tell how link-time optimisation reaches a unit, so these layouts are built.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use supercargo::skeleton::{Form, Selection};

use crate::cargo;
use crate::check::{ready, real, select, skeleton_arguments, write_skeleton};
use crate::fallback::LTO;
use crate::fixture;

/// A workspace whose binary prints what a proc macro, a build script and a library make of external crates.
const APP: &str = r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "lib", "mac"]
PROFILE
//- app/Cargo.toml
[package]
name = "app"
version = "0.0.0"
edition = "2021"
[dependencies]
lib = { path = "../lib" }
mac = { path = "../mac" }
[build-dependencies]
ryu = "1"
//- app/build.rs
fn main() {
    println!("cargo::rustc-env=HALF={}", ryu::Buffer::new().format(0.5));
}
//- app/src/main.rs
fn main() {
    println!("{} {} {}", env!("HALF"), lib::text(7), mac::eight!());
}
//- lib/Cargo.toml
[package]
name = "lib"
version = "0.0.0"
edition = "2021"
[lib]
crate-type = [TYPES]
[dependencies]
itoa = "1"
//- lib/src/lib.rs
pub fn text(number: u8) -> String {
    itoa::Buffer::new().format(number).to_owned()
}
//- mac/Cargo.toml
[package]
name = "mac"
version = "0.0.0"
edition = "2021"
[lib]
proc-macro = true
[dependencies]
quote = "1"
//- mac/src/lib.rs
#[proc_macro]
pub fn eight(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    quote::quote!(8).into()
}
"#;

/// Builds the skeleton, then the project in its place, and returns what the binary `app` prints.
fn build(text: &str, selection: &Selection) -> (Form, String) {
    let project = real(text);
    let skeleton = ready(&project.files, selection);
    let dir = tempfile::tempdir().unwrap();
    let target = tempfile::tempdir().unwrap();
    let run = |mut arguments: Vec<String>| {
        arguments.extend(["--target-dir".to_owned(), target.path().to_str().unwrap().to_owned()]);
        arguments.push("--message-format=json".to_owned());
        cargo::run(dir.path(), &arguments).unwrap()
    };
    write_skeleton(dir.path(), &skeleton, &project.files);
    run(skeleton_arguments(selection, &skeleton));
    for name in skeleton.files.keys() {
        std::fs::remove_file(dir.path().join(name.as_str())).unwrap();
    }
    // What the skeleton brought from the project keeps its time, as it does in the product.
    let is_there = |name: &str| dir.path().join(name).exists();
    let missing = project.files.iter().filter(|(name, _)| !is_there(name));
    fixture::write(dir.path(), &missing.map(|(name, text)| (name.clone(), text.clone())).collect());
    make_old(dir.path());
    let patched: Vec<String> = skeleton.patched.iter().map(|dir| format!("/{dir}#")).collect();
    let messages = run(cargo::real_arguments(dir.path(), &project.project, selection));
    let mut executable = None;
    let mut externals = 0;
    for message in messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        let id = message["package_id"].as_str().unwrap();
        if !id.starts_with("path+") || patched.iter().any(|dir| id.contains(dir)) {
            assert_eq!(message["fresh"], true, "{message}");
            externals += 1;
        } else {
            assert_eq!(message["fresh"], false, "a stub stands for {message}");
        }
        if message["target"]["name"] == "app" {
            executable = message["executable"].as_str().map(str::to_owned);
        }
    }
    assert!(externals > 0, "{messages}");
    let output = executable.map(|file| Command::new(file).output().unwrap().stdout).unwrap_or_default();
    (skeleton.form, String::from_utf8(output).unwrap())
}

/// Dates the sources before the skeleton's build, which is when stubs of the same name would win.
fn make_old(dir: &Path) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            make_old(&path);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_hours(24 * 365 * 30);
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
    }
}

fn check(profile: &str, types: &str, flattened: bool) {
    let text = APP.replace("PROFILE", profile).replace("TYPES", types);
    let (form, printed) = build(&text, &select("app"));
    assert_eq!(printed, "0.5 7 8\n");
    assert_eq!(form == Form::Flattened, flattened, "{form:?}");
}

#[test]
fn without_optimisation_at_link_time() {
    check("", r#""cdylib", "rlib""#, true);
}

#[test]
fn with_optimisation_at_link_time() {
    check("[profile.release]\nlto = \"fat\"", r#""rlib""#, true);
    check("[profile.release]\nlto = \"thin\"", r#""cdylib", "rlib""#, false);
    check("[profile.release]\nlto = true", r#""staticlib", "rlib""#, false);
}

#[test]
fn a_library_of_one_kind_with_optimisation_at_link_time() {
    for (types, flattened) in [(r#""cdylib""#, true), (r#""staticlib""#, true), (r#""dylib""#, false)] {
        let (form, _) = build(&LTO.replace("TYPES", types).replace("LTO", "true"), &select("secret-name"));
        assert_eq!(form == Form::Flattened, flattened, "{types}: {form:?}");
    }
}

#[test]
fn with_the_first_resolver() {
    let text = APP
        .replace("resolver = \"2\"\n", "resolver = \"1\"\n")
        .replace("PROFILE", "")
        .replace("TYPES", "\"lib\"");
    let (form, printed) = build(&text, &select("app"));
    assert_eq!(printed, "0.5 7 8\n");
    assert!(matches!(form, Form::PerMember { .. }));
}

#[test]
fn with_a_patch_that_external_crates_use() {
    let text = r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app"]
[patch.crates-io]
unicode-ident = { path = "patched/ident" }
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
unicode-ident = "1"
[build-dependencies]
quote = "1"
//- app/build.rs
fn main() {}
//- app/src/main.rs
fn main() {
    println!("{}", unicode_ident::is_xid_start('x'));
}
//- patched/ident/Cargo.toml
[package]
name = "unicode-ident"
version = "1.99.0"
edition = "2021"
//- patched/ident/src/lib.rs
pub fn is_xid_start(_: char) -> bool {
    true
}
pub fn is_xid_continue(_: char) -> bool {
    true
}
"#;
    let (form, printed) = build(text, &select("app"));
    assert_eq!(printed, "true\n");
    assert!(matches!(form, Form::PerMember { .. }));
}

/// Flags of the project that turn lints into errors are meant for its own code.
#[test]
fn with_lints_that_are_errors() {
    for (resolver, form) in [("2", true), ("1", false)] {
        let text = format!(
            r#"
//- Cargo.toml
[workspace]
resolver = "{resolver}"
members = ["app"]
//- .cargo/config.toml
[build]
rustflags = ["-Dwarnings", "-Dmissing-docs", "-Dunused-crate-dependencies", "-Dunreachable-pub"]
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
[build-dependencies]
ryu = "1"
//- app/build.rs
//! Builds.
fn main() {{
    println!("cargo:rustc-env=HALF={{}}", ryu::Buffer::new().format(0.5));
}}
//- app/src/main.rs
//! Prints.
fn main() {{
    println!("{{}} {{}}", env!("HALF"), itoa::Buffer::new().format(7));
}}
"#
        );
        let (found, printed) = build(&text, &select("app"));
        assert_eq!((found == Form::Flattened, printed.as_str()), (form, "0.5 7\n"), "{found:?}");
    }
}
