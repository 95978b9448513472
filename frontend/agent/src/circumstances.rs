//! What a build was given beside its sources, so that the next one can say what is different.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::sources::hex;

/// The circumstances of one build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Circumstances {
    /// Cargo's arguments.
    arguments: Vec<String>,
    /// The versions of each package that the lockfile names.
    packages: BTreeMap<String, BTreeSet<String>>,
    /// Digests of the values of the environment variables.
    variables: BTreeMap<String, String>,
}

impl Circumstances {
    /// Those of a build that is about to run `command` in the workspace `directory`.
    pub(crate) fn now(command: &[String], directory: &Path) -> Self {
        let lockfile = std::fs::read_to_string(directory.join("Cargo.lock")).unwrap_or_default();
        let variables = std::env::vars_os().filter(|(name, _)| name != supercargo_report::JOB);
        let variables = variables.map(|(name, value)| {
            let digest = hex(Sha256::new_with_prefix(value.as_encoded_bytes()));
            (name.to_string_lossy().into_owned(), digest)
        });
        Self {
            arguments: command.iter().skip(1).cloned().collect(),
            packages: packages(&lockfile),
            variables: variables.collect(),
        }
    }

    /// What is different since `last`, one fragment each.
    pub(crate) fn since(&self, last: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let names: BTreeSet<&String> = last.packages.keys().chain(self.packages.keys()).collect();
        let none = BTreeSet::new();
        for name in names {
            let was = last.packages.get(name).unwrap_or(&none);
            let is = self.packages.get(name).unwrap_or(&none);
            let text = |versions: BTreeSet<&String>| {
                versions.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
            };
            let (gone, new) = (text(was.difference(is).collect()), text(is.difference(was).collect()));
            match (gone.is_empty(), new.is_empty()) {
                (true, true) => {}
                (false, false) => found.push(format!("Cargo.lock: {name} {gone} -> {new}")),
                (true, false) => found.push(format!("Cargo.lock: new {name} {new}")),
                (false, true) => found.push(format!("Cargo.lock: no more {name} {gone}")),
            }
        }
        if self.arguments != last.arguments {
            let only = |one: &[String], other: &[String], sign: &str| {
                let left = one.iter().filter(|argument| !other.contains(argument));
                left.map(|argument| format!("{sign}`{argument}`")).collect::<Vec<_>>()
            };
            let mut parts = only(&last.arguments, &self.arguments, "-");
            parts.extend(only(&self.arguments, &last.arguments, "+"));
            found.push(
                format!("cargo's arguments: {}", parts.join(" ")).trim_end_matches([':', ' ']).to_owned(),
            );
        }
        let names: BTreeSet<&String> = last.variables.keys().chain(self.variables.keys()).collect();
        let changed = names.into_iter().filter(|name| last.variables.get(*name) != self.variables.get(*name));
        // Never the value, which may be nobody's business.
        found.extend(changed.map(|name| format!("environment variable `{name}`")));
        found
    }
}

/// The versions of each package in the text of a lockfile. Cargo writes one key a line.
fn packages(lockfile: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut name = "";
    for line in lockfile.lines() {
        let value = |key: &str| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"');
        if line.starts_with('[') {
            name = "";
        } else if let Some(value) = value("name") {
            name = value;
        } else if let Some(version) = value("version").filter(|_| !name.is_empty()) {
            packages.entry(name.to_owned()).or_default().insert(version.to_owned());
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::{Circumstances, packages};

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"itoa\"\nversion = \"1.0.14\"\nsource = \"r\"\n\n\
                        [[package]]\nname = \"syn\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"syn\"\nversion = \"2.0.0\"\n\
                        dependencies = [\n \"itoa\",\n]\n";

    fn of(lockfile: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Circumstances {
        Circumstances {
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            packages: packages(lockfile),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn each_difference_is_named_once() {
        let last = of(LOCK, &["build", "--bin", "a"], &[("A", "1"), ("B", "1")]);
        assert_eq!(last.since(&last), Vec::<String>::new());
        let bumped = LOCK.replace("1.0.14", "1.0.15");
        for (now, expected) in [
            (
                of(&bumped, &["build", "--bin", "a"], &[("A", "1"), ("B", "1")]),
                "Cargo.lock: itoa 1.0.14 -> 1.0.15",
            ),
            (
                of(&LOCK.replace("2.0.0", "2.0.1"), &["build", "--bin", "a"], &[("A", "1"), ("B", "1")]),
                "Cargo.lock: syn 2.0.0 -> 2.0.1",
            ),
            (
                of(
                    &LOCK.replace("\"1.0.0\"", "\"2.0.0\""),
                    &["build", "--bin", "a"],
                    &[("A", "1"), ("B", "1")],
                ),
                "Cargo.lock: no more syn 1.0.0",
            ),
            (
                of(LOCK, &["build", "--bin", "a", "--features", "x"], &[("A", "1"), ("B", "1")]),
                "cargo's arguments: +`--features` +`x`",
            ),
            (of(LOCK, &["build", "a", "--bin"], &[("A", "1"), ("B", "1")]), "cargo's arguments"),
            (of(LOCK, &["build", "--bin", "a"], &[("A", "2"), ("B", "1")]), "environment variable `A`"),
            (of(LOCK, &["build", "--bin", "a"], &[("A", "1")]), "environment variable `B`"),
        ] {
            assert_eq!(now.since(&last), [expected]);
        }
    }
}
