//! Edits of files that are no manifests.

use crate::case::Case;
use crate::edit::Edit;
use crate::edit::Expect::Keep;

pub(super) const ROWS: &[Edit] = &[
    Edit { row: "1", name: "a source file is edited", expect: Keep, apply: source_edited },
    Edit { row: "2", name: "a module is added", expect: Keep, apply: module_added },
    Edit { row: "3", name: "a binary is added", expect: Keep, apply: binary_added },
    Edit { row: "4", name: "a test is added", expect: Keep, apply: |case| added(case, "tests/added.rs", "") },
    Edit {
        row: "5",
        name: "a bench is added",
        expect: Keep,
        apply: |case| added(case, "benches/added.rs", "fn main() {}\n"),
    },
    Edit {
        row: "6",
        name: "an example is added",
        expect: Keep,
        apply: |case| added(case, "examples/added.rs", "fn main() {}\n"),
    },
    Edit { row: "38", name: "a build script is edited", expect: Keep, apply: script_edited },
    Edit {
        row: "39a",
        name: "a build script is added where there are no build-dependencies",
        expect: Keep,
        apply: script_added,
    },
    Edit { row: "39b", name: "a library gets a build script", expect: Keep, apply: library_script_added },
    Edit { row: "45a", name: "a README is written", expect: Keep, apply: readme_written },
    Edit {
        row: "45b",
        name: "an asset is added",
        expect: Keep,
        apply: |case| added(case, "assets/x.svg", ""),
    },
    Edit {
        row: "46",
        name: "a manifest that is no part of the workspace is added",
        expect: Keep,
        apply: |case| added(case, "tests/data/Cargo.toml", "this is no manifest at all"),
    },
];

fn source_edited(case: &mut Case) -> Result<(), &'static str> {
    case.append(case.layout.source, "fn edited() {}\n");
    Ok(())
}

fn module_added(case: &mut Case) -> Result<(), &'static str> {
    case.append(case.layout.source, "mod added;\n");
    let directory = case.layout.source.rsplit_once('/').unwrap().0.to_owned();
    case.create(&format!("{directory}/added.rs"), "");
    Ok(())
}

fn binary_added(case: &mut Case) -> Result<(), &'static str> {
    added(case, "src/bin/added.rs", "fn main() {}\n")
}

fn added(case: &mut Case, file: &str, text: &str) -> Result<(), &'static str> {
    case.create(&case.of_app(file), text);
    Ok(())
}

fn script_edited(case: &mut Case) -> Result<(), &'static str> {
    let scripts: Vec<String> = case.files.keys().filter(|name| name.ends_with("build.rs")).cloned().collect();
    let script = scripts.first().ok_or("no package has a build script")?;
    case.append(script, "fn edited() {}\n");
    Ok(())
}

fn script_added(case: &mut Case) -> Result<(), &'static str> {
    let script = case.of_app("build.rs");
    if case.has(&script) {
        return Err("the package has a build script");
    }
    case.create(&script, "fn main() {}\n");
    Ok(())
}

fn library_script_added(case: &mut Case) -> Result<(), &'static str> {
    let (directory, _) = case.layout.library.ok_or("there is no library beside the package")?;
    let script = format!("{directory}/build.rs");
    if case.has(&script) {
        return Err("the library has a build script");
    }
    case.create(&script, "fn main() {}\n");
    Ok(())
}

fn readme_written(case: &mut Case) -> Result<(), &'static str> {
    case.write("README.md", "read this\n");
    Ok(())
}
