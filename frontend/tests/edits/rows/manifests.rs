//! Edits of manifests and lockfiles that say nothing new of dependencies.

use toml_edit::{Item, value};

use crate::case::{Case, table};
use crate::edit::Edit;
use crate::edit::Expect::{Change, Keep};

pub(super) const ROWS: &[Edit] = &[
    Edit { row: "7", name: "the version is bumped", expect: Keep, apply: version_bumped },
    Edit {
        row: "8",
        name: "a description is edited",
        expect: Keep,
        apply: |case| package(case, "description", "after"),
    },
    Edit { row: "9", name: "the shared description is edited", expect: Keep, apply: shared_description },
    Edit { row: "10", name: "metadata is added", expect: Keep, apply: metadata_added },
    Edit { row: "11a", name: "a comment is added to the manifest", expect: Keep, apply: comment_added },
    Edit { row: "11b", name: "the manifest's lines end as on Windows", expect: Keep, apply: windows_lines },
    Edit { row: "12", name: "dependencies are reordered", expect: Keep, apply: reordered },
    Edit { row: "13", name: "a dependency is spelt as a table", expect: Keep, apply: spelt_as_table },
    Edit { row: "14", name: "a comment is added to the lockfile", expect: Keep, apply: lockfile_comment },
    Edit { row: "15", name: "lints are added", expect: Keep, apply: lints_added },
    Edit { row: "21", name: "a feature is added and is off", expect: Keep, apply: feature_added },
    Edit { row: "35", name: "the edition changes", expect: Keep, apply: edition_changed },
    Edit { row: "36a", name: "the resolver changes from 2 to 3", expect: Keep, apply: third_resolver },
    Edit { row: "36b", name: "the resolver changes to 1", expect: Change, apply: first_resolver },
    Edit {
        row: "37",
        name: "a rust-version is added",
        expect: Keep,
        apply: |case| package(case, "rust-version", "1.85"),
    },
    Edit { row: "47a", name: "publishing is switched off", expect: Keep, apply: publishing_off },
    Edit { row: "47b", name: "a default binary is named", expect: Keep, apply: default_run },
    Edit { row: "47c", name: "discovery of binaries is switched off", expect: Keep, apply: autobins_off },
    Edit {
        row: "48",
        name: "a key that nobody knows is added",
        expect: Keep,
        apply: |case| package(case, "unheard-of", "?"),
    },
];

/// Sets a key of the package.
fn package(case: &mut Case, key: &str, text: &str) -> Result<(), &'static str> {
    case.app(|manifest| manifest["package"][key] = value(text));
    Ok(())
}

fn version_bumped(case: &mut Case) -> Result<(), &'static str> {
    let manifest: toml_edit::DocumentMut = case.read(&case.of_app("Cargo.toml")).parse().unwrap();
    if manifest["package"]["version"].is_str() {
        package(case, "version", "0.2.0")?;
    } else {
        case.toml("Cargo.toml", |root| root["workspace"]["package"]["version"] = value("0.2.0"));
    }
    let name = case.name_of(case.layout.app);
    case.locked(&name, |entry| entry["version"] = value("0.2.0"));
    Ok(())
}

fn shared_description(case: &mut Case) -> Result<(), &'static str> {
    let root: toml_edit::DocumentMut = case.read("Cargo.toml").parse().unwrap();
    if root.get("workspace").is_none() {
        return Err("there is no workspace to share it");
    }
    case.toml("Cargo.toml", |root| {
        table(root, &["workspace", "package"]).insert("description", value("after"));
    });
    Ok(())
}

fn metadata_added(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| {
        table(manifest, &["package", "metadata", "tool"]).insert("key", value(1));
    });
    Ok(())
}

fn comment_added(case: &mut Case) -> Result<(), &'static str> {
    let path = case.of_app("Cargo.toml");
    let text = case.read(&path).replace("[dependencies]", "\n\n# A comment.\n\n[dependencies]");
    case.write(&path, text);
    Ok(())
}

fn windows_lines(case: &mut Case) -> Result<(), &'static str> {
    let path = case.of_app("Cargo.toml");
    let text = case.read(&path).replace('\n', "\r\n");
    case.write(&path, text);
    Ok(())
}

