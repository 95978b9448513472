//! Runs the real Cargo and reads its unit graph.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use supercargo::project::Project;
use supercargo::skeleton::Selection;

/// Runs `cargo` in `dir` and returns what it printed, or its complaint.
pub(crate) fn run(dir: &Path, arguments: &[String]) -> Result<String, String> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(dir)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_HOME", home())
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(format!("cargo {}\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
}

/// A `CARGO_HOME` of the tests' own, since they invent registries and repositories; kept from run to run.
fn home() -> &'static Path {
    let home = Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/cargo-home"));
    // Where the user has set Cargo up to reach crates.io in some other way, that holds here too.
    let config = option_env!("CARGO_HOME").map(|home| Path::new(home).join("config.toml"));
    if let Some(config) = config.filter(|config| config.exists())
        && !home.join("config.toml").exists()
    {
        std::fs::create_dir_all(home).unwrap();
        std::fs::copy(config, home.join("config.toml")).unwrap();
    }
    home
}

/// Text to arguments.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Makes a lockfile, without the network if what is there already suffices.
pub(crate) fn lock(dir: &Path) {
    if run(dir, &words("generate-lockfile --offline")).is_err() {
        run(dir, &words("generate-lockfile")).unwrap();
    }
    if run(dir, &words("fetch --locked --offline")).is_err() {
        run(dir, &words("fetch --locked")).unwrap();
    }
}

/// The command that builds `selection` in the real workspace, as the product gives it.
pub(crate) fn real_arguments(dir: &Path, project: &Project, selection: &Selection) -> Vec<String> {
    let mut arguments = common_arguments(selection);
    for package in &selection.packages {
        let package = project.member(package).unwrap();
        let specification = project.package_specification(package, dir.to_str().unwrap());
        arguments.extend(["--package".to_owned(), specification]);
    }
    for binary in &selection.binaries {
        arguments.extend(["--bin".to_owned(), binary.clone()]);
    }
    if selection.features.all {
        arguments.push("--all-features".to_owned());
    }
    if selection.features.no_default {
        arguments.push("--no-default-features".to_owned());
    }
    for feature in &selection.features.names {
        arguments.extend(["--features".to_owned(), feature.clone()]);
    }
    arguments
}

/// What both commands have in common.
pub(crate) fn common_arguments(selection: &Selection) -> Vec<String> {
    let mut arguments = words(if selection.tests { "test --no-run" } else { "build" });
    arguments.extend(words(&format!("--target {} --profile {}", selection.target, selection.profile)));
    arguments.push("--offline".to_owned());
    arguments.push("--ignore-rust-version".to_owned());
    arguments
}

/// The external units that `cargo` would run in `dir`, with what they depend on.
///
/// `extra` names directories of local packages that count as external.
pub(crate) fn units(
    dir: &Path,
    mut arguments: Vec<String>,
    extra: &BTreeSet<String>,
) -> Result<BTreeSet<String>, String> {
    arguments.extend(words("--unit-graph -Zunstable-options"));
    let root = dir.to_str().unwrap();
    let text = run(dir, &arguments)?.replace(root, "ROOT");
    let graph: Value = serde_json::from_str(&text).unwrap();
    let units = graph["units"].as_array().unwrap();
    let describe = |unit: &Value| {
        let of = |key: &str| unit[key].clone();
        let target = &unit["target"];
        serde_json::json!({
            "package": of("pkg_id"), "mode": of("mode"), "kind": target["kind"], "name": target["name"],
            "platform": of("platform"), "profile": of("profile"), "features": of("features"),
        })
    };
    let is_external = |unit: &Value| {
        let id = unit["pkg_id"].as_str().unwrap();
        let local = id.strip_prefix("path+file://ROOT/").and_then(|id| id.split('#').next());
        !id.starts_with("path+") || local.is_some_and(|dir| extra.contains(dir))
    };
    let mut found = BTreeSet::new();
    for unit in units.iter().filter(|unit| is_external(unit)) {
        let dependencies: BTreeSet<String> = unit["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|dependency| {
                let index = usize::try_from(dependency["index"].as_u64().unwrap()).unwrap();
                format!("{} as {}", describe(&units[index]), dependency["extern_crate_name"])
            })
            .collect();
        found.insert(format!("{} <- {dependencies:?}", describe(unit)));
    }
    Ok(found)
}

/// Brings the lockfile up to date and keeps what it has.
pub(crate) fn update(dir: &Path) {
    let metadata = words("metadata --format-version 1 --offline");
    if run(dir, &metadata).is_err() {
        run(dir, &words("metadata --format-version 1")).unwrap();
    }
}
