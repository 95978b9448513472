//! What the table of native libraries makes of a lockfile.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected has failed")]

#[path = "fixture/mod.rs"]
mod fixture;

use std::collections::BTreeSet;
use std::fmt::Write;

use supercargo::config::Config;
use supercargo::plan::native::{self, Compilers, Entry, table};
use supercargo::skeleton::{self, Features, Selection};

/// A project whose package `app` depends on `dependency` as `table` says, with a lockfile of `locked`: each crate and
/// what it depends on.
fn project(dependency: &str, table: &str, rest: &str, locked: &[(&str, &[&str])]) -> fixture::Files {
    let mut text = format!(
        "//- Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
         {dependency} = {table}\n{rest}\n//- src/main.rs\nfn main() {{}}\n//- Cargo.lock\nversion = 4\n\n\
         [[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"{dependency}\"]\n"
    );
    for (name, dependencies) in locked {
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        write!(text, "\n[[package]]\nname = \"{name}\"\nversion = \"1.2.3\"\nsource = \"{registry}\"\n")
            .unwrap();
        writeln!(text, "checksum = \"{}\"\ndependencies = {dependencies:?}", "0".repeat(64)).unwrap();
    }
    fixture::files(&text)
}

/// Debian's names of the inferred packages, and the first reason.
fn inferred(files: &fixture::Files, package: &str) -> (Vec<String>, Option<String>) {
    let project = fixture::project(files).unwrap().value;
    let selection = Selection {
        packages: BTreeSet::from([package.to_owned()]),
        features: Features::default(),
        binaries: BTreeSet::new(),
        profile: "release".to_owned(),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        host: "x86_64-unknown-linux-gnu".to_owned(),
        profile_keys: std::collections::BTreeMap::new(),
        rustflags: Vec::new(),
        tests: false,
    };
    let crates = skeleton::crates(&project, &selection).unwrap().value;
    let build =
        native::choose(&Config::default(), &crates, "scratch", Compilers::default()).unwrap().value.build;
    (build.apt(), build.0.first().map(|chosen| chosen.because.clone()))
}

fn expected(entry: &Entry) -> Vec<String> {
    let mut names = entry.apt.clone();
    names.extend(entry.pkg_config.then(|| "pkg-config".to_owned()));
    names.sort();
    names
}

const ANY: &str = "\"1\"";

#[test]
fn every_crate_of_the_table_is_found_behind_another_one() {
    for (name, entry) in table() {
        let files = project("wrapper", ANY, "", &[(name, &[]), ("wrapper", &[name])]);
        let because = Some(format!("{name} 1.2.3 in Cargo.lock"));
        assert_eq!(inferred(&files, "app"), (expected(entry), because), "{name}");
    }
}

#[test]
fn a_crate_with_a_copy_of_its_own_needs_no_package() {
    for (name, entry) in table() {
        for feature in &entry.unless {
            let asked = format!("{{ version = \"1\", features = [{feature:?}] }}");
            let files = project(name, &asked, "", &[(name, &[])]);
            assert_eq!(inferred(&files, "app"), (Vec::new(), None), "{name}/{feature}");
        }
        for with in &entry.unless_with {
            let files = project("wrapper", ANY, "", &[(with, &[]), (name, &[with]), ("wrapper", &[name])]);
            let (packages, _) = inferred(&files, "app");
            let own = table().get(with).map(expected).unwrap_or_default();
            assert_eq!(packages, own, "{name} with {with}");
        }
        for not_for in &entry.not_for {
            let files =
                project("wrapper", ANY, "", &[(name, &[]), (not_for, &[name]), ("wrapper", &[not_for])]);
            assert_eq!(inferred(&files, "app").0, Vec::<String>::new(), "{name} for {not_for}");
        }
    }
}

/// The lockfile holds what any feature adds, and cannot say which is active.
#[test]
fn a_copy_that_only_another_feature_brings_does_not_count() {
    let locked: [(&str, &[&str]); 3] =
        [("openssl", &["openssl-sys"]), ("openssl-src", &[]), ("openssl-sys", &["openssl-src"])];
    let vendored = "[features]\nvendored = [\"openssl/vendored\"]\n";
    let (packages, _) = inferred(&project("openssl", ANY, vendored, &locked), "app");
    assert!(packages.contains(&"libssl-dev".to_owned()), "{packages:?}");
    // The manifest of rathole: static OpenSSL on musl alone.
    let elsewhere = "[target.'cfg(target_env = \"musl\")'.dependencies]\nopenssl = { version = \"1\", features = [\"vendored\"] }\n";
    let (packages, _) = inferred(&project("openssl", ANY, elsewhere, &locked), "app");
    assert!(packages.contains(&"libssl-dev".to_owned()), "{packages:?}");
    // The manifest of hurl: a feature of another name, of a crate on the way.
    let behind: [(&str, &[&str]); 4] = [
        ("curl", &["curl-sys"]),
        ("curl-sys", &["openssl-sys"]),
        ("openssl-src", &[]),
        ("openssl-sys", &["openssl-src"]),
    ];
    let other = "[features]\nstatic-openssl = [\"curl/static-ssl\"]\n";
    let (packages, _) = inferred(&project("curl", ANY, other, &behind), "app");
    assert!(packages.contains(&"libssl-dev".to_owned()), "{packages:?}");
    let by_default = format!("{vendored}default = [\"vendored\"]\n");
    let (packages, _) = inferred(&project("openssl", ANY, &by_default, &locked), "app");
    assert!(!packages.contains(&"libssl-dev".to_owned()), "{packages:?}");
}

#[test]
fn what_another_member_needs_is_not_installed() {
    let files = fixture::files(
        "//- Cargo.toml
         [workspace]
         members = [\"a\", \"b\"]
         resolver = \"3\"
         //- a/Cargo.toml
         [package]
         name = \"a\"
         version = \"0.1.0\"
         //- a/src/main.rs
         //- b/Cargo.toml
         [package]
         name = \"b\"
         version = \"0.1.0\"
         [dependencies]
         pq-sys = \"1\"
         //- b/src/main.rs
         //- Cargo.lock
         version = 4
         [[package]]
         name = \"a\"
         version = \"0.1.0\"
         [[package]]
         name = \"b\"
         version = \"0.1.0\"
         dependencies = [\"pq-sys\"]
         [[package]]
         name = \"pq-sys\"
         version = \"1.0.0\"
         source = \"registry+https://github.com/rust-lang/crates.io-index\"
         checksum = \"0000000000000000000000000000000000000000000000000000000000000000\"
        ",
    );
    assert_eq!(inferred(&files, "a").0, Vec::<String>::new());
    assert_eq!(inferred(&files, "b").0, ["libpq-dev", "pkg-config"]);
}

#[test]
fn the_documentation_shows_the_table() {
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
    let mut rows = String::new();
    for (name, entry) in table() {
        let names = |own: &[String], tool: &str| {
            let tool = entry.pkg_config.then(|| tool.to_owned());
            quoted(&own.iter().cloned().chain(tool).collect::<Vec<_>>()).join(" ")
        };
        let (apt, apk) = (names(&entry.apt, "pkg-config"), names(&entry.apk, "pkgconf"));
        let unless = quoted(&entry.unless).join(", ");
        writeln!(rows, "| `{name}` | {} | {apt} | {apk} | {unless} |", entry.links).unwrap();
    }
    let page = include_str!("../../docs/native-libraries.md");
    let shown = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .fold(String::new(), |all, line| all + line + "\n");
    assert!(shown == rows, "docs/native-libraries.md must have these rows:\n{rows}");
}
