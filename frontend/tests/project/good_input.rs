//! What the walk asks for, and facts that `cargo metadata` does not tell.

use std::collections::BTreeSet;

use supercargo::discover::{Step, step};
use supercargo::project::Resolver;

use crate::fixture::{files, names, path, project};

const PROJECT: &str = "
//- Cargo.toml
[workspace]
members = [\"a\"]
resolver = \"2\"
[workspace.metadata.supercargo]
package = \"a\"
[patch.crates-io]
b = { path = \"patched\" }
//- Cargo.lock
version = 4
//- .cargo/config.toml
include = \"more.toml\"
//- .cargo/more.toml
[build]
jobs = 1
//- rust-toolchain.toml
[toolchain]
channel = \"1.95\"
//- a/Cargo.toml
[package]
name = \"a\"
[package.metadata.supercargo]
bin = \"a\"
[dependencies]
c = { path = \"../c\" }
//- a/src/main.rs
//- c/Cargo.toml
[package]
name = \"c\"
//- c/src/lib.rs
//- patched/Cargo.toml
[package]
name = \"b\"
//- patched/src/lib.rs
//- unrelated/Cargo.toml
nonsense
";

#[test]
fn the_walk_asks_in_rounds_for_what_it_needs_and_for_nothing_else() {
    let files = files(PROJECT);
    let mut tree = names(&files);
    let mut rounds = Vec::new();
    while let Step::Need(wanted) = step(&tree).unwrap().value {
        for name in &wanted {
            tree.insert_contents(name.clone(), files[name.as_str()].clone());
        }
        rounds.push(wanted.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    assert_eq!(
        rounds,
        [
            vec![".cargo/config.toml", "Cargo.lock", "Cargo.toml", "rust-toolchain.toml"],
            vec![".cargo/more.toml", "a/Cargo.toml", "patched/Cargo.toml"],
            vec!["c/Cargo.toml"],
        ]
    );
}

#[test]
fn tables_of_our_own_are_found_with_their_lines() {
    let project = project(&files(PROJECT)).unwrap().value;
    let workspace = project.workspace.metadata.unwrap();
    assert_eq!((workspace.span.file, workspace.span.start), (path("Cargo.toml"), 4));
    assert_eq!(workspace.value.get("package").unwrap().as_str(), Some("a"));
    let package = project.packages[&path("a")].metadata.clone().unwrap();
    assert_eq!((package.span.file, package.span.start), (path("a/Cargo.toml"), 3));
    assert_eq!(project.workspace.resolver, Resolver::V2);
    assert_eq!(project.toolchain_file.unwrap().channel.as_deref(), Some("1.95"));
    let members: BTreeSet<_> = project
        .packages
        .values()
        .map(|package| (package.name.as_str(), package.is_member, package.is_default_member))
        .collect();
    assert_eq!(members, [("a", true, true), ("b", false, false), ("c", true, true)].into());
}

#[test]
fn paths_of_an_included_file_start_where_that_file_is() {
    let files = files(
        "
//- Cargo.toml
[package]
name = \"a\"
//- src/main.rs
//- .cargo/config.toml
include = \"../ci/cargo/more.toml\"
[build]
rustc-wrapper = \"tools/wrap\"
//- ci/cargo/more.toml
[patch.crates-io]
b = { path = \"b\" }
[target.t]
linker = \"ld\"
runner = [\"tools/run\", \"tools/arg\"]
[build]
target = [\"my.json\", \"wasm32-wasip1\"]
//- ci/b/Cargo.toml
[package]
name = \"b\"
//- ci/b/src/lib.rs
//- ci/my.json
//- ci/tools/run
//- tools/wrap
",
    );
    let config = project(&files).unwrap().value.cargo_config.unwrap();
    let expected: toml::Table = toml::from_str(
        "
build.rustc-wrapper = 'tools/wrap'
build.target = ['ci/my.json', 'wasm32-wasip1']
patch.crates-io.b.path = 'ci/b'
target.t.linker = 'ld'
target.t.runner = ['ci/tools/run', 'tools/arg']
",
    )
    .unwrap();
    assert_eq!(config.table, expected);
    let referenced: Vec<_> = config.referenced.iter().map(ToString::to_string).collect();
    assert_eq!(referenced, ["ci/my.json", "ci/tools/run", "tools/wrap"]);
}
