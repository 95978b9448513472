//! Edits of what is depended on.

use toml_edit::{Array, Value, value};

use crate::case::{Case, below, table};
use crate::edit::Edit;
use crate::edit::Expect::{Change, Keep};

pub(super) const ROWS: &[Edit] = &[
    Edit { row: "16", name: "a dev-dependency is added", expect: Keep, apply: dev_dependency_added },
    Edit { row: "17", name: "a dependency is added", expect: Change, apply: dependency_added },
    Edit {
        row: "18",
        name: "an optional dependency is added and is off",
        expect: Keep,
        apply: optional_added,
    },
    Edit { row: "19a", name: "a dependency for Windows is added", expect: Keep, apply: windows_added },
    Edit { row: "19b", name: "a dependency for Unix is added", expect: Change, apply: unix_added },
    Edit {
        row: "20",
        name: "a build-dependency asks for a feature",
        expect: Change,
        apply: build_dependency,
    },
    Edit { row: "22a", name: "the default features forward one", expect: Change, apply: default_forwards },
    Edit { row: "22b", name: "a dependency asks for a feature", expect: Change, apply: feature_asked },
    Edit { row: "23", name: "a dependency is renamed", expect: Keep, apply: renamed },
    Edit { row: "24", name: "a requirement is loosened", expect: Keep, apply: loosened },
    Edit { row: "25a", name: "a crate is bumped in the lockfile", expect: Change, apply: crate_bumped },
    Edit { row: "25b", name: "a commit is bumped in the lockfile", expect: Change, apply: commit_bumped },
    Edit { row: "25c", name: "a vendored crate is edited", expect: Change, apply: vendored_edited },
    Edit { row: "25d", name: "a crate that is a patch is edited", expect: Change, apply: patch_edited },
];

/// A crate that no layout has.
const NEW: (&str, &str) = ("memchr", "2.7.4");

/// Adds a dependency on [`NEW`] to a table of the manifest, and to the lockfile.
fn add(case: &mut Case, path: &[&str], request: &str) {
    let request: Value = request.parse().unwrap();
    case.app(|manifest| {
        table(manifest, path).insert(NEW.0, value(request));
    });
    let package = case.name_of(case.layout.app);
    case.lock_dependency(&package, NEW.0, NEW.1);
    vendor(case);
}

/// Where crates come with the context, the new one does too.
fn vendor(case: &mut Case) {
    if case.has("vendor/itoa/Cargo.toml") {
        case.write("vendor/memchr/.cargo-checksum.json", "{\"files\":{}}\n");
        case.write("vendor/memchr/Cargo.toml", "[package]\nname = \"memchr\"\nversion = \"2.7.4\"\n");
        case.write("vendor/memchr/src/lib.rs", "");
    }
}

fn dev_dependency_added(case: &mut Case) -> Result<(), &'static str> {
    add(case, &["dev-dependencies"], "\"2\"");
    Ok(())
}

fn dependency_added(case: &mut Case) -> Result<(), &'static str> {
    add(case, &["dependencies"], "\"2\"");
    Ok(())
}

fn optional_added(case: &mut Case) -> Result<(), &'static str> {
    add(case, &["dependencies"], "{ version = \"2\", optional = true }");
    Ok(())
}

fn windows_added(case: &mut Case) -> Result<(), &'static str> {
    add(case, &["target", "cfg(windows)", "dependencies"], "\"2\"");
    Ok(())
}

fn unix_added(case: &mut Case) -> Result<(), &'static str> {
    add(case, &["target", "cfg(unix)", "dependencies"], "\"2\"");
    Ok(())
}

fn build_dependency(case: &mut Case) -> Result<(), &'static str> {
    let request: Value = "{ version = \"1\", features = [\"rc\"] }".parse().unwrap();
    case.app(|manifest| {
        table(manifest, &["build-dependencies"]).insert("serde", value(request));
    });
    let script = case.of_app("build.rs");
    if !case.has(&script) {
        case.create(&script, "fn main() {}\n");
    }
    Ok(())
}

fn default_forwards(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| {
        let list: Array = ["plain", "serde/rc"].into_iter().collect();
        manifest["features"]["default"] = value(list);
    });
    Ok(())
}

fn feature_asked(case: &mut Case) -> Result<(), &'static str> {
    let request: Value =
        "{ version = \"1\", default-features = false, features = [\"rc\"] }".parse().unwrap();
    case.app(|manifest| manifest["dependencies"]["serde"] = value(request));
    Ok(())
}

fn renamed(case: &mut Case) -> Result<(), &'static str> {
    let request: Value = "{ package = \"itoa\", version = \"1\" }".parse().unwrap();
    case.app(|manifest| {
        let dependencies = manifest["dependencies"].as_table_mut().unwrap();
        dependencies.remove("itoa").unwrap();
        dependencies.insert("text", value(request));
    });
    Ok(())
}

fn loosened(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| manifest["dependencies"]["itoa"] = value(">=1, <3"));
    Ok(())
}

fn crate_bumped(case: &mut Case) -> Result<(), &'static str> {
    case.locked("itoa", |entry| {
        entry["version"] = value("1.0.16");
        entry["checksum"] = value("1".repeat(64));
    });
    if case.has("vendor/itoa/Cargo.toml") {
        case.toml("vendor/itoa/Cargo.toml", |manifest| manifest["package"]["version"] = value("1.0.16"));
    }
    Ok(())
}

fn commit_bumped(case: &mut Case) -> Result<(), &'static str> {
    let lock = case.read("Cargo.lock");
    let Some((_, commit)) = lock.split_once('#') else { return Err("nothing comes from a repository") };
    let commit = commit.split('"').next().unwrap().to_owned();
    case.write("Cargo.lock", lock.replace(&commit, &"f".repeat(40)));
    Ok(())
}

fn vendored_edited(case: &mut Case) -> Result<(), &'static str> {
    if !case.has("vendor/itoa/src/lib.rs") {
        return Err("nothing is vendored");
    }
    case.append("vendor/itoa/src/lib.rs", "fn edited() {}\n");
    Ok(())
}

fn patch_edited(case: &mut Case) -> Result<(), &'static str> {
    let source = below("patched/ryu", "src/lib.rs");
    if !case.has(&source) {
        return Err("nothing is patched with a crate of the context");
    }
    case.append(&source, "fn edited() {}\n");
    Ok(())
}
