//! Edits of which packages there are, and where.

use toml_edit::{Array, Value, value};

use crate::case::{Case, below, table};
use crate::edit::Edit;
use crate::edit::Expect::{Change, Keep};

pub(super) const ROWS: &[Edit] = &[
    Edit { row: "30", name: "a member without dependencies is added", expect: Keep, apply: member_added },
    Edit { row: "31a", name: "another member asks for a feature", expect: Keep, apply: other_asks },
    Edit { row: "31b", name: "a needed member asks for a feature", expect: Change, apply: library_asks },
    Edit { row: "32a", name: "another member is removed", expect: Keep, apply: other_removed },
    Edit { row: "32b", name: "a needed member is needed no more", expect: Change, apply: library_dropped },
    Edit { row: "33a", name: "the package is renamed", expect: Keep, apply: app_renamed },
    Edit { row: "33b", name: "a library is renamed", expect: Keep, apply: library_renamed },
    Edit { row: "34a", name: "the package is moved", expect: Keep, apply: app_moved },
    Edit { row: "34b", name: "a library is moved", expect: Keep, apply: library_moved },
];

const NO_LIBRARY: &str = "there is no library beside the package";
const NO_OTHER: &str = "the binary needs every member";
const IS_ROOT: &str = "the package is the root";

fn members(case: &mut Case, edit: impl FnOnce(&mut Array)) {
    case.toml("Cargo.toml", |root| {
        let workspace = table(root, &["workspace"]);
        edit(workspace.entry("members").or_insert(value(Array::new())).as_array_mut().unwrap());
    });
}

fn member_added(case: &mut Case) -> Result<(), &'static str> {
    members(case, |members| members.push("added"));
    case.create("added/Cargo.toml", "[package]\nname = \"added\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    case.create("added/src/lib.rs", "");
    case.lock_local("added");
    Ok(())
}

fn ask(case: &mut Case, directory: &str, package: &str) {
    let request: Value = "{ version = \"1\", features = [\"rc\"] }".parse().unwrap();
    case.toml(&below(directory, "Cargo.toml"), |manifest| {
        table(manifest, &["dependencies"]).insert("serde", value(request));
    });
    case.lock_dependency(package, "serde", "");
}

fn other_asks(case: &mut Case) -> Result<(), &'static str> {
    let (directory, package) = case.layout.other.ok_or(NO_OTHER)?;
    ask(case, directory, package);
    Ok(())
}

fn library_asks(case: &mut Case) -> Result<(), &'static str> {
    let (directory, package) = case.layout.library.ok_or(NO_LIBRARY)?;
    ask(case, directory, package);
    Ok(())
}

fn other_removed(case: &mut Case) -> Result<(), &'static str> {
    let (directory, package) = case.layout.other.ok_or(NO_OTHER)?;
    case.files.retain(|name, _| !name.starts_with(&format!("{directory}/")));
    members(case, |members| members.retain(|member| member.as_str() != Some(directory)));
    case.unlock_local(package);
    Ok(())
}

fn library_dropped(case: &mut Case) -> Result<(), &'static str> {
    let (_, library) = case.layout.library.ok_or(NO_LIBRARY)?;
    case.app(|manifest| {
        manifest["dependencies"].as_table_mut().unwrap().remove(library).unwrap();
    });
    let package = case.name_of(case.layout.app);
    case.locked(&package, |entry| {
        entry["dependencies"].as_array_mut().unwrap().retain(|item| item.as_str() != Some(library));
    });
    Ok(())
}

fn app_renamed(case: &mut Case) -> Result<(), &'static str> {
    let name = case.name_of(case.layout.app);
    case.app(|manifest| manifest["package"]["name"] = value("renamed"));
    case.relock(&name, "renamed");
    // A binary in src/main.rs that nothing names is called like its package.
    let is_named = case.read(&case.of_app("Cargo.toml")).contains("[[bin]]");
    if case.layout.source.ends_with("src/main.rs") && !is_named {
        "renamed".clone_into(&mut case.binary);
    }
    Ok(())
}

fn library_renamed(case: &mut Case) -> Result<(), &'static str> {
    let (directory, library) = case.layout.library.ok_or(NO_LIBRARY)?;
    case.toml(&below(directory, "Cargo.toml"), |manifest| manifest["package"]["name"] = value("renamed"));
    let manifests: Vec<String> =
        case.files.keys().filter(|name| name.ends_with("Cargo.toml")).cloned().collect();
    for path in manifests {
        // Those who depend on it keep their name for it.
        let text = case.read(&path);
        let text =
            text.replace(&format!("{library} = {{ "), &format!("{library} = {{ package = \"renamed\", "));
        let text = text.replace(&format!("release.package.{library}]"), "release.package.renamed]");
        case.write(&path, text);
    }
    case.relock(library, "renamed");
    Ok(())
}

fn app_moved(case: &mut Case) -> Result<(), &'static str> {
    if case.layout.app.is_empty() {
        return Err(IS_ROOT);
    }
    let path = case.of_app("Cargo.toml");
    let text = case.read(&path).replace("path = \"../", &format!("path = \"../{}", up(case.layout.app)));
    case.write(&path, text);
    moved(case, case.layout.app);
    Ok(())
}

/// From `deep/er/x` back to where the siblings of `directory` are.
fn up(directory: &str) -> String {
    let parent = directory.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
    format!("../{parent}")
}

fn library_moved(case: &mut Case) -> Result<(), &'static str> {
    let (directory, _) = case.layout.library.ok_or(NO_LIBRARY)?;
    let name = directory.rsplit('/').next().unwrap();
    let manifests: Vec<String> =
        case.files.keys().filter(|name| name.ends_with("Cargo.toml")).cloned().collect();
    for path in manifests {
        let text = case.read(&path);
        let text = text.replace(&format!("path = \"{directory}\""), &format!("path = \"moved/{name}\""));
        let depth = "../".repeat(path.matches('/').count());
        let text = text.replace(&format!("path = \"../{name}\""), &format!("path = \"{depth}moved/{name}\""));
        case.write(&path, text);
    }
    moved(case, directory);
    Ok(())
}

/// Moves a member to `moved/`, in the list of members too.
fn moved(case: &mut Case, directory: &str) {
    let name = directory.rsplit('/').next().unwrap();
    let to = format!("moved/{name}");
    case.move_directory(directory, &to);
    case.toml("Cargo.toml", |root| {
        for list in ["members", "default-members"] {
            let Some(list) = root["workspace"].get_mut(list).and_then(|list| list.as_array_mut()) else {
                continue;
            };
            let position = list.iter().position(|item| item.as_str() == Some(directory));
            match position {
                Some(position) => _ = list.replace(position, to.as_str()),
                None if list.iter().any(|item| item.as_str() == Some("crates/*")) => list.push(to.as_str()),
                None => {}
            }
        }
    });
}
