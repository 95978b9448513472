//! The preset `trunk`: a front end of Rust, compiled to WebAssembly beside the compile.

mod alone;
mod member;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::access::Access;
use super::native::{Names, SystemPackages};
use super::target::Goal;
use super::{Chosen, Request, subject};
use crate::config::{Layers, Preset};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::name::RelPath;
use crate::project::{Lockfile, Project};
use crate::tree::Tree;

/// The version that was tried; the newest that the release [`super::toolchain::TESTED_STABLE`] compiles.
const TRUNK: &str = "trunk@0.21.14";

/// What browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Has `wasm-opt`, which trunk runs for a release.
const OPTIMISER: &str = "binaryen";

/// What a task compiles with cargo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrontEnd {
    /// The directory with the lockfile that counts.
    #[serde(serialize_with = "displayed")]
    pub workspace: RelPath,
    /// Patterns of the files that name its crates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub manifests: Vec<String>,
    /// Files beside those: manifests that are made for it, and an empty file where the source of a target would be.
    #[serde(skip)]
    pub files: BTreeMap<RelPath, Vec<u8>>,
    /// Whether the lockfile is the user's own.
    pub locked: bool,
    /// What downloading its crates may need to be let in.
    #[serde(skip_serializing_if = "Access::is_empty")]
    pub access: Access,
    /// The triple that it is compiled for.
    pub target: &'static str,
    /// What it needs of the system.
    pub packages: SystemPackages,
}

impl FrontEnd {
    /// One that has nothing yet but a workspace and its lockfile.
    fn of(workspace: RelPath, project: &Project, lockfile: &Lockfile) -> Self {
        Self {
            workspace,
            manifests: Vec::new(),
            files: BTreeMap::new(),
            locked: true,
            access: Access::of_lockfile(project, lockfile.text.as_bytes()),
            target: TARGET,
            packages: SystemPackages::default(),
        }
    }
}

/// What the preset makes of a task.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) front_end: FrontEnd,
    /// Patterns of the files that the compile reads besides those of the task itself.
    pub(super) inputs: Vec<String>,
    /// The programs that it needs, as `tools` has them.
    pub(super) tools: Vec<String>,
}

/// The front end in `directory` of a task that sees `inputs`; `has_image` says that the user named an image, which then
/// has all that it takes. `called` is the task's key.
///
/// Errors: no package there, no lockfile that counts, no `wasm-bindgen` in it.
pub(super) fn choose(
    (called, directory): (&str, &RelPath),
    inputs: &[String],
    (project, request): (&Project, Request<'_>),
    has_image: bool,
) -> Checked<Made> {
    let mut findings = Findings::default();
    let found = match project.packages.get(directory).filter(|package| package.is_member) {
        Some(package) => findings.take(member::find(project, package, request.builder)),
        None => findings.take(alone::find((called, directory), inputs, (project, request.names))),
    };
    let Some((mut front_end, more, lockfile)) = found else { return findings.fail() };
    let Some(version) = wasm_bindgen(&lockfile) else {
        let file = front_end.workspace.join("Cargo.lock").unwrap_or_default();
        let diagnostic = Diagnostic::error(format!(
            "`{called}` is made by trunk, but `{file}` has no `wasm-bindgen`, whose program must be of the same version"
        ));
        findings.push(diagnostic.hint(
            "Yew, Leptos, Dioxus and `web-sys` bring it; `cargo add wasm-bindgen` adds it to a front end of its own.",
        ));
        return findings.fail();
    };
    if !has_image {
        front_end.packages = SystemPackages(vec![Chosen {
            value: Names::everywhere(vec![OPTIMISER.to_owned()]),
            because: "trunk runs its `wasm-opt`".to_owned(),
        }]);
    }
    let tools = vec![TRUNK.to_owned(), format!("wasm-bindgen-cli@{version}")];
    findings.finish(Made { front_end, inputs: more, tools })
}

/// The command of the preset.
pub(super) fn command(front_end: &FrontEnd, has_network: bool) -> Vec<String> {
    let offline = Some("--offline").filter(|_| !has_network);
    let locked = Some("--locked").filter(|_| front_end.locked);
    ["trunk", "build", "--release"].into_iter().chain(offline).chain(locked).map(str::to_owned).collect()
}

/// Files that the preset reads before anything is planned: manifests and lockfiles of front ends that are workspaces of
/// their own.
#[must_use]
pub fn wanted(project: &Project, layers: &Layers, goal: &Goal, names: &Tree) -> BTreeSet<RelPath> {
    // What is wrong with it is said when it is planned.
    let packages = subject::packages(project, layers, goal).ok();
    let config = packages.and_then(|found| subject::config(project, layers, &found.value.0).ok());
    let assets = config.into_iter().flat_map(|found| found.value.assets);
    assets
        .filter(|(_, asset)| asset.value.preset == Some(Preset::Trunk))
        .filter_map(|(name, asset)| RelPath::new(asset.value.dir.as_deref().unwrap_or(&name)).ok())
        .filter(|directory| !directory.is_root())
        .flat_map(|directory| {
            ["Cargo.toml", "Cargo.lock"].map(|name| directory.join(name).unwrap_or_default())
        })
        .filter(|path| names.is_file(path))
        .collect()
}

/// A front end, patterns of what it reads besides the inputs of its task, and the lockfile that counts.
type Found = (FrontEnd, Vec<String>, Lockfile);

/// The version of `wasm-bindgen`; several do not fit into one program.
fn wasm_bindgen(lockfile: &Lockfile) -> Option<&semver::Version> {
    let found = lockfile.packages.iter().filter(|package| package.name == "wasm-bindgen");
    found.map(|package| &package.version).max()
}

fn displayed<S: serde::Serializer>(path: &RelPath, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(path)
}
