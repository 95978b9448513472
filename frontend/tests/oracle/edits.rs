//! Edits of a project, and whether the skeleton moves with them.

use supercargo::skeleton::{Features, Selection};

use crate::cargo;
use crate::check::{ready, real, select};
use crate::fixture::{self, Files};

const BASE: &str = r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "core", "mac", "other"]
[workspace.package]
version = "0.1.0"
description = "before"
[workspace.dependencies]
core = { path = "core" }
[profile.release]
opt-level = 2
[profile.release.package.core]
opt-level = 1
[profile.release.package.itoa]
opt-level = 3
[profile.dev]
debug = 1
//- .cargo/config.toml
[build]
rustflags = ["--cfg", "x"]
[alias]
b = "build"
[net]
retry = 2
[env]
LIBC_CHECK_CFG = "1"
//- rust-toolchain.toml
[toolchain]
channel = "stable"
//- README.md
read me
//- tests/data/Cargo.toml
this is no manifest at all
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
description = "before"
[features]
default = ["plain"]
plain = []
rich = ["serde/rc"]
[dependencies]
core.workspace = true
mac = { path = "../mac" }
itoa = "1"
serde = { version = "1", default-features = false }
log = { version = "0.4", optional = true }
[build-dependencies]
cfg-if = "1"
//- app/build.rs
fn main() {}
//- app/src/main.rs
fn main() {}
//- core/Cargo.toml
[package]
name = "core"
version.workspace = true
edition = "2021"
[dependencies]
ryu = "1"
//- core/src/lib.rs
//- mac/Cargo.toml
[package]
name = "mac"
version = "0.1.0"
edition = "2021"
[lib]
proc-macro = true
[dependencies]
quote = "1"
//- mac/src/lib.rs
//- other/Cargo.toml
[package]
name = "other"
version = "0.1.0"
edition = "2021"
[dependencies]
serde = "1"
//- other/src/lib.rs
"#;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Expect {
    Keep,
    Change,
}
use Expect::{Change, Keep};

