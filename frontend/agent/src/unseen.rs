//! Files that reach a crate without the compiler's knowledge.
//!
//! A procedural macro may read any file: migrations, templates, translations. The compiler notes only what it reads
//! itself, so cargo would take a crate for fresh whose macros would now give something else. Only what is surely not
//! read so is left out here: a crate that is compiled once too often costs seconds, a stale one is wrong.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::Entry;

/// Hidden files and directories that are for git, editors and services, and not for programs.
const HIDDEN: [&str; 9] = [
    ".circleci",
    ".devcontainer",
    ".dockerignore",
    ".editorconfig",
    ".git",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".vscode",
];

/// What cargo itself follows, and the beginnings of the names of what is for people, for image builders and for the
/// tools of a developer.
const NAMES: [&str; 16] = [
    "CHANGELOG",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README",
    "clippy.toml",
    "compose.",
    "deny.toml",
    "docker-bake.",
    "docker-compose",
    "flake.",
    "justfile",
    "nextest.toml",
    "rustfmt.toml",
];

/// Directories of a package that its library and programs are not compiled from.
const APART: [&str; 3] = ["benches", "examples", "tests"];

/// The source files whose crates a change of the files `changed` may reach unseen: all of the package that a changed
/// file is in, or all there are where it is in none.
pub(crate) fn readers(changed: &[String], entries: &BTreeMap<String, Entry>) -> BTreeSet<String> {
    let scopes: BTreeSet<&str> = changed
        .iter()
        .filter_map(|key| {
            let scope = package(key, entries);
            may_be_read(key.strip_prefix(scope)?.trim_start_matches('/')).then_some(scope)
        })
        .collect();
    let is_reader = |key: &str| {
        is_source(key) && !key.ends_with("build.rs") && scopes.iter().any(|scope| is_within(key, scope))
    };
    entries.keys().filter(|key| is_reader(key)).cloned().collect()
}

/// The directory of the package that a file is in; the root if it is in none.
fn package<'k>(key: &'k str, entries: &BTreeMap<String, Entry>) -> &'k str {
    let mut directory = key;
    while let Some((parent, _)) = directory.rsplit_once('/') {
        if entries.contains_key(&format!("{parent}/Cargo.toml")) {
            return parent;
        }
        directory = parent;
    }
    ""
}

/// Whether a macro may read the file at `path` in a package. What is written in Rust the compiler follows by itself.
fn may_be_read(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_apart = path.contains('/') && APART.contains(&first);
    let is_prose = std::path::Path::new(name).extension().is_some_and(|suffix| suffix == "md");
    !is_source(path)
        && !is_apart
        && !is_prose
        && !HIDDEN.contains(&first)
        && !NAMES.iter().any(|start| name.starts_with(start))
}

fn is_source(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|suffix| suffix == "rs")
}

fn is_within(key: &str, directory: &str) -> bool {
    directory.is_empty() || key.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::readers;
    use crate::ledger::Entry;
    use crate::stamp::Stamp;

    #[test]
    fn a_change_reaches_the_package_that_it_is_in() {
        let keys =
            ["Cargo.toml", "a/Cargo.toml", "a/src/lib.rs", "a/build.rs", "ab/Cargo.toml", "ab/src/lib.rs"];
        let entry = Entry { digest: String::new(), stamp: Stamp(0, 0) };
        let entries: BTreeMap<String, Entry> =
            keys.iter().map(|key| ((*key).to_owned(), entry.clone())).collect();
        for (changed, expected) in [
            ("a/migrations/1.sql", &["a/src/lib.rs"][..]),
            ("a/src/page.html", &["a/src/lib.rs"]),
            ("a/.sqlx/query.json", &["a/src/lib.rs"]),
            ("migrations/1.sql", &["a/src/lib.rs", "ab/src/lib.rs"]),
            (".cargo/config.toml", &["a/src/lib.rs", "ab/src/lib.rs"]),
            ("a/src/lib.rs", &[]),
            ("a/Cargo.toml", &[]),
            ("a/tests/data.json", &[]),
            ("a/notes.md", &[]),
            (".github/workflows/ci.yml", &[]),
            ("Dockerfile", &[]),
            ("Makefile", &[]),
            ("compose.yaml", &[]),
        ] {
            let found = readers(&[changed.to_owned()], &entries);
            assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{changed}");
        }
    }
}
