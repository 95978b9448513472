//! Build scripts that write into the sources work in every build, although each build starts from clean sources.

use std::fs;

use crate::bed::{Project, manifest};

const SCRIPT: &str = r#"fn main() {
    println!("cargo:rerun-if-changed=schema");
    let schema = std::fs::read_to_string("schema").unwrap();
    std::fs::write("src/generated.rs", format!("pub const SCHEMA: &str = {schema:?};")).unwrap();
}"#;

fn project() -> Project {
    let files = [
        ("build.rs", SCRIPT),
        ("schema", "a"),
        ("src/main.rs", "mod generated;\nfn main() { println!(\"{}\", generated::SCHEMA); }"),
    ];
    let project = Project::new(&files);
    project.write("Cargo.toml", &manifest("app", ""));
    project
}

#[test]
fn a_script_that_writes_into_the_sources_runs_again() {
    let project = project();
    for schema in ["a", "a", "b"] {
        project.write("schema", schema);
        let outcome = project.build(schema, "1 of 1");
        assert!(outcome.stderr.contains("wrote `src/generated.rs` into the sources"), "{outcome:?}");
        project.remove("src/generated.rs");
    }
}

#[test]
fn it_runs_again_after_a_failed_build() {
    let project = project();
    project.write("src/main.rs", "mod generated;\nfn main() { no }");
    assert_eq!(project.try_build().code, Some(101));
    project.remove("src/generated.rs");
    project.write("src/main.rs", "mod generated;\nfn main() { println!(\"{}\", generated::SCHEMA); }");
    project.build("a", "1 of 1");
}

#[test]
fn one_that_writes_what_is_there_already_need_not() {
    let project = project();
    project.write("src/generated.rs", "pub const SCHEMA: &str = \"a\";");
    project.build("a", "1 of 1");
    let outcome = project.build("a", "0 of 1");
    assert!(!outcome.stderr.contains("into the sources"), "{outcome:?}");
    assert!(fs::exists(project.source("src/generated.rs")).unwrap());
}