/// One edit of a file: what is replaced by what; a file that is not there is made.
type Edit = (&'static str, &'static str, &'static str);

const EDITS: &[(&str, Expect, &[Edit])] = &[
    ("a source file is edited", Keep, &[("app/src/main.rs", "{}", "{ run() }")]),
    ("a module is added", Keep, &[("app/src/more.rs", "", "fn more() {}\n")]),
    ("a binary is added", Keep, &[("app/src/bin/x.rs", "", "fn main() {}\n")]),
    ("a test is added", Keep, &[("app/tests/x.rs", "", "")]),
    ("a bench is added", Keep, &[("app/benches/x.rs", "", "")]),
    ("an example is added", Keep, &[("app/examples/x.rs", "", "fn main() {}\n")]),
    ("a version is bumped", Keep, &[("app/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"")]),
    ("the shared version is bumped", Keep, &[("Cargo.toml", "version = \"0.1.0\"", "version = \"0.3.0\"")]),
    ("a description is edited", Keep, &[("app/Cargo.toml", "before", "after")]),
    ("the shared description is edited", Keep, &[("Cargo.toml", "before", "after")]),
    (
        "metadata is added",
        Keep,
        &[("app/Cargo.toml", "[features]", "[package.metadata.x]\ny = 1\n[features]")],
    ),
    ("a comment is added", Keep, &[("app/Cargo.toml", "[features]", "# note\n\n\n[features]")]),
    (
        "entries are reordered",
        Keep,
        &[
            ("app/Cargo.toml", "itoa = \"1\"\n", ""),
            ("app/Cargo.toml", "[dependencies]\n", "[dependencies]\nitoa = \"1\"\n"),
        ],
    ),
    (
        "a dependency is spelt as a table",
        Keep,
        &[("app/Cargo.toml", "itoa = \"1\"", "itoa = { version = \"1\" }")],
    ),
    ("a comment is added to the lockfile", Keep, &[("Cargo.lock", "version = 4", "# note\nversion = 4")]),
    (
        "lints are added",
        Keep,
        &[("app/Cargo.toml", "[features]", "[lints.rust]\nunused = \"warn\"\n[features]")],
    ),
    (
        "a dev-dependency is added",
        Keep,
        &[("app/Cargo.toml", "[build-dep", "[dev-dependencies]\neither = \"1\"\n[build-dep")],
    ),
    ("a dependency is added", Change, &[("app/Cargo.toml", "itoa = \"1\"", "itoa = \"1\"\nmemchr = \"2\"")]),
    (
        "an optional dependency is added",
        Keep,
        &[("app/Cargo.toml", "itoa = \"1\"", "itoa = \"1\"\nmemchr = { version = \"2\", optional = true }")],
    ),
    (
        "a dependency for another platform is added",
        Keep,
        &[(
            "app/Cargo.toml",
            "[build-dep",
            "[target.'cfg(windows)'.dependencies]\nmemchr = \"2\"\n[build-dep",
        )],
    ),
    (
        "a dependency for this platform is added",
        Change,
        &[("app/Cargo.toml", "[build-dep", "[target.'cfg(unix)'.dependencies]\nmemchr = \"2\"\n[build-dep")],
    ),
    (
        "a build-dependency asks for a feature",
        Change,
        &[(
            "app/Cargo.toml",
            "cfg-if = \"1\"",
            "cfg-if = \"1\"\nquote = \"1\"\nproc-macro2 = { version = \"1\", features = [\"span-locations\"] }",
        )],
    ),
    ("a feature is added", Keep, &[("app/Cargo.toml", "plain = []", "plain = []\nnew = [\"dep:log\"]")]),
    ("the default features forward another", Change, &[("app/Cargo.toml", "[\"plain\"]", "[\"rich\"]")]),
    (
        "a dependency is renamed",
        Keep,
        &[("app/Cargo.toml", "itoa = \"1\"", "text = { package = \"itoa\", version = \"1\" }")],
    ),
    ("a requirement is loosened", Keep, &[("app/Cargo.toml", "itoa = \"1\"", "itoa = \">=1, <3\"")]),
    (
        "a dependency is bumped in the lockfile",
        Change,
        &[("app/Cargo.toml", "cfg-if = \"1\"", "cfg-if = \"=1.0.0\"")],
    ),
    ("another profile is edited", Keep, &[("Cargo.toml", "debug = 1", "debug = 2")]),
    ("the profile is edited", Change, &[("Cargo.toml", "opt-level = 2", "opt-level = 3")]),
    ("the profile of a local package is edited", Keep, &[("Cargo.toml", "opt-level = 1", "opt-level = 0")]),
    (
        "the profile of a dependency is edited",
        Change,
        &[("Cargo.toml", "itoa]\nopt-level = 3", "itoa]\nopt-level = 2")],
    ),
    (
        "a member without dependencies is added",
        Keep,
        &[
            ("Cargo.toml", "\"other\"]", "\"other\", \"new\"]"),
            ("new/Cargo.toml", "", "[package]\nname = \"new\"\n"),
            ("new/src/lib.rs", "", ""),
        ],
    ),
    (
        "another member asks for a feature",
        Keep,
        &[("other/Cargo.toml", "serde = \"1\"", "serde = { version = \"1\", features = [\"alloc\"] }")],
    ),
    (
        "a needed member asks for a feature",
        Change,
        &[(
            "core/Cargo.toml",
            "ryu = \"1\"",
            "ryu = \"1\"\nserde = { version = \"1\", features = [\"rc\"] }",
        )],
    ),
    (
        "a member is split off with its dependency",
        Keep,
        &[
            ("Cargo.toml", "\"other\"]", "\"other\", \"new\"]"),
            ("new/Cargo.toml", "", "[package]\nname = \"new\"\n[dependencies]\nryu = \"1\"\n"),
            ("new/src/lib.rs", "", ""),
            ("core/Cargo.toml", "ryu = \"1\"", "new = { path = \"../new\" }"),
        ],
    ),
    ("a needed member loses its dependency", Change, &[("core/Cargo.toml", "ryu = \"1\"", "")]),
    (
        "a local package is renamed",
        Keep,
        &[
            ("core/Cargo.toml", "name = \"core\"", "name = \"kernel\""),
            ("Cargo.toml", "core = { path", "core = { package = \"kernel\", path"),
            ("Cargo.toml", "package.core", "package.kernel"),
        ],
    ),
    (
        "a local package is moved",
        Keep,
        &[
            ("Cargo.toml", "\"core\", ", "\"deep/er/core\", "),
            ("Cargo.toml", "path = \"core\"", "path = \"deep/er/core\""),
            (
                "deep/er/core/Cargo.toml",
                "",
                "[package]\nname = \"core\"\nversion.workspace = true\nedition = \"2021\"\n[dependencies]\nryu = \"1\"\n",
            ),
            ("deep/er/core/src/lib.rs", "", ""),
        ],
    ),
    (
        "members are listed in another order",
        Keep,
        &[("Cargo.toml", "\"app\", \"core\"", "\"core\", \"app\"")],
    ),
    (
        "members are listed by a pattern",
        Keep,
        &[("Cargo.toml", "[\"app\", \"core\", \"mac\", \"other\"]", "[\"[acmo]*\"]")],
    ),
    ("an edition changes", Keep, &[("app/Cargo.toml", "2021", "2024")]),
    ("the resolver changes from 2 to 3", Keep, &[("Cargo.toml", "resolver = \"2\"", "resolver = \"3\"")]),
    ("the resolver changes to 1", Change, &[("Cargo.toml", "resolver = \"2\"", "resolver = \"1\"")]),
    ("a rust-version is added", Keep, &[("app/Cargo.toml", "edition", "rust-version = \"1.85\"\nedition")]),
    ("the build script is edited", Keep, &[("app/build.rs", "{}", "{ run() }")]),
    ("a build script without dependencies is added", Keep, &[("core/build.rs", "", "fn main() {}\n")]),
    (
        "the toolchain's components change",
        Keep,
        &[("rust-toolchain.toml", "\"stable\"", "\"stable\"\ncomponents = [\"clippy\"]")],
    ),
    ("an alias is edited", Keep, &[(".cargo/config.toml", "\"build\"", "\"build -r\"")]),
    (
        "the configuration gets a comment and a network setting",
        Keep,
        &[(".cargo/config.toml", "retry = 2", "# note\nretry = 3\n[http]\ntimeout = 9")],
    ),
    (
        "a flag of the compiler is added",
        Change,
        &[(".cargo/config.toml", "\"x\"", "\"x\", \"-Copt-level=1\"")],
    ),
    (
        "a linker is set",
        Change,
        &[(".cargo/config.toml", "[alias]", "[target.x86_64-unknown-linux-gnu]\nlinker = \"cc\"\n[alias]")],
    ),
    (
        "a linker for another platform is set",
        Keep,
        &[(".cargo/config.toml", "[alias]", "[target.aarch64-apple-darwin]\nlinker = \"cc\"\n[alias]")],
    ),
    ("a variable that build scripts see is edited", Change, &[(".cargo/config.toml", "= \"1\"", "= \"0\"")]),
    ("the README is edited", Keep, &[("README.md", "read", "write")]),
    ("a fixture's manifest is edited", Keep, &[("tests/data/Cargo.toml", "no", "still no")]),
    (
        "publishing and discovery are switched off",
        Keep,
        &[("app/Cargo.toml", "edition", "publish = false\nautobins = true\ndefault-run = \"app\"\nedition")],
    ),
    ("a key that nobody knows is added", Keep, &[("app/Cargo.toml", "edition", "unheard-of = 1\nedition")]),
    (
        "crate types change without optimisation at link time",
        Keep,
        &[(
            "core/Cargo.toml",
            "[dependencies]",
            "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n[dependencies]",
        )],
    ),
    ("lines end as on Windows", Keep, &[("app/Cargo.toml", "\n", "\r\n")]),
];

fn edited(base: &Files, edits: &[Edit]) -> Files {
    let mut files = base.clone();
    for (name, from, to) in edits {
        let old = files.get(*name).map(|contents| String::from_utf8(contents.clone()).unwrap());
        let new = match &old {
            Some(text) => text.replace(from, to),
            None => (*to).to_owned(),
        };
        assert_ne!(old.as_deref(), Some(new.as_str()), "`{name}` changes");
        files.insert((*name).to_owned(), new.into_bytes());
    }
    if edits.iter().any(|(name, ..)| name.starts_with("deep/")) {
        files.retain(|name, _| !name.starts_with("core/"));
    }
    files
}

/// Lets Cargo bring the lockfile up to date, as the user would.
fn relocked(mut files: Files) -> Files {
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &files);
    cargo::update(dir.path());
    files.insert("Cargo.lock".to_owned(), std::fs::read(dir.path().join("Cargo.lock")).unwrap());
    files
}

#[test]
fn the_skeleton_moves_with_what_reaches_dependencies_and_with_nothing_else() {
    let project = real(BASE);
    let before = ready(&project.files, &select("app")).files;
    let mut wrong = Vec::new();
    for (name, expect, edits) in EDITS {
        let files = relocked(edited(&project.files, edits));
        let after = ready(&files, &select("app")).files;
        let found = if before == after { Keep } else { Change };
        if found != *expect {
            let changed = after.iter().filter(|(name, contents)| before.get(*name) != Some(contents));
            let texts = changed.map(|(name, text)| format!("{name}\n{}", String::from_utf8_lossy(text)));
            wrong.push(format!("{name}: {found:?}\n{}", texts.collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_skeleton_moves_with_the_selection_only_where_units_do() {
    let project = real(BASE);
    let of = |selection: &Selection| ready(&project.files, selection).files;
    let base = of(&select("app"));
    let features = |names: &[&str]| Features {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Features::default()
    };
    assert_eq!(base, of(&Selection { binaries: ["app".to_owned()].into(), ..select("app") }));
    assert_eq!(base, of(&select("app core")));
    assert_eq!(base, of(&Selection { features: features(&["plain"]), ..select("app") }));
    assert_eq!(base, of(&Selection { target: "aarch64-unknown-linux-gnu".to_owned(), ..select("app") }));
    assert_ne!(base, of(&select("app other")));
    assert_ne!(base, of(&Selection { features: features(&["rich"]), ..select("app") }));
    assert_ne!(base, of(&Selection { profile: "dev".to_owned(), ..select("app") }));
}

#[test]
fn the_skeleton_does_not_depend_on_the_order_of_names() {
    let project = real(BASE);
    let mut tree = supercargo::tree::Tree::default();
    for (name, contents) in project.files.iter().rev() {
        let entry = supercargo::tree::Entry::File { size: contents.len() as u64 };
        tree.insert(fixture::path(name), entry);
        tree.insert_contents(fixture::path(name), contents.clone());
    }
    let project_again = supercargo::project::load(&tree).unwrap().value;
    let made = supercargo::skeleton::make(&project_again, &select("app")).unwrap().value;
    let supercargo::skeleton::Outcome::Ready(made) = made else { panic!("{made:?}") };
    assert_eq!(made.files, ready(&project.files, &select("app")).files);
}
