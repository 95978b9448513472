//! Edits of a member that the binary does not need: nothing that the binary is built from moves.

use std::fmt::Write;

use toml_edit::value;

use crate::case::{Case, below, table};
use crate::difference;
use crate::edit::Apply;
use crate::inputs::steps;
use crate::layouts::LAYOUTS;

/// What happens to the other member.
const EDITS: &[(&str, Apply)] = &[
    ("a source file is edited", |case| {
        let (directory, _) = other(case)?;
        let sources: Vec<String> =
            case.files.keys().filter(|name| name.starts_with(&below(directory, "src/"))).cloned().collect();
        case.append(&sources[0], "fn edited() {}\n");
        Ok(())
    }),
    ("a module is added", |case| created(case, "src/added.rs")),
    ("a test is added", |case| created(case, "tests/added.rs")),
    ("a build script is added", |case| created(case, "build.rs")),
    ("a README is added", |case| created(case, "README.md")),
    ("its version is bumped", |case| {
        let (_, package) = other(case)?;
        manifest(case, |manifest| manifest["package"]["version"] = value("0.2.0"))?;
        case.locked(package, |entry| entry["version"] = value("0.2.0"));
        Ok(())
    }),
    ("its description is edited", |case| {
        manifest(case, |manifest| manifest["package"]["description"] = value("after"))
    }),
    ("it gets a feature", |case| {
        manifest(case, |manifest| {
            table(manifest, &["features"]).insert("added", value(toml_edit::Array::new()));
        })
    }),
    ("it gets a dependency", |case| depend(case, "dependencies")),
    ("it gets a build-dependency", |case| depend(case, "build-dependencies")),
    ("it gets a dev-dependency", |case| depend(case, "dev-dependencies")),
    ("a crate that only it needs is bumped", |case| {
        other(case)?;
        case.locked("log", |entry| {
            entry["version"] = value("0.4.23");
            entry["checksum"] = value("1".repeat(64));
        });
        Ok(())
    }),
    ("it loses a dependency", |case| {
        let (_, package) = other(case)?;
        manifest(case, |manifest| _ = manifest["dependencies"].as_table_mut().unwrap().remove("log"))?;
        case.unlock_dependency(package, "log");
        Ok(())
    }),
    ("it is renamed", |case| {
        let (_, package) = other(case)?;
        manifest(case, |manifest| manifest["package"]["name"] = value("renamed"))?;
        case.relock(package, "renamed");
        Ok(())
    }),
    ("it is moved", |case| {
        let (directory, _) = other(case)?;
        let text = case.read(&below(directory, "Cargo.toml")).replace("\"../", "\"../../");
        case.write(&below(directory, "Cargo.toml"), text);
        case.move_directory(directory, "moved/other");
        case.toml("Cargo.toml", |root| {
            let members = root["workspace"]["members"].as_array_mut().unwrap();
            let position = members.iter().position(|member| member.as_str() == Some(directory)).unwrap();
            members.replace(position, "moved/other");
        });
        Ok(())
    }),
];

fn other(case: &Case) -> Result<(&'static str, &'static str), &'static str> {
    case.layout.other.ok_or("the binary needs every member")
}

fn manifest(case: &mut Case, edit: impl FnOnce(&mut toml_edit::DocumentMut)) -> Result<(), &'static str> {
    let (directory, _) = other(case)?;
    case.toml(&below(directory, "Cargo.toml"), edit);
    Ok(())
}

fn created(case: &mut Case, file: &str) -> Result<(), &'static str> {
    let (directory, _) = other(case)?;
    case.create(&below(directory, file), "fn main() {}\n");
    Ok(())
}

fn depend(case: &mut Case, kind: &str) -> Result<(), &'static str> {
    let (_, package) = other(case)?;
    manifest(case, |manifest| _ = table(manifest, &[kind]).insert("memchr", value("2")))?;
    case.lock_dependency(package, "memchr", "2.7.4");
    Ok(())
}

#[test]
fn what_a_binary_does_not_need_is_no_input_of_it() {
    let mut wrong = String::new();
    let mut pairs = 0;
    for layout in LAYOUTS.iter().filter(|layout| layout.other.is_some()) {
        let project = Case::new(layout);
        let before = steps(&project).unwrap();
        for (name, apply) in EDITS {
            let mut case = project.clone();
            apply(&mut case).unwrap_or_else(|why| panic!("{}: {name}: {why}", layout.name));
            let after = steps(&case).unwrap_or_else(|error| panic!("{}: {name}: {error}", layout.name));
            for (step, before, after) in
                [("[deps]", &before.deps, &after.deps), ("[build]", &before.build, &after.build)]
            {
                pairs += 1;
                if let Some(difference) = difference::first(before, after) {
                    writeln!(wrong, "{}: {name}: {step} moves: {difference}", layout.name).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    // Every edit in every layout that has such a member, for both steps.
    assert_eq!(pairs, EDITS.len() * 4 * 2);
}
