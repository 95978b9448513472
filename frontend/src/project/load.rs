//! From bytes to [`Project`].

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dependency::Dependency;
use super::inherit::{Heir, described, detailed};
use super::profile::Profiles;
use super::workspace::{Patch, Project, Resolver, Workspace};
use super::{cargo_config, lockfile, read_package, toolchain_file};
use crate::diagnostic::{Checked, Findings, Span};
use crate::discover::{self, Found, Manifest};
use crate::name::RelPath;
use crate::tree::Tree;

/// Reads the project out of a tree for which [`crate::discover::step`] said [`crate::discover::Step::Done`].
///
/// Errors: whatever Cargo would refuse in the manifests. Whether the lockfile matches them is asked apart, with
/// [`super::check_lockfile`].
pub fn load(tree: &Tree) -> Checked<Project> {
    let mut findings = Findings::default();
    let Some(found) = findings.take(discover::find(tree)) else { return findings.fail() };
    let cargo_config = cargo_config::merge(tree, &found.config, &mut findings);
    let workspace = workspace(&found, &mut findings);
    let mut packages = BTreeMap::new();
    let set = &found.manifests;
    for (dir, manifest) in &set.manifests {
        let from = set.inherited.get(dir);
        let heir = Heir { dir, manifest, workspace: from.map(|(dir, root)| (dir, root.as_ref())) };
        if let Some(mut package) = read_package::read(tree, &heir, &mut findings) {
            package.is_member = set.members.contains(dir);
            package.is_default_member = set.default_members.contains(dir);
            packages.insert(dir.clone(), package);
        }
    }
    let lockfile = found.lockfile.as_deref().map(lockfile::parse).transpose();
    let toolchain =
        found.toolchain.as_ref().map(|(file, bytes)| toolchain_file::parse(file, bytes)).transpose();
    match (lockfile, toolchain, workspace) {
        (Ok(lockfile), Ok(toolchain_file), Some(workspace)) => {
            findings.finish(Project { packages, workspace, lockfile, cargo_config, toolchain_file })
        }
        (lockfile, toolchain, _) => {
            lockfile.err().into_iter().chain(toolchain.err()).for_each(|error| findings.push(error));
            findings.fail()
        }
    }
}

fn workspace(found: &Found, findings: &mut Findings) -> Option<Workspace> {
    let root = &found.manifests.root;
    let toml = &root.value;
    let document: toml::Table = toml::from_str(&root.text).ok()?;
    let declared = toml.workspace.as_ref();
    Some(Workspace {
        text: root.text.clone(),
        is_declared: declared.is_some(),
        has_default_members: declared.is_some_and(|workspace| workspace.default_members.is_some()),
        resolver: resolver(root),
        metadata: read_package::metadata(
            declared.and_then(|workspace| workspace.metadata.as_ref()),
            root,
            "workspace",
        ),
        profiles: Profiles::of(&document),
        patches: patches(found, findings),
        has_replace: toml.replace.as_ref().is_some_and(|entries| !entries.is_empty()),
        cargo_features: toml.cargo_features.clone().unwrap_or_default(),
    })
}

fn resolver(root: &Manifest) -> Resolver {
    let package = root.value.package();
    let key = root
        .value
        .workspace
        .as_ref()
        .and_then(|workspace| workspace.resolver.as_deref())
        .or_else(|| package.and_then(|package| package.resolver.as_deref()));
    let inherited = || root.value.workspace.as_ref()?.package.as_ref()?.edition.clone();
    let edition = package
        .and_then(|package| package.edition.as_ref())
        .and_then(|edition| edition.as_value().cloned().or_else(inherited));
    match (key, edition.as_deref()) {
        (Some("1"), _) => Resolver::V1,
        (Some("2"), _) | (None, Some("2021")) => Resolver::V2,
        (Some(_), _) | (None, Some("2024")) => Resolver::V3,
        (None, _) => Resolver::V1,
    }
}

/// `[patch]` of the root manifest, then of the configuration where the manifest has no entry of that key.
fn patches(found: &Found, findings: &mut Findings) -> Vec<Patch> {
    let root = &found.manifests.root;
    let mut patches = Vec::new();
    for (patched, entries) in root.value.patch.iter().flatten() {
        for (key, dependency) in entries {
            let span = root.span(&["patch", patched, key.as_str()]);
            let described = described(key.as_str(), &RelPath::root(), &detailed(dependency), span, findings);
            patches.extend(described.map(|dependency| Patch { patched: patched.clone(), dependency }));
        }
    }
    for file in &found.config {
        let tables = file.document.value.get("patch").and_then(toml::Value::as_table).into_iter().flatten();
        for (patched, entries) in tables {
            for (key, entry) in entries.as_table().into_iter().flatten() {
                let span = file.document.span(&["patch", patched, key]);
                let Some(base) = &file.base else { continue };
                let Some(dependency) = config_patch(key, base, entry, span, findings) else { continue };
                let is_taken =
                    |patch: &Patch| patch.patched == *patched && patch.dependency.key == dependency.key;
                if !patches.iter().any(is_taken) {
                    patches.push(Patch { patched: patched.clone(), dependency });
                }
            }
        }
    }
    patches
}

fn config_patch(
    key: &str,
    base: &RelPath,
    entry: &toml::Value,
    span: Span,
    findings: &mut Findings,
) -> Option<Dependency> {
    let parsed = cargo_util_schemas::manifest::TomlDependency::deserialize(entry.clone()).ok()?;
    described(key, base, &detailed(&parsed), span, findings)
}
