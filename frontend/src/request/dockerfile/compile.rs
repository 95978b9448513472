//! The stages of dependencies and of binaries.

use super::task;
use super::text::{heredoc, json_list, shell, variables};
use super::toolchain;
use crate::config::{BuildNetwork, CacheMode, When};
use crate::plan::{BuildPlan, paths};

/// Where the last compile puts the binaries.
pub(super) const OUT: &str = "/out";
const DEPS: &str = "deps";
pub(super) const BUILD: &str = "build";

/// Whether dependencies get a stage of their own.
pub(super) fn has_layer(plan: &BuildPlan) -> bool {
    plan.caches.mode.value.has_layer() && !plan.dependencies.from_sources
}

pub(super) fn dependencies(plan: &BuildPlan) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "# The dependencies, compiled from manifests that no edit of the sources moves.".to_owned(),
        format!("FROM {} AS {DEPS}", toolchain::STAGE),
    ];
    for directory in &plan.dependencies.patched {
        let directory = directory.as_str();
        lines.push(format!("COPY {}", json_list([directory, directory])));
    }
    for (path, contents) in &plan.dependencies.files {
        lines.push(heredoc(path.as_str(), &String::from_utf8_lossy(contents)));
    }
    lines.extend(task::delivered(plan, &[When::BeforeDeps]));
    lines.push(run(plan, &[], &command(&plan.cargo.deps(&plan.dependencies.selection))));
    lines
}

pub(super) fn binaries(plan: &BuildPlan, has_lockfile: bool) -> Vec<String> {
    let mut lines = vec![String::new(), format!("FROM {} AS {BUILD}", toolchain::STAGE)];
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
    if has_lockfile && !plan.cargo.locked {
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

/// A `RUN` with Cargo's home, and `mounts` besides.
fn run(plan: &BuildPlan, mounts: &[String], command: &str) -> String {
    let home = format!(
        "--mount=type=cache,id={},target={}",
        plan.caches.downloads.with(&["home"]),
        paths::CARGO_HOME
    );
    let is_host = plan.network.as_ref().is_some_and(|network| network.value == BuildNetwork::Host);
    let network = is_host.then_some("--network=host");
    let mounts = mounts.iter().map(String::as_str);
    let mounts: Vec<&str> = network.into_iter().chain([home.as_str()]).chain(mounts).collect();
    format!("RUN {} \\\n    {command}", mounts.join(" \\\n    "))
}

/// Cargo's command line as a person types it: with network, and with messages for eyes.
fn command(arguments: &[String]) -> String {
    let is_ours = |argument: &String| argument == "--offline" || argument.starts_with("--message-format=");
    arguments
        .iter()
        .filter(|argument| !is_ours(argument))
        .map(|argument| shell(argument))
        .collect::<Vec<_>>()
        .join(" ")
}
