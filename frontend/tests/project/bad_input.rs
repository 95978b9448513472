//! Every fault is named with its file, its line, its value and what would be right.

use supercargo::project::check_lockfile;

use crate::fixture::{Files, discover, files, messages, project};

/// What is said about a project that cannot be read.
fn complaint(files: &Files) -> String {
    match project(files) {
        Ok(_) => panic!("the project is fine"),
        Err(errors) => messages(&errors),
    }
}

fn check(text: &str, expected: &str) {
    assert_eq!(complaint(&files(text)), expected.trim_start());
}

#[test]
fn an_empty_context() {
    check(
        "",
        "
the build context is empty
  = run the build in the directory of `Cargo.toml`, as in `docker buildx build .`
  = a `.dockerignore` that holds `*` needs `!` lines for what the build reads
",
    );
}

#[test]
fn no_manifest_at_the_root() {
    check(
        "
//- .dockerignore
*.toml
//- backend/api/Cargo.toml
//- backend/Cargo.toml
//- zoo/Cargo.toml
//- cargo.toml
",
        "
there is no `Cargo.toml` at the root of the build context
  = `*.toml` in `.dockerignore:1` excludes `Cargo.toml` from the build context. If the file exists, add the line `!Cargo.toml` below it.
  = rename `cargo.toml` to `Cargo.toml`: the name is case-sensitive
  = the nearest one is `backend/Cargo.toml`: if that is the project, build with `docker buildx build backend`
",
    );
}

#[test]
fn a_manifest_that_does_not_parse() {
    check(
        "
//- Cargo.toml
[package]
name = \"app
",
        "
Cargo.toml:2: `Cargo.toml` does not parse: invalid basic string, expected `\"`
",
    );
    check(
        "
//- Cargo.toml
[package]
name = \"app\"

version = 1
",
        "
Cargo.toml:4: `Cargo.toml` does not parse: invalid type: integer `1`, expected SemVer version
",
    );
    check(
        "//- Cargo.toml\n[profile.release]\nlto = true\n",
        "
Cargo.toml:1: `Cargo.toml` has neither a `[package]` nor a `[workspace]` table
  = a package needs at least `[package]` with a `name`
",
    );
}

#[test]
fn a_manifest_that_is_not_text() {
    let mut files = files("//- Cargo.toml\n");
    files.insert("Cargo.toml".to_owned(), b"[package]\nname = \"\xff\"\n".to_vec());
    assert_eq!(
        complaint(&files),
        "Cargo.toml:2: `Cargo.toml` is not valid UTF-8: byte 0xff at offset 18\n  = save the file as UTF-8; TOML allows no other encoding\n"
    );
}

#[test]
fn a_manifest_of_five_megabytes() {
    let mut files = files("//- Cargo.toml\n");
    files.insert("Cargo.toml".to_owned(), vec![b'#'; 5_000_000]);
    let errors = discover(&files).unwrap_err();
    assert_eq!(
        messages(&errors),
        "`Cargo.toml` has 5000000 bytes, more than the 4194304 that are read\n  = move data out of the file; Cargo reads it on every build\n"
    );
}

#[test]
fn members_that_do_not_exist() {
    check(
        "
//- Cargo.toml
[workspace]
members = [
    \"here\",
    \"gone\",
    \"empty/*\",
    \"../out\",
    \"[\",
]
//- here/Cargo.toml
[package]
name = \"here\"
//- here/src/lib.rs
//- empty/a/README.md
",
        "
Cargo.toml:4: workspace member `gone` has no manifest: there is no `gone/Cargo.toml`
Cargo.toml:5: workspace member `empty/*` has no manifest: there is no `empty/a/Cargo.toml`
  = `exclude = [\"empty/a\"]` in `[workspace]` makes Cargo pass it by
Cargo.toml:6: `workspace.members` has `../out`, which leads outside the build context
  = the build context must hold the whole workspace: build from the directory above
Cargo.toml:7: `workspace.members` has `[`, which is no pattern: Pattern syntax error near position 0: invalid range pattern
",
    );
}

