//! Manifests, lockfiles, Cargo's configuration, toolchain files and the definition file, damaged.

use proptest::collection::vec;
use proptest::prelude::{any, proptest};
use proptest::sample::Index;
use supercargo::config::Layers;
use supercargo::diagnostic::Diagnostic;
use supercargo::options::Options;
use supercargo::plan::target::{self, Goal};
use supercargo::plan::{self, Planned, Request};
use supercargo::project::check_lockfile;

use crate::damage::damage;
use crate::fixture::{Files, files, path, project};

/// Something of everything: inheritance, targets, features, patches, build scripts, a vendored crate.
const PROJECT: &str = "
//- Dockerfile
# syntax=supercargo
package = \"api\"
features = [\"tls\"]
profile = \"release\"
[toolchain]
channel = \"1.95\"
[cache]
mode = \"auto\"
[image]
base = \"debian:bookworm-slim\"
user = \"1000:1000\"
cmd = [\"--port\", \"8080\"]
env = { RUST_LOG = \"info\" }
expose = [8080, \"9000/udp\"]
labels = { team = \"sea\" }
stop-signal = \"SIGINT\"
//- Cargo.toml
[workspace]
resolver = \"2\"
members = [\"crates/*\"]
exclude = [\"crates/old\"]
[workspace.package]
version = \"1.2.3\"
edition = \"2021\"
[workspace.dependencies]
itoa = { version = \"1\", default-features = false }
shared = { path = \"crates/shared\" }
[workspace.metadata.supercargo.image]
workdir = \"/srv\"
[profile.release]
lto = \"thin\"
[profile.release.package.itoa]
opt-level = 3
[patch.crates-io]
ryu = { path = \"vendor/ryu\" }
//- crates/api/Cargo.toml
[package]
name = \"api\"
version.workspace = true
edition.workspace = true
build = \"build.rs\"
default-run = \"api\"
[features]
default = [\"fast\"]
fast = [\"dep:itoa\"]
tls = [\"shared/tls\", \"ryu?/small\"]
[dependencies]
itoa = { workspace = true, optional = true }
shared.workspace = true
ryu = { version = \"1\", optional = true }
[target.'cfg(all(unix, not(target_env = \"musl\")))'.dependencies]
libc = \"0.2\"
[build-dependencies]
cc = \"1\"
[[bin]]
name = \"api\"
path = \"src/main.rs\"
//- crates/api/build.rs
fn main() {}
//- crates/api/src/main.rs
fn main() {}
//- crates/api/src/bin/tool.rs
fn main() {}
//- crates/shared/Cargo.toml
[package]
name = \"shared\"
version = \"0.1.0\"
[lib]
proc-macro = false
[features]
tls = []
//- crates/shared/src/lib.rs

//- vendor/ryu/Cargo.toml
[package]
name = \"ryu\"
version = \"1.0.5\"
[features]
small = []
//- vendor/ryu/src/lib.rs

//- Cargo.lock
version = 4

[[package]]
name = \"api\"
version = \"1.2.3\"
dependencies = [
 \"cc\",
 \"itoa\",
 \"libc\",
 \"ryu\",
 \"shared\",
]

[[package]]
name = \"cc\"
version = \"1.2.0\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"
checksum = \"1aeb932158bd710538c73702db6945cb68a8fb08c519e6e12706b94263b36db8\"

[[package]]
name = \"itoa\"
version = \"1.0.15\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"
checksum = \"4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c\"

[[package]]
name = \"libc\"
version = \"0.2.170\"
source = \"registry+https://github.com/rust-lang/crates.io-index\"
checksum = \"875b3680cb2f8f71bdcf9a30f38d48282f5d3c95cbf9b3fa57269bb5d5c06828\"

[[package]]
name = \"ryu\"
version = \"1.0.5\"

[[package]]
name = \"shared\"
version = \"0.1.0\"
//- .cargo/config.toml
[build]
rustflags = [\"-Ctarget-cpu=x86-64-v2\"]
[target.x86_64-unknown-linux-gnu]
linker = \"tools/ld\"
[env]
MODE = { value = \"x\", force = true }
[source.crates-io]
replace-with = \"mirror\"
[source.mirror]
registry = \"sparse+https://mirror.invalid/index/\"
//- rust-toolchain.toml
[toolchain]
channel = \"1.95.0\"
components = [\"clippy\"]
";

/// Everything from files to plan, as words: the plan, or what is said against it.
pub(crate) fn outcome(files: &Files) -> String {
    fn said(diagnostics: &[Diagnostic]) -> String {
        for diagnostic in diagnostics {
            assert!(!diagnostic.message.is_empty());
            for line in diagnostic.hints.iter().chain([&diagnostic.message]) {
                assert!(!line.replace('\t', " ").contains(char::is_control), "{line:?}");
            }
            if let Some(span) = &diagnostic.span {
                assert!(span.start >= 1 && span.start <= span.end, "{diagnostic:?}");
            }
        }
        format!("{diagnostics:?}")
    }
    let project = match project(files) {
        Ok(warned) => warned.value,
        Err(errors) => return said(&errors),
    };
    if let Err(errors) = check_lockfile(&project) {
        return said(&errors);
    }
    let body = String::from_utf8_lossy(files.get("Dockerfile").map(Vec::as_slice).unwrap_or_default());
    let (definition, root) = (path("Dockerfile"), path("Cargo.toml"));
    let options = Options::default();
    let layers =
        Layers::read(&options.build_args, Some((&definition, &body)), (&root, &project.workspace.text));
    let layers = match layers {
        Ok(warned) => warned.value,
        Err(errors) => return said(&errors),
    };
    let amd64 = "linux/amd64".parse().unwrap();
    let request = Request {
        options: &options,
        layers: &layers,
        goal: &Goal::Image,
        builder: &amd64,
        platform: &amd64,
        generated_lockfile: None,
        outdated_lockfile: None,
        names: &crate::fixture::names(files),
    };
    assert!(!target::names(&project).is_empty());
    match plan::plan(&project, request) {
        Ok(warned) => match warned.value {
            Planned::Ready(plan) => serde_json::to_string(&plan).unwrap(),
            Planned::NeedsLockfile(_) => "needs a lockfile".to_owned(),
        },
        Err(errors) => said(&errors),
    }
}

#[test]
fn the_project_is_sound_before_it_is_damaged() {
    let outcome = outcome(&files(PROJECT));
    assert!(outcome.starts_with('{') && outcome.contains("flattened"), "{outcome}");
}

proptest! {
    #[test]
    fn a_damaged_project_is_planned_or_refused(changes in vec((any::<Index>(), damage()), 1..4)) {
        let mut files = files(PROJECT);
        for (file, damage) in changes {
            let name = files.keys().nth(file.index(files.len())).cloned().unwrap_or_default();
            if let Some(text) = files.get_mut(&name) {
                damage.apply(text);
            }
        }
        assert_eq!(outcome(&files), outcome(&files));
    }
}

/// Where something may be nested, or follow from one another, as deep as somebody likes.
#[test]
fn depth_is_answered_and_not_followed_to_the_end_of_the_stack() {
    const DEPTH: usize = 50_000;
    let with = |name: &str, text: &str| {
        let mut files = files(PROJECT);
        files.get_mut(name).unwrap().extend_from_slice(text.as_bytes());
        outcome(&files)
    };
    let cfg = format!("cfg({}unix{})", "not(".repeat(DEPTH), ")".repeat(DEPTH));
    with("crates/api/Cargo.toml", &format!("[target.'{cfg}'.dependencies]\nlog = \"1\"\n"));
    with(".cargo/config.toml", &format!("[target.'{cfg}']\nrustflags = []\n"));
    for name in ["Cargo.toml", "Cargo.lock", "Dockerfile", ".cargo/config.toml", "rust-toolchain.toml"] {
        with(name, &format!("deep = {}\n", "[".repeat(DEPTH)));
        with(name, &format!("deep = {}\n", "{ a = ".repeat(DEPTH)));
        with(name, &format!("[{}]\n", vec!["a"; DEPTH].join(".")));
    }
    // Features that follow from one another, and a chain of packages in the lockfile.
    let chain: Vec<String> = (0..DEPTH).map(|n| format!("f{n} = [\"f{}\"]\n", n + 1)).collect();
    let chain = chain.concat();
    let manifest = PROJECT.replace("tls = []\n", &format!("tls = [\"f0\"]\n{chain}f{DEPTH} = []\n"));
    outcome(&files(&manifest));
    let package = |n: usize| {
        let source = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        format!(
            "[[package]]\nname = \"p{n}\"\nversion = \"1.0.0\"\n{source}\ndependencies = [\"p{}\"]\n\n",
            n + 1
        )
    };
    let chain = (0..DEPTH / 10).map(package).collect::<Vec<_>>().concat();
    let end = format!("[[package]]\nname = \"p{}\"\nversion = \"1.0.0\"\n", DEPTH / 10);
    let lockfile = PROJECT
        .replace(" \"libc\",\n", " \"libc\",\n \"p0\",\n")
        .replace("//- .cargo", &format!("{chain}{end}//- .cargo"));
    let manifest = lockfile.replace("[build-dependencies]\n", "[build-dependencies]\np0 = \"1\"\n");
    outcome(&files(&manifest));
}
