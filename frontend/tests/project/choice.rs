//! Which package and which binaries are meant, and what is said where nothing decides.

use std::collections::BTreeMap;

use supercargo::config::Layers;
use supercargo::plan::select;
use supercargo::plan::target::{Goal, route};

use crate::fixture::{files, messages, path, project};

/// Package, binaries and the reason for the package; or what is wrong.
fn chosen(
    text: &str,
    dockerfile: &str,
    target: Option<&str>,
) -> Result<(String, Vec<String>, String), String> {
    let project = project(&files(text)).unwrap().value;
    let (file, root) = (path("Dockerfile"), path("Cargo.toml"));
    let body = format!("# syntax=supercargo\n{dockerfile}");
    let layers = Layers::read(&BTreeMap::default(), Some((&file, &body)), (&root, &project.workspace.text))
        .unwrap()
        .value;
    let goal = target.map_or(Ok(Goal::Image), |target| route(&project, Some(target)));
    let goal = goal.map_err(|error| messages(&[error]))?;
    let (package, because) =
        select::package(&project, &layers, &goal).map_err(|errors| messages(&errors))?.value;
    let binaries =
        select::binaries(&project, package, layers.bins(), &goal).map_err(|errors| messages(&errors))?;
    Ok((package.name.clone(), binaries.value.value, because))
}

fn package(name: &str, rest: &str) -> String {
    format!("//- {name}/Cargo.toml\n[package]\nname = \"{name}\"\n{rest}\n//- {name}/src/main.rs\n")
}

fn workspace(members: &str, rest: &str) -> String {
    format!("//- Cargo.toml\n[workspace]\nresolver = \"2\"\nmembers = [{members}]\n{rest}\n")
}

#[test]
fn a_list_over_two_packages_says_that_an_image_has_one() {
    let text = workspace("\"api\", \"migration\"", "") + &package("api", "") + &package("migration", "");
    let said = chosen(&text, "bin = [\"api\", \"migration\"]\n", None).unwrap_err();
    assert_eq!(
        said,
        "Dockerfile:2: one image has the binaries of one package, and these are of several: `api` of package `api`, \
         `migration` of package `migration`\n  \
         = Instead of this list, declare an image for each package, such as `[images.migration]` with `package = \"migration\"`, and build it \
         with `--target migration`.\n  \
         = To have both in one image, copy a binary from the other image in a Dockerfile of your own (examples/stage).\n"
    );
}

#[test]
fn a_binary_of_two_packages_needs_a_package_and_a_list_prefers_who_has_all() {
    let both = "[[bin]]\nname = \"tool\"\npath = \"src/main.rs\"";
    let text = workspace("\"a\", \"b\"", "") + &package("a", both) + &package("b", both);
    let said = chosen(&text, "bin = \"tool\"\n", None).unwrap_err();
    assert!(
        said.starts_with("Dockerfile:2: the binary that was asked for exists in several packages"),
        "{said}"
    );
    let line = said.split('`').find(|part| part.starts_with("package = ")).unwrap();
    let (package_name, binaries, _) = chosen(&text, &format!("bin = \"tool\"\n{line}\n"), None).unwrap();
    assert_eq!((package_name.as_str(), binaries.as_slice()), ("a", &["tool".to_owned()][..]));

    let more = format!("{both}\n[[bin]]\nname = \"more\"\npath = \"src/main.rs\"");
    let text = workspace("\"a\", \"b\"", "") + &package("a", both) + &package("b", &more);
    assert_eq!(chosen(&text, "bin = [\"tool\", \"more\"]\n", None).unwrap().0, "b");
}

