//! The stages of crates, of dependencies and of binaries. What downloads does not compile, and what compiles has no network
//! unless the user gives it one.

use super::task;
use super::text::{heredoc, json_list, shell, variables};
use super::toolchain;
use crate::config::{BuildNetwork, CacheMode, When};
use crate::name::RelPath;
use crate::plan::cargo::Invocation;
use crate::plan::{BuildPlan, paths, resolution};
use crate::project::Project;
use crate::skeleton::SourceView;

/// Where the last compile puts the binaries.
pub(super) const OUT: &str = "/out";
/// The stage with the crates that the dependencies are compiled from.
const CRATES: &str = "crates";
/// The stage with the crates of the whole lockfile.
pub(super) const ALL_CRATES: &str = "all-crates";
const DEPS: &str = "deps";
pub(super) const BUILD: &str = "build";

/// Whether dependencies get a stage of their own.
fn has_layer(plan: &BuildPlan) -> bool {
    plan.caches.mode.value.has_layer() && !plan.dependencies.from_sources
}

/// The stage with the crates of the skeleton, if dependencies get a stage.
pub(super) fn crates(plan: &BuildPlan) -> Vec<String> {
    if !has_layer(plan) {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        "# The crates that the dependencies are compiled from.".to_owned(),
        format!("FROM {} AS {CRATES}", toolchain::STAGE),
    ];
    lines.extend(plan.dependencies.patched.iter().map(copy));
    lines.extend(plan.dependencies.files.iter().map(|(path, contents)| text(path, contents)));
    let mut fetch = Invocation::fetch(plan.cargo.host());
    if plan.cargo.cross.is_some() {
        fetch.extend(["--target".to_owned(), plan.cargo.triple.clone()]);
    }
    lines.push(download(&command(&fetch)));
    lines
}

pub(super) fn dependencies(plan: &BuildPlan) -> Vec<String> {
    if !has_layer(plan) {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        "# The dependencies, compiled from manifests that no edit of the sources moves.".to_owned(),
        format!("FROM {CRATES} AS {DEPS}"),
    ];
    lines.extend(task::delivered(plan, &[When::BeforeDeps]));
    lines.push(run(plan, &[], &command(&plan.cargo.deps(&plan.dependencies.selection))));
    lines
}

/// The crates of the whole lockfile, which Cargo resolves before it compiles a part of it.
pub(super) fn all_crates(plan: &BuildPlan, project: &Project) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "# The crates that Cargo.lock names besides.".to_owned(),
        format!("FROM {} AS {ALL_CRATES}", toolchain::STAGE),
    ];
    if has_layer(plan) {
        lines.push(home_of(CRATES));
    }
    let files = resolution::files(project, &SourceView::of_everything(project, None));
    let mut files: Vec<_> = files.iter().collect();
    if plan.dependencies.from_sources {
        lines.push("COPY . .".to_owned());
        // The project's own may name programs that give credentials.
        files.retain(|(path, _)| path.as_str() == ".cargo/config.toml");
    }
    let vendored = project.cargo_config.iter().flat_map(|config| config.vendored.keys());
    lines.extend(vendored.map(copy));
    lines.extend(files.into_iter().map(|(path, contents)| text(path, contents)));
    lines.push(download("cargo fetch --locked"));
    lines
}

pub(super) fn binaries(plan: &BuildPlan) -> Vec<String> {
    let mut lines = vec![String::new(), format!("FROM {} AS {BUILD}", toolchain::STAGE), home_of(ALL_CRATES)];
    if has_layer(plan) {
        lines.push(format!("COPY --from={DEPS} {0} {0}", paths::TARGET));
    }
    lines.push("COPY . .".to_owned());
    lines.extend(task::delivered(plan, &[When::BeforeDeps, When::BeforeBuild]));
    // As late as they are used, so that no value of theirs compiles a dependency.
    let (arguments, set): (Vec<_>, Vec<_>) =
        plan.last.variables.iter().partition(|(name, _)| plan.last.arguments.contains(name));
    let set = set.into_iter().map(|(name, chosen)| (name.clone(), chosen.value.clone())).collect();
    lines.extend(variables("ENV", &set));
    let missing = plan.last.arguments.iter().filter(|name| !plan.last.variables.contains_key(*name));
    lines
        .extend(arguments.into_iter().map(|(name, _)| name).chain(missing).map(|name| format!("ARG {name}")));
    let mut cargo = command(&plan.cargo.build());
    if !plan.cargo.locked {
        // The plan builds a part of the workspace with a part of its lockfile; here all of both is there.
        cargo.push_str(" --locked");
    }
    let directory = match plan.cargo.profile.as_str() {
        "dev" | "test" => "debug",
        "bench" => "release",
        profile => profile,
    };
    let compiled = format!("{}/{}/{directory}", paths::TARGET, plan.cargo.triple);
    let binaries: Vec<String> =
        plan.binaries.value.iter().map(|name| shell(&format!("{compiled}/{name}"))).collect();
    let target =
        format!("--mount=type=cache,id={},target={},sharing=locked", plan.caches.target, paths::TARGET);
    let mut mounts = if plan.caches.mode.value == CacheMode::Mounts { vec![target] } else { Vec::new() };
    mounts.extend(plan.secrets.iter().map(|id| format!("--mount=type=secret,id={id},required=true")));
    lines.push(run(
        plan,
        &mounts,
        &format!("{cargo} \\\n && mkdir {OUT} && cp {} {OUT}/", binaries.join(" ")),
    ));
    lines
}

/// A copy of a file or a directory of the context to the same path.
fn copy(path: &RelPath) -> String {
    format!("COPY {}", json_list([path.as_str(), path.as_str()]))
}

/// A file of the workspace that is written here.
pub(super) fn text(path: &RelPath, contents: &[u8]) -> String {
    heredoc(&paths::in_workspace(path), &String::from_utf8_lossy(contents))
}

/// A copy of the crates that a stage downloaded.
pub(super) fn home_of(stage: &str) -> String {
    format!("COPY --from={stage} {0} {0}", paths::CARGO_HOME)
}

/// A `RUN` with network that downloads. No program that the project's configuration names runs beside the credentials that
/// somebody may add.
pub(super) fn download(command: &str) -> String {
    format!("RUN RUSTC=rustc RUSTC_WRAPPER= RUSTC_WORKSPACE_WRAPPER= {command}")
}

/// A `RUN` that compiles, with `mounts`.
fn run(plan: &BuildPlan, mounts: &[String], command: &str) -> String {
    let network = match plan.network.as_ref().map(|network| network.value) {
        None | Some(BuildNetwork::Auto | BuildNetwork::None) => Some("--network=none"),
        Some(BuildNetwork::Default) => None,
        Some(BuildNetwork::Host) => Some("--network=host"),
    };
    let flags = network.into_iter().chain(mounts.iter().map(String::as_str));
    let words: Vec<&str> = flags.chain([command]).collect();
    format!("RUN {}", words.join(" \\\n    "))
}

/// Cargo's command line as a person types it: with messages for eyes.
fn command(arguments: &[String]) -> String {
    let is_meant = |argument: &&String| !argument.starts_with("--message-format=");
    arguments.iter().filter(is_meant).map(|argument| shell(argument)).collect::<Vec<_>>().join(" ")
}
