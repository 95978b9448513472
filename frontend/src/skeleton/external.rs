//! How generated manifests name external packages.

use std::collections::{BTreeMap, BTreeSet};

use cargo_util_schemas::core::{GitReference as LockedReference, SourceKind};
use cargo_util_schemas::lockfile::TomlLockfileSourceId;
use toml::{Table, Value};

use super::units::{Request, Requests};
use crate::project::{GitReference, LockedPackage, Lockfile, Project, Registry, Source, git_url};

/// The key of every external package that `requests` name: its name, or one that tells versions apart.
pub(super) fn keys(lockfile: &Lockfile, requests: &[&Requests<'_>]) -> BTreeMap<usize, String> {
    let indices: BTreeSet<usize> =
        requests.iter().flat_map(|requests| requests.keys().map(|(_, index)| *index)).collect();
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for index in indices {
        if let Some(package) = lockfile.packages.get(index) {
            named.entry(&package.name).or_default().push(index);
        }
    }
    let mut keys = BTreeMap::new();
    for (name, indices) in named {
        let is_alone = indices.len() == 1;
        for (ordinal, index) in indices.into_iter().enumerate() {
            let key = if is_alone { name.to_owned() } else { format!("supercargo-{ordinal}-{name}") };
            keys.insert(index, key);
        }
    }
    keys
}

/// The entry that pins `locked` and asks for what `request` says.
pub(super) fn entry(project: &Project, locked: &LockedPackage, key: &str, request: &Request<'_>) -> Table {
    let mut entry = source(project, locked, request);
    entry.insert("version".to_owned(), Value::String(pinned(&locked.version)));
    if key != locked.name {
        entry.insert("package".to_owned(), Value::String(locked.name.clone()));
    }
    entry.extend(asked(request));
    entry
}

/// The features that `request` asks for, as the keys of an entry.
pub(super) fn asked(request: &Request<'_>) -> Table {
    let mut entry = Table::new();
    entry.insert("default-features".to_owned(), Value::Boolean(request.default_features));
    if !request.features.is_empty() {
        let features = request.features.iter().cloned().map(Value::String).collect();
        entry.insert("features".to_owned(), Value::Array(features));
    }
    entry
}

/// The requirement that only `version` satisfies; what follows a `+` is no part of a requirement.
pub(super) fn pinned(version: &semver::Version) -> String {
    let mut version = version.clone();
    version.build = semver::BuildMetadata::EMPTY;
    format!("={version}")
}

/// The keys that say where the package comes from.
fn source(project: &Project, locked: &LockedPackage, request: &Request<'_>) -> Table {
    let as_locked: Vec<&Source> = request
        .by
        .iter()
        .filter(|(_, dependency)| project.is_from(dependency, locked))
        .map(|(_, dependency)| &dependency.source)
        .collect();
    // Nobody asks for the source that is locked: a patch leads from the one that is asked for to it.
    let asked = as_locked
        .into_iter()
        .min()
        .or_else(|| request.by.iter().map(|(_, dependency)| &dependency.source).min());
    match (asked, locked.source.as_deref()) {
        (Some(Source::Git { url, reference }), Some(source)) => {
            locked_git(source).unwrap_or_else(|| git(url, reference))
        }
        (Some(source), _) => declared(source),
        (None, _) => Table::new(),
    }
}

/// The keys of a source as a manifest declares it.
pub(super) fn declared(source: &Source) -> Table {
    let one = |key: &str, value: &str| Table::from_iter([(key.to_owned(), Value::String(value.to_owned()))]);
    match source {
        Source::Path(dir) => one("path", dir.as_str()),
        Source::Registry(None) => Table::new(),
        Source::Registry(Some(Registry::Name(name))) => one("registry", name),
        Source::Registry(Some(Registry::Index(index))) => one("registry-index", index),
        Source::Git { url, reference } => git(url, reference),
    }
}

fn git(url: &str, reference: &GitReference) -> Table {
    let mut table = Table::from_iter([("git".to_owned(), Value::String(url.to_owned()))]);
    let (key, value) = match reference {
        GitReference::Default => return table,
        GitReference::Branch(branch) => ("branch", branch),
        GitReference::Tag(tag) => ("tag", tag),
        GitReference::Revision(revision) => ("rev", revision),
    };
    table.insert(key.to_owned(), Value::String(value.clone()));
    table
}

/// The keys of a git source as the lockfile has it, so that how manifests spell it does not matter.
fn locked_git(source: &str) -> Option<Table> {
    let parsed = TomlLockfileSourceId::new(source.to_owned()).ok()?;
    let SourceKind::Git(reference) = parsed.kind() else { return None };
    let reference = match reference {
        LockedReference::DefaultBranch => GitReference::Default,
        LockedReference::Branch(branch) => GitReference::Branch(branch.clone()),
        LockedReference::Tag(tag) => GitReference::Tag(tag.clone()),
        LockedReference::Rev(revision) => GitReference::Revision(revision.clone()),
    };
    Some(git(git_url(source), &reference))
}
