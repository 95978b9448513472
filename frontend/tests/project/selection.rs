//! Selections that name what does not exist, and projects without a lockfile.

use std::collections::BTreeSet;

use supercargo::skeleton::{Features, Outcome, Selection, closure, make, source_view};

use crate::fixture::{files, messages, path, project};

const PROJECT: &str = "
//- Cargo.toml
[workspace]
resolver = \"2\"
members = [\"app\", \"lib\"]
[profile.dist]
inherits = \"release\"
//- app/Cargo.toml
[package]
name = \"app\"
[features]
fast = []
[dependencies]
lib = { path = \"../lib\" }
//- app/src/main.rs
//- lib/Cargo.toml
[package]
name = \"lib\"
//- lib/src/lib.rs
";

const LOCKED: &str = "
//- Cargo.lock
version = 4
[[package]]
name = \"app\"
version = \"0.0.0\"
dependencies = [\"lib\"]
[[package]]
name = \"lib\"
version = \"0.0.0\"
";

fn selection(package: &str) -> Selection {
    Selection {
        packages: [package.to_owned()].into(),
        features: Features::default(),
        binaries: BTreeSet::new(),
        profile: "release".to_owned(),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        host: "x86_64-unknown-linux-gnu".to_owned(),
        profile_keys: std::collections::BTreeMap::new(),
        rustflags: Vec::new(),
        tests: false,
    }
}

fn complaint(selection: &Selection) -> String {
    let project = project(&files(&format!("{PROJECT}{LOCKED}"))).unwrap().value;
    messages(&make(&project, selection).unwrap_err())
}

#[test]
fn what_does_not_exist_is_named_beside_what_does() {
    assert_eq!(
        complaint(&selection("api")),
        "no package `api` in this workspace\n  = there are `app`, `lib`\n"
    );
    let features = Features { names: ["fats".to_owned()].into(), ..Features::default() };
    assert_eq!(
        complaint(&Selection { features, ..selection("app") }),
        "none of the selected packages has a feature `fats`\n  = `app` has `fast`\n"
    );
    assert_eq!(
        complaint(&Selection { profile: "dits".to_owned(), ..selection("app") }),
        "no profile `dits` is defined\n  = there are `bench`, `dev`, `dist`, `doc`, `release`, `test`\n  \
         = `[profile.dits]` with `inherits = \"release\"` in `Cargo.toml` defines it\n"
    );
}

#[test]
fn targets_that_the_ignore_file_leaves_without_a_source_get_one_that_says_so() {
    let text = format!(
        "{PROJECT}{LOCKED}//- .dockerignore\n**/benches\napp/tests\n//- lib/benches/left.rs\n"
    )
    .replace(
        "[features]",
        "[[bench]]\nname = \"speed\"\n[[test]]\nname = \"it\"\npath = \"tests/deep/it.rs\"\n[features]",
    );
    let project = project(&files(&text)).unwrap().value;
    let view = source_view(&project, &selection("app")).unwrap().value;
    let stub = |file: &str| String::from_utf8_lossy(view.overlays.get(&path(file)).unwrap()).into_owned();
    assert_eq!(
        stub("app/benches/speed.rs"),
        "compile_error!(\"`**/benches` in `.dockerignore:1` excludes `app/benches/speed.rs` from the build context\");\nfn main() {}\n"
    );
    assert!(stub("app/tests/deep/it.rs").contains("`app/tests` in `.dockerignore:2`"));
    assert_eq!(view.overlays.len(), 2, "{:?}", view.overlays.keys());
    let lib = source_view(&project, &selection("lib")).unwrap().value;
    assert!(!lib.overlays.contains_key(&path("app/benches/speed.rs")), "{:?}", lib.overlays.keys());
}

#[test]
fn the_closure_holds_what_is_compiled() {
    let project = project(&files(&format!("{PROJECT}{LOCKED}"))).unwrap().value;
    let of = |package| closure(&project, &selection(package)).unwrap().value;
    assert_eq!(of("app"), [path("app"), path("lib")].into());
    assert_eq!(of("lib"), [path("lib")].into());
}

#[test]
fn without_a_lockfile_there_is_no_skeleton_yet() {
    let project = project(&files(PROJECT)).unwrap().value;
    assert_eq!(make(&project, &selection("lib")).unwrap().value, Outcome::NeedsLockfile);
    assert_eq!(closure(&project, &selection("lib")).unwrap().value.len(), 2);
    let view = source_view(&project, &selection("lib")).unwrap().value;
    assert!(view.excluded.is_empty() && view.overlays.is_empty());
}
