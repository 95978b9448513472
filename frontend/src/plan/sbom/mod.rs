//! The bill of materials: what the binaries are made of, as `CycloneDX` 1.5.
//!
//! `CycloneDX` is what the tools of Cargo's world write and scanners read, it is made of package URLs, and it asks for no
//! time and no random number: the same sources give the same bytes. SPDX wants the time of making. Source:
//! <https://cyclonedx.org/docs/1.5/json/>.

mod purl;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::subject::Subject;
use super::target::{Goal, Stage};
use crate::diagnostic::Findings;
use crate::project::Project;
use crate::skeleton::{self, Component, Selection};

/// The name of the file that comes out.
pub const FILE: &str = "sbom.cdx.json";

/// The document, if `goal` asks for it.
pub(super) fn choose(
    project: &Project,
    subject: &Subject<'_>,
    selection: &Selection,
    goal: &Goal,
    findings: &mut Findings,
) -> Option<String> {
    if *goal != Goal::Stage(Stage::Sbom) {
        return None;
    }
    let components = findings.take(skeleton::components(project, selection))?;
    let root = project.locked(subject.packages.first()?)?;
    let document = document(&components, root, &subject.binaries.value, &selection.target);
    // Strings, numbers and maps by name are what JSON always can say.
    Some(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n")
}

fn document(
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
        let parts: Vec<Value> = binaries
            .iter()
            .map(|name| json!({"type": "application", "name": name, "bom-ref": format!("{} bin {name}", reference(root))}))
            .collect();
        entry.insert("type".to_owned(), json!("application"));
        entry.insert("components".to_owned(), Value::Array(parts));
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
fn entry(component: &Component<'_>) -> serde_json::Map<String, Value> {
    let locked = component.locked;
    let mut entry = serde_json::Map::new();
    let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    set("type", json!("library"));
    set("name", json!(locked.name));
    set("version", json!(locked.version.to_string()));
    set("purl", json!(url(component)));
    if component.only_builds {
        set("scope", json!("excluded"));
    }
    // Anything else is no checksum that the format could hold.
    let is_sha256 = |sum: &&String| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(checksum) = locked.checksum.as_ref().filter(is_sha256) {
        set("hashes", json!([{"alg": "SHA-256", "content": checksum}]));
    }
    if let Some(license) = component.local.and_then(|package| package.license.as_ref()) {
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