#[test]
fn what_is_missing_is_told_with_its_reason() {
    check(
        "
//- .dockerignore
docs
//- Cargo.toml
[package]
name = \"app\"
[dependencies]
fixed = { path = \"third/party\" }
//- src/main.rs
//- third/party -> ../third/empty
",
        "
Cargo.toml:4: path dependency `fixed` has no manifest: there is no `third/party/Cargo.toml`
  = `third/party` is a symbolic link that leads nowhere, in a circle or out of the build context. Replace it with the file or directory that it leads to.
",
    );
    check(
        "
//- .dockerignore
tests
benches
//- Cargo.toml
[package]
name = \"app\"
[[test]]
name = \"it\"
[[bench]]
name = \"speed\"
[[example]]
name = \"show\"
//- src/main.rs
",
        "
Cargo.toml:7: `Cargo.toml` declares the example `show`, but there is neither `examples/show.rs` nor `examples/show/main.rs`, or there are both
  = say where its source is: `path = \"…\"` in `[[example]]`
",
    );
}

#[test]
fn links_that_lead_nowhere() {
    check(
        "
//- Cargo.toml
[workspace]
members = [\"loop\", \"out\"]
//- loop -> loop
//- out -> ../elsewhere
",
        "
Cargo.toml:2: workspace member `loop` has no manifest: there is no `loop/Cargo.toml`
  = `loop` is a symbolic link that leads nowhere, in a circle or out of the build context. Replace it with the file or directory that it leads to.
Cargo.toml:2: workspace member `out` has no manifest: there is no `out/Cargo.toml`
  = `out` is a symbolic link that leads nowhere, in a circle or out of the build context. Replace it with the file or directory that it leads to.
",
    );
}

#[test]
fn path_dependencies_that_are_not_there() {
    check(
        "
//- Cargo.toml
[package]
name = \"app\"
[dependencies]
shared = { path = \"../shared\" }
gone = { path = \"gone\" }
//- src/main.rs
",
        "
Cargo.toml:4: path dependency `shared` has path `../shared`, which leads outside the build context
  = the build context must hold every path dependency: build from a directory above
Cargo.toml:5: path dependency `gone` has no manifest: there is no `gone/Cargo.toml`
",
    );
}

#[test]
fn inheritance_from_nothing() {
    check(
        "
//- Cargo.toml
[workspace]
members = [\"app\"]
//- app/Cargo.toml
[package]
name = \"app\"
edition.workspace = true
[dependencies]
serde = { workspace = true }
//- app/src/main.rs
",
        "
app/Cargo.toml:3: `app/Cargo.toml` inherits `package.edition`, but `[workspace.package]` in `Cargo.toml` has no `edition`
app/Cargo.toml:5: `app/Cargo.toml` inherits `dependencies.serde`, but `[workspace.dependencies]` in `Cargo.toml` has no `serde`
",
    );
}

#[test]
fn nothing_to_build() {
    check(
        "//- Cargo.toml\n[package]\nname = \"app\"\n",
        "
Cargo.toml:1: `Cargo.toml` has nothing to build: there is neither `src/lib.rs` nor `src/main.rs`, and no target is declared
",
    );
    check(
        "
//- Cargo.toml
[package]
name = \"app\"
edition = \"2021\"
[lib]
[[bin]]
name = \"tool\"
",
        "
Cargo.toml:4: `Cargo.toml` declares a library, but there is no `src/lib.rs`
  = say where its source is: `path = \"…\"` in `[lib]`
Cargo.toml:5: `Cargo.toml` declares the bin `tool`, but there is neither `src/bin/tool.rs` nor `src/bin/tool/main.rs`, or there are both
  = say where its source is: `path = \"…\"` in `[[bin]]`
",
    );
}

/// Cargo hands them to rustc, which refuses them; here they would be paths and lines of a log.
#[test]
fn names_that_are_not_names() {
    let target = |table: &str, name: &str| {
        let manifest = format!("[package]\nname = \"app\"\n{table}\nname = {name}\npath = \"src/main.rs\"\n");
        complaint(&files(&format!("//- Cargo.toml\n{manifest}//- src/main.rs\n")))
    };
    for (name, shown) in [
        ("\"../../../tmp/x\"", "../../../tmp/x"),
        ("\"a b\"", "a b"),
        ("\"::error::x\"", "::error::x"),
        ("\"a\\u001b[2Jb\"", "a\\u{1b}[2Jb"),
        ("\"a\\n::error::b\"", "a\\n::error::b"),
        ("\"\\u202ea\"", "\\u{202e}a"),
        ("\"\"", ""),
    ] {
        for (table, kind) in [("[[bin]]", "bin"), ("[lib]", "lib")] {
            let said = target(table, name);
            let expected = format!(
                "Cargo.toml:3: `Cargo.toml` declares the {kind} `{shown}`, which is not a valid name\n"
            );
            assert!(said.starts_with(&expected), "{said}");
            assert!(!said.contains('\u{1b}') && said.lines().count() <= 3, "{said:?}");
        }
    }
    for (manifest, expected) in [
        ("[package]\nname = \"a\\nb\"\n", "Cargo.toml:2: `Cargo.toml` does not parse: "),
        (
            "[package]\nname = \"app\"\n[features]\n\"a\\rb\" = []\n",
            "Cargo.toml:4: `Cargo.toml` does not parse: ",
        ),
        (
            "[package]\nname = \"app\"\n[dependencies]\nx = { path = \"x\\ny\" }\n",
            "Cargo.toml:4: path dependency `x` has path `x\\ny`, which contains a control character or a backslash\n",
        ),
        (
            "[workspace]\nmembers = [\"x\\u001by\"]\n",
            "Cargo.toml:2: `workspace.members` has `x\\u{1b}y`, which contains a control character or a backslash\n",
        ),
    ] {
        let said = complaint(&files(&format!("//- Cargo.toml\n{manifest}//- src/main.rs\n")));
        assert!(said.starts_with(expected), "{said:?}");
    }
}

#[test]
fn a_condition_that_is_none_or_far_too_deep() {
    let manifest = |condition: &str| {
        files(&format!(
            "//- Cargo.toml\n[package]\nname = \"app\"\n[target.'{condition}'.dependencies]\nx = \"1\"\n//- src/main.rs\n"
        ))
    };
    assert_eq!(
        complaint(&manifest("cfg(unix")),
        "Cargo.toml:4: `[target]` has a bad key: failed to parse `cfg(unix` as a cfg expression: \
         invalid target specifier: unexpected `(` character, cfg expressions must start with `cfg(`\n"
    );
    let deep = format!("cfg({}unix{})", "not(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(
        complaint(&manifest(&deep)),
        "Cargo.toml:4: `[target]` has a bad key: it has 500009 bytes, more than 4096\n"
    );
}

#[test]
fn a_lockfile_that_does_not_match() {
    let fixture = files(
        "
//- Cargo.toml
[package]
name = \"app\"
version = \"0.2.0\"
[workspace]
members = [\"sub\"]
//- src/main.rs
//- sub/Cargo.toml
[package]
name = \"sub\"
version = \"0.1.0\"
[dependencies]
itoa = \"2\"
new = \"1\"
//- sub/src/lib.rs
//- Cargo.lock
version = 4

[[package]]
name = \"app\"
version = \"0.1.0\"

[[package]]
name = \"itoa\"
version = \"1.0.0\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"

[[package]]
name = \"ryu\"
version = \"1.0.0\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"

[[package]]
name = \"sub\"
version = \"0.1.0\"
dependencies = [\"itoa\", \"ryu\"]
",
    );
    let project = project(&fixture).unwrap().value;
    let update = "`cargo update --workspace` brings `Cargo.lock` up to date and keeps the versions it has, and so does \
                  `docker buildx build --target lock --output . .`; commit the result";
    let anew = "`cargo generate-lockfile` writes the lockfile anew, with the newest versions of everything";
    assert_eq!(
        messages(&check_lockfile(&project).unwrap_err()),
        format!(
            "Cargo.toml:1: `Cargo.toml` is `app 0.2.0`, but `Cargo.lock` has `0.1.0`\n  = {update}\n\
             sub/Cargo.toml:5: `sub/Cargo.toml` asks for `itoa` at `2`, but `Cargo.lock` has `itoa 1.0.0` for it\n  = {update}\n  = {anew}\n\
             sub/Cargo.toml:6: `sub/Cargo.toml` asks for `new` at `1`, but `Cargo.lock` has no such package\n  = {update}\n  = {anew}\n\
             sub/Cargo.toml:1: `Cargo.lock` has `ryu` as a dependency of `sub`, but `sub/Cargo.toml` does not ask for it\n  = {update}\n"
        )
    );
}

#[test]
fn includes_that_circle_or_are_missing() {
    check(
        "
//- Cargo.toml
[package]
name = \"app\"
//- src/main.rs
//- .cargo/config.toml
include = [\"a.toml\", \"b.toml\"]
//- .cargo/a.toml
include = [\"config.toml\"]
",
        "
.cargo/a.toml:1: `.cargo/a.toml` includes `config.toml`, which includes it in turn
.cargo/config.toml:1: `.cargo/config.toml` includes `b.toml`, which is not in the build context
  = `{ path = \"…\", optional = true }` lets a file be absent
",
    );
}

#[test]
fn a_workspace_inside_of_the_workspace() {
    check(
        "
//- Cargo.toml
[workspace]
members = [\"app\"]
//- app/Cargo.toml
[workspace]
[package]
name = \"app\"
//- app/src/main.rs
",
        "
Cargo.toml:2: `app/Cargo.toml` is a workspace root inside of this workspace
  = add `exclude = [\"app\"]` to `[workspace]` in `Cargo.toml`
",
    );
}
