//! What a build was given beside its sources, so that the next one can say what is different.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cause;
use crate::lockfile::{Lockfile, Versions};
use crate::sources::hex;

/// The circumstances of one build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Circumstances {
    /// Cargo's arguments.
    arguments: Vec<String>,
    packages: Versions,
    /// Digests of the values of the environment variables.
    variables: BTreeMap<String, String>,
}

impl Circumstances {
    /// Those of a build that is about to run `command` in the workspace `directory`.
    pub(crate) fn now(command: &[String], directory: &Path) -> Self {
        let variables = std::env::vars_os().filter(|(name, _)| name != supercargo_report::JOB);
        let variables = variables.map(|(name, value)| {
            let digest = hex(Sha256::new_with_prefix(value.as_encoded_bytes()));
            (name.to_string_lossy().into_owned(), digest)
        });
        Self {
            arguments: command.iter().skip(1).cloned().collect(),
            // Cargo judges a lockfile that cannot be read.
            packages: Lockfile::read(&directory.join("Cargo.lock")).unwrap_or_default().versions,
            variables: variables.collect(),
        }
    }

    /// What is different since `last`, one fragment each.
    pub(crate) fn since(&self, last: &Self) -> Vec<String> {
        let bumps = cause::bumps(&last.packages, &self.packages).into_iter();
        let mut found: Vec<String> = bumps.map(|bump| format!("Cargo.lock: {bump}")).collect();
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
        let names = cause::keys(&last.variables, &self.variables).into_iter();
        let changed = names.filter(|name| last.variables.get(*name) != self.variables.get(*name));
        // Never the value, which may be nobody's business.
        found.extend(changed.map(|name| format!("environment variable `{name}`")));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Circumstances;

    fn of(itoa: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Circumstances {
        Circumstances {
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            packages: [("itoa".to_owned(), [itoa.to_owned()].into())].into(),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn each_difference_is_named_once() {
        let last = of("1.0.14", &["build", "--bin", "a"], &[("A", "1"), ("B", "1")]);
        assert_eq!(last.since(&last), Vec::<String>::new());
        for (now, expected) in [
            (
                of("1.0.15", &["build", "--bin", "a"], &[("A", "1"), ("B", "1")]),
                "Cargo.lock: itoa 1.0.14 -> 1.0.15",
            ),
            (
                of("1.0.14", &["build", "--bin", "a", "--features", "x"], &[("A", "1"), ("B", "1")]),
                "cargo's arguments: +`--features` +`x`",
            ),
            (of("1.0.14", &["build", "a", "--bin"], &[("A", "1"), ("B", "1")]), "cargo's arguments"),
            (of("1.0.14", &["build", "--bin", "a"], &[("A", "2"), ("B", "1")]), "environment variable `A`"),
            (of("1.0.14", &["build", "--bin", "a"], &[("A", "1")]), "environment variable `B`"),
        ] {
            assert_eq!(now.since(&last), [expected]);
        }
    }
}
