//! Dependencies that do not come from crates.io: git, other registries, vendored sources, patches to them.

use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::cargo;
use crate::check::{assert_flattened, real, same_units, same_units_of, select, text};
use crate::fixture;

fn git(dir: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with the files of `text`, on `main`, on the branch `feature/x` and at the tag `v1`.
fn repository(text: &str) -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &fixture::files(text));
    git(dir.path(), &["init", "--quiet"]);
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "--quiet", "--message", "one"]);
    git(dir.path(), &["tag", "v1"]);
    git(dir.path(), &["branch", "feature/x"]);
    let url = format!("file://{}", dir.path().to_str().unwrap());
    (dir, url)
}

const LIBRARIES: &str = r#"
//- Cargo.toml
[workspace]
members = ["one", "two"]
//- one/Cargo.toml
[package]
name = "git-one"
version = "0.1.0"
edition = "2021"
[features]
more = ["dep:ryu"]
[dependencies]
git-two = { path = "../two" }
ryu = { version = "1", optional = true }
//- one/src/lib.rs
//- two/Cargo.toml
[package]
name = "git-two"
version = "0.2.0"
edition = "2021"
[dependencies]
itoa = "1"
//- two/src/lib.rs
"#;

#[test]
fn git_by_branch_tag_and_revision() {
    let (_dir, url) = repository(LIBRARIES);
    for reference in ["branch = \"feature/x\"", "tag = \"v1\"", "rev = \"v1\"", ""] {
        for rust_version in ["1.70", "1.85"] {
            let comma = if reference.is_empty() { "" } else { "," };
            let project = real(&format!(
                r#"
//- Cargo.toml
[workspace]
resolver = "2"
members = ["app", "lib"]
//- app/Cargo.toml
[package]
name = "app"
version = "0.1.0"
rust-version = "{rust_version}"
[dependencies]
lib = {{ path = "../lib" }}
git-one = {{ git = "{url}", features = ["more"]{comma} {reference} }}
//- app/src/main.rs
fn main() {{}}
//- lib/Cargo.toml
[package]
name = "lib"
version = "0.1.0"
rust-version = "{rust_version}"
[dependencies]
git-one = {{ git = "{url}"{comma} {reference} }}
git-two = {{ git = "{url}", version = "0.2"{comma} {reference} }}
//- lib/src/lib.rs
"#
            ));
            let skeleton = same_units_of(&project, &select("app"));
            assert_flattened(&skeleton);
            assert!(text(&skeleton, "Cargo.toml").contains(&url));
        }
    }
}

#[test]
fn patches_to_git() {
    let (_dir, url) = repository(
        r#"
//- Cargo.toml
[package]
name = "either"
version = "1.90.0"
edition = "2021"
[features]
default = ["use_std"]
std = []
use_std = ["std"]
//- src/lib.rs
"#,
    );
    let (_other, other) = repository(LIBRARIES);
    let (_fork, fork) = repository(LIBRARIES);
    for config in [false, true] {
        let patch = format!(
            r#"[patch.crates-io]
either = {{ git = "{url}" }}
unused = {{ package = "git-two", git = "{other}" }}
[patch."{other}"]
git-two = {{ git = "{fork}", branch = "feature/x" }}
"#
        );
        let (manifest, config) = if config { ("", patch.as_str()) } else { (patch.as_str(), "") };
        let project = real(&format!(
            r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itertools = {{ version = "0.14", default-features = false, features = ["use_std"] }}
either = {{ version = "1", default-features = false }}
git-two = {{ git = "{other}" }}
[target.'cfg(windows)'.dependencies]
git-one = {{ git = "{other}" }}
{manifest}
//- .cargo/config.toml
{config}
//- src/main.rs
fn main() {{}}
"#
        ));
        let skeleton = same_units_of(&project, &select("app"));
        assert_flattened(&skeleton);
        let manifest = text(&skeleton, "Cargo.toml");
        assert!(manifest.contains("patch") && !manifest.contains("unused"), "{manifest}");
    }
}

