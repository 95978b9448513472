//! A front end that is a workspace of its own, of which little more than names is known.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::{Found, FrontEnd};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::name::RelPath;
use crate::plan::include;
use crate::project::{Project, Source, parse_lockfile};
use crate::tree::{Entry, Tree};

/// The lockfile is that in its directory; manifests are what has their name among the files that it sees.
pub(super) fn find(
    (called, directory): (&str, &RelPath),
    inputs: &[String],
    (project, names): (&Project, &Tree),
) -> Checked<Found> {
    let mut findings = Findings::default();
    let wrong = |what: &str, hint: &str| Diagnostic::error(format!("`{called}` {what}")).hint(hint);
    let [manifest, own] = ["Cargo.toml", "Cargo.lock"].map(|name| directory.join(name).unwrap_or_default());
    if !names.is_file(&manifest) {
        let what = format!("is made by trunk, but there is no `{manifest}`");
        findings.push(wrong(&what, "`dir` names the directory of the front end's package."));
        return findings.fail();
    }
    let Some(text) = names.contents(&own).filter(|_| names.is_file(&own)) else {
        let what = format!(
            "is made by trunk, but `{directory}` is no member of the workspace and has no lockfile of its own"
        );
        findings.push(wrong(
            &what,
            &format!(
                "Add it to `members`, or run `cargo generate-lockfile` in `{directory}` and commit `{own}`."
            ),
        ));
        return findings.fail();
    };
    let lockfile = match parse_lockfile(text) {
        Ok(lockfile) => lockfile,
        Err(error) => {
            let what = format!("has `{own}`, which cannot be read: {}", error.message);
            findings
                .push(wrong(&what, &format!("`cargo generate-lockfile` in `{directory}` writes it anew.")));
            return findings.fail();
        }
    };
    let beside = beside(names.contents(&manifest).unwrap_or_default(), directory, project);
    let mut more: Vec<String> = beside.iter().map(|directory| format!("{directory}/**")).collect();
    let mut manifests: BTreeSet<String> = [&own, &manifest].map(|path| path.as_str().to_owned()).into();
    let mut files = BTreeMap::new();
    let is_seen = |path: &RelPath| inputs.iter().chain(&more).any(|pattern| include::matches(pattern, path));
    for (path, entry) in names.entries() {
        if matches!(entry, Entry::Directory) || !is_seen(path) {
            continue;
        }
        if path.file_name() == Some("Cargo.toml") {
            manifests.insert(path.as_str().to_owned());
        } else if is_target(path) {
            files.insert(path.clone(), Vec::new());
        }
    }
    // A crate beside the front end may inherit from the root, and then Cargo reads that.
    if manifests.iter().any(|path| RelPath::new(path).is_ok_and(|path| !path.is_within(directory))) {
        files.extend(root(project));
    }
    // Cargo's configuration counts from above as well.
    for base in [&RelPath::root(), directory] {
        let path = base.join(".cargo/config.toml").unwrap_or_default();
        if names.is_file(&path) {
            manifests.insert(path.as_str().to_owned());
            more.push(path.as_str().to_owned());
        }
    }
    let manifests = manifests.into_iter().collect();
    let front_end = FrontEnd { manifests, files, ..FrontEnd::of(directory.clone(), project, &lockfile) };
    findings.finish((front_end, more, lockfile))
}

/// The directories outside of `directory` that its manifest has path dependencies in, and where those lead in turn as far
/// as the project knows.
fn beside(manifest: &[u8], directory: &RelPath, project: &Project) -> BTreeSet<RelPath> {
    // Cargo says what is wrong with it.
    let table: toml::Table =
        std::str::from_utf8(manifest).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut named = Vec::new();
    paths(&Value::Table(table), &mut named);
    let mut queue: Vec<RelPath> = named.iter().filter_map(|path| directory.join(path).ok()).collect();
    let mut found = BTreeSet::new();
    while let Some(path) = queue.pop() {
        if path.is_root() || path.is_within(directory) || !found.insert(path.clone()) {
            continue;
        }
        let dependencies = project.packages.get(&path).into_iter().flat_map(|package| &package.dependencies);
        queue.extend(dependencies.filter_map(|dependency| match &dependency.source {
            Source::Path(path) => Some(path.clone()),
            _ => None,
        }));
    }
    found
}

/// Every `path` of a dependency or a patch: those of targets are paths of files, which lead nowhere else.
fn paths(value: &Value, into: &mut Vec<String>) {
    let Value::Table(table) = value else { return };
    if let Some(Value::String(path)) = table.get("path") {
        into.push(path.clone());
    }
    table.values().for_each(|value| paths(value, into));
}

/// The root manifest, and an empty file for each target of its package.
fn root(project: &Project) -> BTreeMap<RelPath, Vec<u8>> {
    let package = project.packages.get(&RelPath::root());
    let targets = package.into_iter().flat_map(|package| &package.targets);
    let mut files: BTreeMap<RelPath, Vec<u8>> =
        targets.map(|target| (target.path.clone(), Vec::new())).collect();
    if let Ok(path) = RelPath::new("Cargo.toml") {
        files.insert(path, project.workspace.text.clone().into_bytes());
    }
    files
}

/// Whether cargo may take a file for a target by its name. Cargo wants it to be there before it reads any code.
fn is_target(path: &RelPath) -> bool {
    let parent = path.parent().and_then(|parent| parent.file_name().map(str::to_owned)).unwrap_or_default();
    match path.file_name() {
        Some("main.rs" | "lib.rs" | "build.rs") => true,
        Some(name) => {
            let is_rust = name.rsplit_once('.').is_some_and(|(_, end)| end == "rs");
            is_rust && matches!(parent.as_str(), "bin" | "examples" | "tests" | "benches")
        }
        None => false,
    }
}