#[test]
fn an_example_is_told_to_be_one_and_how_it_becomes_a_binary() {
    let text = "//- Cargo.toml\n[package]\nname = \"bot\"\n[[example]]\nname = \"demo\"\n//- src/lib.rs\n//- examples/demo.rs\n";
    for (dockerfile, target) in [("", None), ("bin = \"demo\"\n", None), ("", Some("demo"))] {
        let said = chosen(text, dockerfile, target).unwrap_err();
        assert!(said.contains("`demo` is an example of package `bot`"), "{said}");
        assert!(said.contains("`path = \"examples/demo.rs\"`"), "{said}");
    }
    let shipped = format!("{text}//- src/other.rs\n")
        .replace("[[example]]", "[[bin]]\nname = \"demo\"\npath = \"examples/demo.rs\"\n[[example]]");
    assert_eq!(chosen(&shipped, "", None).unwrap().1, ["demo"]);
    let member = workspace("\"a\"", "")
        + "//- a/Cargo.toml\n[package]\nname = \"a\"\n//- a/src/lib.rs\n//- a/examples/x/main.rs\n";
    let said = chosen(&member, "", None).unwrap_err();
    assert!(said.contains("`path = \"examples/x/main.rs\"` to `a/Cargo.toml`"), "{said}");
}

#[test]
fn a_tool_that_an_alias_runs_is_not_the_program() {
    let members = workspace("\"app\", \"xtask\"", "") + &package("app", "") + &package("xtask", "");
    for alias in [
        "xtask = \"run --package xtask --\"",
        "xtask = [\"run\", \"-q\", \"-p\", \"xtask\", \"--\"]",
        "x = \"r --release --package=xtask --\"",
    ] {
        let text = format!("{members}//- .cargo/config.toml\n[alias]\n{alias}\n");
        let (package, binaries, because) = chosen(&text, "", None).unwrap();
        assert_eq!((package.as_str(), binaries.as_slice()), ("app", &["app".to_owned()][..]), "{alias}");
        assert!(because.contains("`[alias]` makes `xtask` a tool"), "{because}");
        assert_eq!(chosen(&text, "", Some("xtask")).unwrap().0, "xtask", "who names it gets it");
    }
    for alias in ["b = \"build --package xtask\"", "r = \"run\"", "t = 1", "r = \"run -p\""] {
        let text = format!("{members}//- .cargo/config.toml\n[alias]\n{alias}\n");
        assert!(chosen(&text, "", None).is_err(), "{alias}");
    }
    let alone = workspace("\"xtask\"", "")
        + &package("xtask", "")
        + "//- .cargo/config.toml\n[alias]\nx = \"run -p xtask\"\n";
    assert_eq!(chosen(&alone, "", None).unwrap().0, "xtask", "there is nothing else");
}

#[test]
fn the_hints_of_an_open_choice_lead_to_a_choice() {
    let text = workspace("\"app\", \"zed\"", "") + &package("app", "") + &package("zed", "");
    let said = chosen(&text, "", None).unwrap_err();
    let line = |start: &str| said.split('`').find(|part| part.starts_with(start)).unwrap().to_owned();
    assert_eq!(chosen(&text, &format!("{}\n", line("bin = ")), None).unwrap().0, "app");
    let with_default =
        text.replace("members = [\"app\"", &format!("{}\nmembers = [\"app\"", line("default-members")));
    assert_eq!(chosen(&with_default, "", None).unwrap().0, "app");

    let two = "//- Cargo.toml\n[package]\nname = \"p\"\n//- src/bin/a.rs\n//- src/bin/b.rs\n";
    let said = chosen(two, "", None).unwrap_err();
    assert!(said.contains("`default-run`"), "{said}");
    let with_default = two.replace("name = \"p\"", "name = \"p\"\ndefault-run = \"b\"");
    assert_eq!(chosen(&with_default, "", None).unwrap().1, ["b"]);

    let library = workspace("\"app\", \"plugin\"", "")
        + &package("app", "")
        + "//- plugin/Cargo.toml\n[package]\nname = \"plugin\"\n//- plugin/src/lib.rs\n";
    let said = chosen(&library, "package = \"plugin\"\n", None).unwrap_err();
    assert!(said.starts_with("package `plugin` has no binary\n"), "{said}");
}