/// A registry on disk with one crate that has a dependency on crates.io.
fn registry() -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_str().unwrap();
    let package = fixture::files(
        "//- private-1.0.0/Cargo.toml\n[package]\nname = \"private\"\nversion = \"1.0.0\"\n[dependencies]\nitoa = \"1\"\n//- private-1.0.0/src/lib.rs\n",
    );
    let build = tempfile::tempdir().unwrap();
    fixture::write(build.path(), &package);
    std::fs::create_dir_all(dir.path().join("dl/private/1.0.0")).unwrap();
    let archive = dir.path().join("dl/private/1.0.0/download");
    let tar = Command::new("tar")
        .args(["-czf", archive.to_str().unwrap(), "private-1.0.0"])
        .current_dir(build.path())
        .status()
        .unwrap();
    assert!(tar.success());
    let digest = Sha256::digest(std::fs::read(&archive).unwrap());
    let checksum: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let entry = serde_json::json!({
        "name": "private", "vers": "1.0.0", "cksum": checksum.concat(), "features": {}, "yanked": false,
        "deps": [{
            "name": "itoa", "req": "^1", "features": [], "optional": false, "default_features": true,
            "target": null, "kind": "normal", "registry": "https://github.com/rust-lang/crates.io-index",
        }],
    });
    let index = dir.path().join("index");
    std::fs::create_dir_all(index.join("pr/iv")).unwrap();
    std::fs::write(index.join("pr/iv/private"), format!("{entry}\n")).unwrap();
    let config = format!("{{\"dl\": \"file://{root}/dl/{{crate}}/{{version}}/download\"}}");
    std::fs::write(index.join("config.json"), config).unwrap();
    git(&index, &["init", "--quiet"]);
    git(&index, &["add", "."]);
    git(&index, &["commit", "--quiet", "--message", "one"]);
    let url = format!("file://{}", index.to_str().unwrap());
    (dir, url)
}

#[test]
fn another_registry() {
    let (_dir, url) = registry();
    let project = real(&format!(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
private = {{ version = "1", registry = "house" }}
ryu = "1"
//- .cargo/config.toml
[registries.house]
index = "{url}"
token = "not-to-be-seen"
[registry]
default = "house"
//- src/main.rs
fn main() {{}}
"#
    ));
    let skeleton = same_units_of(&project, &select("app"));
    assert_flattened(&skeleton);
    let config = text(&skeleton, ".cargo/config.toml");
    assert!(config.contains(&url) && !config.contains("not-to-be-seen"), "{config}");
}

#[test]
fn vendored_sources() {
    let mut project = real(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
itoa = "1"
cfg-if = "1"
//- src/main.rs
fn main() {}
"#,
    );
    let config =
        cargo::run(project.dir.path(), &cargo::words("vendor --offline --locked third-party")).unwrap();
    std::fs::create_dir_all(project.dir.path().join(".cargo")).unwrap();
    std::fs::write(project.dir.path().join(".cargo/config.toml"), &config).unwrap();
    project.files.insert(".cargo/config.toml".to_owned(), config.into_bytes());
    collect(project.dir.path(), "third-party", &mut project.files);
    let skeleton = same_units_of(&project, &select("app"));
    assert_flattened(&skeleton);
    let referenced: Vec<_> = skeleton.referenced.iter().map(ToString::to_string).collect();
    assert_eq!(referenced, ["third-party/cfg-if", "third-party/itoa"]);
}

/// Adds the files below `name` to `files`.
fn collect(root: &Path, name: &str, files: &mut fixture::Files) {
    for entry in std::fs::read_dir(root.join(name)).unwrap() {
        let child = format!("{name}/{}", entry.unwrap().file_name().to_str().unwrap());
        if root.join(&child).is_dir() {
            collect(root, &child, files);
        } else {
            let contents = std::fs::read(root.join(&child)).unwrap();
            files.insert(child, contents);
        }
    }
}

/// To Cargo no requirement is not `*`, which takes no pre-release.
#[test]
fn a_dependency_without_a_version_may_be_a_pre_release() {
    same_units(
        r#"
//- Cargo.toml
[package]
name = "app"
version = "0.1.0"
edition = "2021"
[workspace]
members = ["lib"]
[dependencies]
lib = { path = "lib" }
ryu = "1.0.99-rc.1"
[patch.crates-io]
ryu = { path = "ryu" }
//- src/main.rs
fn main() {}
//- lib/Cargo.toml
[package]
name = "lib"
version = "1.0.0-alpha.1"
edition = "2021"
[dependencies]
itoa = "1"
//- lib/src/lib.rs
//- ryu/Cargo.toml
[package]
name = "ryu"
version = "1.0.99-rc.2"
[workspace]
//- ryu/src/lib.rs
"#,
        &select("app"),
    );
}
