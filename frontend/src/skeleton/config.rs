//! Cargo's configuration, without what cannot reach an external package.

use std::collections::BTreeSet;

use cargo_platform::Platform;
use toml::{Table, Value};

use super::platform::Target;
use super::profile;
use super::selection::Selection;
use crate::project::{Lockfile, Project};

/// Keys of `[build]` that no external package feels, or that every build sets itself.
const OF_BUILD: [&str; 11] = [
    "build-dir",
    "dep-info-basedir",
    "incremental",
    "jobs",
    "pipelining",
    "rustc-workspace-wrapper",
    "rustdoc",
    "rustdocflags",
    "target",
    "target-dir",
    "warnings",
];

/// The configuration for `selection` with the packages of `kept`.
///
/// Left out are: what only concerns the user's terminal and network, secrets, `[patch]`, which the manifest
/// holds, and tables for platforms that take no part.
pub(super) fn normalised(
    project: &Project,
    lockfile: &Lockfile,
    selection: &Selection,
    kept: &BTreeSet<usize>,
) -> Table {
    let mut config = Table::new();
    let Some(found) = &project.cargo_config else { return config };
    let mut put = |key: &str, table: Table| {
        if !table.is_empty() {
            config.insert(key.to_owned(), Value::Table(table));
        }
    };
    let table = |key: &str| found.table.get(key).and_then(Value::as_table).cloned().unwrap_or_default();
    put("build", without(table("build"), &OF_BUILD));
    put("target", platforms(table("target"), selection));
    put("host", without(table("host"), &["runner"]));
    let chain = profile::effective(project).chain(&selection.profile);
    put("profile", profile::pruned(&profile::configured(project), &chain, lockfile, kept));
    put("source", table("source"));
    put("registries", registries(table("registries")));
    put("env", table("env"));
    put("unstable", table("unstable"));
    let net = table("net").into_iter().filter(|(key, _)| key == "git-fetch-with-cli");
    put("net", net.collect());
    config
}

fn without(mut table: Table, keys: &[&str]) -> Table {
    for key in keys {
        table.remove(*key);
    }
    table
}

fn platforms(table: Table, selection: &Selection) -> Table {
    let sides = [Target::new(&selection.target, &[]), Target::new(&selection.host, &[])];
    let is_active = |key: &str| match key.parse::<Platform>() {
        Ok(platform) => sides.iter().any(|side| side.is_active(&platform) != Some(false)),
        Err(_) => true,
    };
    table
        .into_iter()
        .filter(|(key, _)| is_active(key))
        .filter_map(|(key, value)| match value {
            Value::Table(table) => {
                let table = without(table, &["runner"]);
                (!table.is_empty()).then_some((key, Value::Table(table)))
            }
            other => Some((key, other)),
        })
        .collect()
}

/// Where each registry is; how to log in is nobody's business here.
fn registries(table: Table) -> Table {
    table
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::Table(table) => {
                let plain = table.into_iter().filter(|(key, _)| key == "index" || key == "protocol");
                Some((name, Value::Table(plain.collect())))
            }
            _ => None,
        })
        .collect()
}
