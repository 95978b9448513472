//! `cargo metadata` says whether the project model is right.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use supercargo::project::{
    CargoTarget, CargoTargetKind, Dependency, DependencyKind, Package, Project, Source,
};

use crate::cargo;

/// Asserts that the model has every local package as Cargo has it.
pub(crate) fn same_facts(dir: &Path, project: &Project) {
    let arguments = cargo::words("metadata --format-version 1 --offline --locked");
    let text = cargo::run(dir, &arguments).unwrap().replace(dir.to_str().unwrap(), "ROOT");
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let is_in = |key: &str, package: &Value| metadata[key].as_array().unwrap().contains(&package["id"]);
    let mut expected: Vec<Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["source"].is_null())
        .map(|package| {
            let mut package = package.clone();
            package["member"] = json!(is_in("workspace_members", &package));
            package["default"] = json!(is_in("workspace_default_members", &package));
            of_cargo(&package)
        })
        .collect();
    expected.sort_by_key(|package| package["manifest_path"].as_str().unwrap().to_owned());
    let listed: BTreeSet<&str> =
        expected.iter().map(|package| package["manifest_path"].as_str().unwrap()).collect();
    let mut found: Vec<Value> = project
        .packages
        .values()
        // Cargo lists only what it resolves: a patch that nothing uses is not among it.
        .filter(|package| package.is_member || listed.contains(place(&package.manifest).as_str()))
        .map(of_ours)
        .collect();
    found.sort_by_key(|package| package["manifest_path"].as_str().unwrap().to_owned());
    assert_eq!(
        serde_json::to_string_pretty(&found).unwrap(),
        serde_json::to_string_pretty(&expected).unwrap()
    );
}

/// Keys of a package that are compared as they are.
const KEYS: [&str; 14] = [
    "name",
    "version",
    "manifest_path",
    "edition",
    "rust_version",
    "license",
    "description",
    "repository",
    "homepage",
    "documentation",
    "authors",
    "default_run",
    "links",
    "member",
];

fn of_cargo(package: &Value) -> Value {
    let mut facts = json!({});
    for key in KEYS.iter().chain(&["default"]) {
        facts[*key] = package[*key].clone();
    }
    let target = |target: &Value| {
        let kind = target["kind"][0].as_str().unwrap();
        let kind = match kind {
            "bin" | "example" | "test" | "bench" => kind,
            "custom-build" => "build",
            _ => "lib",
        };
        json!({
            "kind": kind,
            "name": target["name"],
            "crate_types": target["crate_types"],
            "src_path": target["src_path"],
            "tested": target["test"],
            "required": target.get("required-features").unwrap_or(&json!([])),
        })
    };
    let dependency = |dependency: &Value| {
        json!({
            "key": dependency["rename"].as_str().unwrap_or(dependency["name"].as_str().unwrap()),
            "name": dependency["name"],
            "kind": dependency["kind"],
            "target": dependency["target"],
            "optional": dependency["optional"],
            "default": dependency["uses_default_features"],
            "features": sorted(strings(&dependency["features"])),
            "path": dependency.get("path").cloned().unwrap_or(Value::Null),
            "req": dependency["req"],
        })
    };
    facts["targets"] = sorted(package["targets"].as_array().unwrap().iter().map(target));
    facts["dependencies"] = sorted(package["dependencies"].as_array().unwrap().iter().map(dependency));
    facts
}

fn strings(value: &Value) -> impl Iterator<Item = Value> {
    value.as_array().unwrap().clone().into_iter()
}

fn sorted(values: impl Iterator<Item = Value>) -> Value {
    let set: BTreeSet<String> = values.map(|value| value.to_string()).collect();
    set.into_iter().collect()
}

fn place(path: &supercargo::name::RelPath) -> String {
    format!("ROOT/{}", path.as_str()).trim_end_matches('/').to_owned()
}

fn of_ours(package: &Package) -> Value {
    json!({
        "name": package.name,
        "version": package.version.to_string(),
        "manifest_path": place(&package.manifest),
        "edition": package.edition,
        "rust_version": package.rust_version,
        "license": package.license,
        "description": package.description,
        "repository": package.repository,
        "homepage": package.homepage,
        "documentation": package.documentation,
        "authors": package.authors,
        "default_run": package.default_run,
        "links": package.links,
        "member": package.is_member,
        "default": package.is_default_member,
        "targets": sorted(package.targets.iter().map(target)),
        "dependencies": sorted(package.dependencies.iter().map(dependency)),
    })
}

fn target(target: &CargoTarget) -> Value {
    // Cargo's file name is what an example without crate types is listed with.
    let kind = match target.kind {
        CargoTargetKind::Lib => "lib",
        other => other.as_str(),
    };
    json!({
        "kind": kind,
        "name": target.name,
        "crate_types": target.crate_types,
        "src_path": place(&target.path),
        "tested": target.is_tested,
        "required": target.required_features,
    })
}

fn dependency(dependency: &Dependency) -> Value {
    let kind = match dependency.kind {
        DependencyKind::Normal => Value::Null,
        DependencyKind::Build => json!("build"),
        DependencyKind::Development => json!("dev"),
    };
    let path = match &dependency.source {
        Source::Path(dir) => json!(place(dir)),
        Source::Registry(_) | Source::Git { .. } => Value::Null,
    };
    json!({
        "key": dependency.key,
        "name": dependency.package,
        "kind": kind,
        "target": dependency.platform.as_ref().map(ToString::to_string),
        "optional": dependency.optional,
        "default": dependency.default_features,
        "features": sorted(dependency.features.iter().map(|feature| json!(feature))),
        "path": path,
        "req": dependency.requirement.parsed.as_ref().map_or("*".to_owned(), ToString::to_string),
    })
}
