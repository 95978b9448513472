//! The bill of materials: what the binaries are made of, as `CycloneDX` 1.5.
//!
//! `CycloneDX` is what the tools of Cargo's world write and scanners read, it is made of package URLs, and it asks for no
//! time and no random number: the same sources give the same bytes. SPDX wants the time of making. Source:
//! <https://cyclonedx.org/docs/1.5/json/>.
//!
//! The lockfile does not say for which platform and feature a crate wants another one: of a common web service it names a
//! quarter more than is compiled. Cargo is asked, which knows.

mod purl;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::access::Access;
use super::target::{Goal, Stage};
use super::{BuildPlan, resolution};
use crate::name::RelPath;
use crate::project::{LockedPackage, Package, Project};
use crate::skeleton::SourceView;
use tree::Tree;

pub(super) use tree::FORMAT;

/// The name of the file that comes out.
pub const FILE: &str = "sbom.cdx.json";

/// What Cargo is asked with.
#[derive(Clone, Debug, PartialEq)]
pub struct Sbom {
    /// Files from which it resolves what the build resolves.
    pub files: BTreeMap<RelPath, Vec<u8>>,
    /// What it may need to be let in.
    pub access: Access,
}

/// What Cargo says, in the shape that `Invocation::tree` asks for.
#[derive(Clone, Copy, Debug)]
pub struct Trees<'a> {
    /// Of everything that is compiled.
    pub compiled: &'a str,
    /// Of what is linked: no build script and no procedural macro leads to it.
    pub linked: &'a str,
}

/// One component.
#[derive(Clone, Debug)]
struct Component<'a> {
    locked: &'a LockedPackage,
    /// The package, where it is one of the project's own.
    local: Option<&'a Package>,
    license: Option<&'a str>,
    is_linked: bool,
    dependencies: BTreeSet<usize>,
}

/// What is needed for the document, if `goal` asks for it and there is a lockfile.
pub(super) fn choose(project: &Project, view: &SourceView, goal: &Goal) -> Option<Sbom> {
    let lockfile = project.lockfile.as_ref().filter(|_| *goal == Goal::Stage(Stage::Sbom))?;
    Some(Sbom {
        files: resolution::files(project, view),
        access: Access::of_lockfile(project, lockfile.text.as_bytes()),
    })
}

/// The text of the document; nothing if `trees` name no package of the project.
#[must_use]
pub fn document(project: &Project, plan: &BuildPlan, trees: Trees<'_>) -> Option<String> {
    let document = value(project, &plan.binaries.value, &plan.cargo.triple, trees)?;
    // Strings, numbers and maps by name are what JSON always can say.
    Some(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n")
}

fn value(project: &Project, binaries: &[String], triple: &str, trees: Trees<'_>) -> Option<Value> {
    let lockfile = project.lockfile.as_ref()?;
    let (compiled, linked) = (Tree::read(trees.compiled, lockfile), Tree::read(trees.linked, lockfile));
    let root = compiled.root?;
    let components = compiled.edges.iter().filter_map(|(index, edges)| {
        let locked = lockfile.packages.get(*index)?;
        let component = Component {
            locked,
            local: local(project, locked),
            license: compiled.licenses.get(index).map(String::as_str),
            is_linked: linked.edges.contains_key(index),
            dependencies: edges.clone(),
        };
        Some((*index, component))
    });
    Some(rendered(&components.collect(), root, binaries, triple))
}

/// The package of the project that an entry of the lockfile is.
fn local<'p>(project: &'p Project, locked: &LockedPackage) -> Option<&'p Package> {
    let mut packages = project.packages.values().filter(|_| locked.is_local());
    packages.find(|package| package.name == locked.name && package.version == locked.version)
}

fn rendered(
    components: &BTreeMap<usize, Component<'_>>,
    root: usize,
    binaries: &[String],
    triple: &str,
) -> Value {
    let references: BTreeMap<usize, String> = references(components);
    let reference = |index: usize| references.get(&index).map_or("", String::as_str);
    let mut main = json!({});
    let mut rest = Vec::new();
    let mut dependencies = Vec::new();
    for (index, component) in components {
        let mut entry = entry(component);
        entry.insert("bom-ref".to_owned(), json!(reference(*index)));
        let on: Vec<&str> = component.dependencies.iter().map(|index| reference(*index)).collect();
        dependencies.push(json!({"ref": reference(*index), "dependsOn": on}));
        if *index != root {
            rest.push(Value::Object(entry));
            continue;
        }
        let parts = binaries.iter().map(|name| {
            let reference = format!("{} bin {name}", reference(root));
            json!({"type": "application", "name": name, "bom-ref": reference})
        });
        entry.insert("type".to_owned(), json!("application"));
        entry.insert("components".to_owned(), parts.collect());
        main = Value::Object(entry);
    }
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": main,
            // The word that cargo-cyclonedx has for it.
            "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": triple}],
            "tools": {"components": [
                {"type": "application", "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
            ]},
        },
        "components": rest,
        "dependencies": dependencies,
    })
}

/// What stands for each component: its package URL, which two branches of one repository may share.
fn references(components: &BTreeMap<usize, Component<'_>>) -> BTreeMap<usize, String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let named = components.iter().map(|(index, component)| {
        let purl = url(component);
        let count = counts.entry(purl.clone()).or_default();
        *count += 1;
        (*index, if *count == 1 { purl } else { format!("{purl} {count}") })
    });
    named.collect()
}

fn url(component: &Component<'_>) -> String {
    purl::of(component.locked, component.local.map(|package| &package.dir))
}

/// A component, but for what others call it.
fn entry(component: &Component<'_>) -> Map<String, Value> {
    let locked = component.locked;
    let mut entry = Map::new();
    let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    set("type", json!("library"));
    set("name", json!(locked.name));
    set("version", json!(locked.version.to_string()));
    set("purl", json!(url(component)));
    if !component.is_linked {
        set("scope", json!("excluded"));
    }
    // Anything else is no checksum that the format could hold.
    let is_sha256 = |sum: &&String| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(checksum) = locked.checksum.as_ref().filter(is_sha256) {
        set("hashes", json!([{"alg": "SHA-256", "content": checksum}]));
    }
    if let Some(license) = component.license {
        // Cargo takes the slash as an older way to say it.
        set("licenses", json!([{"expression": license.replace('/', " OR ")}]));
    }
    if let Some(description) = component.local.and_then(|package| package.description.as_ref()) {
        set("description", json!(description.trim()));
    }
    entry
}

#[cfg(test)]
mod tests;