fn reordered(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| {
        let dependencies = manifest["dependencies"].as_table_mut().unwrap();
        let mut entries: Vec<(String, Item)> =
            dependencies.iter().map(|(key, item)| (key.to_owned(), item.clone())).collect();
        assert!(entries.len() > 1, "there is an order");
        entries.reverse();
        dependencies.clear();
        for (key, item) in entries {
            dependencies.insert(&key, item);
        }
    });
    Ok(())
}

fn spelt_as_table(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| {
        assert!(manifest["dependencies"]["itoa"].is_str());
        manifest["dependencies"]["itoa"] = "{ version = \"1\" }".parse::<toml_edit::Value>().unwrap().into();
    });
    Ok(())
}

fn lockfile_comment(case: &mut Case) -> Result<(), &'static str> {
    case.write("Cargo.lock", format!("# A comment.\n{}", case.read("Cargo.lock")));
    Ok(())
}

fn lints_added(case: &mut Case) -> Result<(), &'static str> {
    let path = case.of_app("Cargo.toml");
    if case.read(&path).contains("[lints]") {
        case.toml("Cargo.toml", |root| {
            table(root, &["workspace", "lints", "rust"]).insert("unsafe_code", value("forbid"));
        });
    } else {
        case.app(|manifest| {
            table(manifest, &["lints", "rust"]).insert("unused", value("warn"));
        });
    }
    Ok(())
}

fn feature_added(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| {
        let list: toml_edit::Value = "[\"serde/alloc\"]".parse().unwrap();
        table(manifest, &["features"]).insert("added", value(list));
    });
    Ok(())
}

fn edition_changed(case: &mut Case) -> Result<(), &'static str> {
    let manifest: toml_edit::DocumentMut = case.read(&case.of_app("Cargo.toml")).parse().unwrap();
    if manifest["package"]["edition"].is_str() {
        return package(case, "edition", "2024");
    }
    case.toml("Cargo.toml", |root| root["workspace"]["package"]["edition"] = value("2024"));
    Ok(())
}

fn third_resolver(case: &mut Case) -> Result<(), &'static str> {
    match resolver(case).as_str() {
        "1" => return Err("the resolver is the first"),
        "3" => return Err("the resolver is the third already"),
        _ => set_resolver(case, "3"),
    }
    Ok(())
}

fn first_resolver(case: &mut Case) -> Result<(), &'static str> {
    if resolver(case) == "1" {
        return Err("the resolver is the first");
    }
    set_resolver(case, "1");
    Ok(())
}

fn table_of_resolver(case: &Case) -> &'static str {
    let root: toml_edit::DocumentMut = case.read("Cargo.toml").parse().unwrap();
    if root.get("workspace").is_some() { "workspace" } else { "package" }
}

fn resolver(case: &Case) -> String {
    let root: toml_edit::DocumentMut = case.read("Cargo.toml").parse().unwrap();
    root[table_of_resolver(case)]["resolver"].as_str().unwrap().to_owned()
}

fn set_resolver(case: &mut Case, to: &str) {
    let place = table_of_resolver(case);
    case.toml("Cargo.toml", |root| root[place]["resolver"] = value(to));
}

fn publishing_off(case: &mut Case) -> Result<(), &'static str> {
    case.app(|manifest| manifest["package"]["publish"] = value(false));
    Ok(())
}

fn default_run(case: &mut Case) -> Result<(), &'static str> {
    let binary = case.binary.clone();
    let to = if binary == "app" && case.has("src/bin/more.rs") { "more".to_owned() } else { binary };
    package(case, "default-run", &to)
}

fn autobins_off(case: &mut Case) -> Result<(), &'static str> {
    let (binary, app) = (case.binary.clone(), case.layout.app);
    let path = case.layout.source.strip_prefix(app).unwrap().trim_start_matches('/').to_owned();
    case.app(|manifest| {
        manifest["package"]["autobins"] = value(false);
        if manifest.get("bin").is_none() {
            let mut target = toml_edit::Table::new();
            target.insert("name", value(binary));
            target.insert("path", value(path));
            let mut targets = toml_edit::ArrayOfTables::new();
            targets.push(target);
            manifest.insert("bin", Item::ArrayOfTables(targets));
        }
    });
    Ok(())
}
