//! `--call=dockerfile`: the build as a Dockerfile, for whoever wants to see it in words that they know, or to leave.
//!
//! Simple and readable beats exact: what only the agent can do is left out, and the head of the file says so.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;
use crate::config::CacheMode;
use crate::plan::native::Origin;
use crate::plan::{BuildPlan, paths};
use text::{heredoc, json_list, pair, shell};

/// Where the last compile puts the binaries.
const OUT: &str = "/out";

pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    if facts.plan.is_some_and(|plan| plan.binaries.value.is_empty()) {
        let target = facts.options.target.as_deref().unwrap_or_default();
        let text =
            format!("`--target {target}` makes no image; `--call=dockerfile` prints those of images.\n");
        return Answer {
            json: json!({"dockerfile": null, "error": text}),
            text,
            version: "1.0.0",
            status: Some(1),
        };
    }
    let text = facts.plan.map(|plan| file(plan, facts.project.lockfile.is_some())).unwrap_or_default();
    Answer { json: json!({"dockerfile": text}), text, version: "1.0.0", status: None }
}

fn file(plan: &BuildPlan, has_lockfile: bool) -> String {
    let mut lines = head(plan);
    lines.extend(toolchain(plan));
    if has_layer(plan) {
        lines.extend(dependencies(plan));
    }
    lines.extend(build(plan, has_lockfile));
    lines.extend(image(plan));
    lines.join("\n") + "\n"
}

/// Whether dependencies get a stage of their own.
fn has_layer(plan: &BuildPlan) -> bool {
    plan.caches.mode.value.has_layer() && !plan.dependencies.from_sources
}

fn head(plan: &BuildPlan) -> Vec<String> {
    let binaries = plan.binaries.value.join(", ");
    let mut lines = vec![
        format!("# {binaries} of package {} for {}, built without Supercargo.", plan.package.value, plan.platform),
        "# Printed by `docker buildx build --call=dockerfile`; it follows later changes of the project only when it is"
            .to_owned(),
        "# printed again. What it lacks:".to_owned(),
        "#  - An edit compiles every crate of the workspace that the binary needs anew, not only those it touched.".to_owned(),
        "#  - The whole context is an input of the last compile, also members that the binary does not need. Name `target`"
            .to_owned(),
        "#    and `.git` in .dockerignore.".to_owned(),
        "#  - Compile steps have network, because crates stay in a cache mount that may be empty.".to_owned(),
        "#  - Nothing checks that Cargo found every dependency compiled, and images are named by tag.".to_owned(),
    ];
    if plan.sccache.is_some() {
        lines.push("#  - sccache is left out.".to_owned());
    }
    if plan.profile.split.is_some() {
        lines.push("#  - Symbols stay in the binaries.".to_owned());
    }
    if plan.linker.is_some() {
        lines.push("#  - The linker is the one that the C compiler finds by that name.".to_owned());
    }
    if !plan.access.is_empty() {
        lines.push(
            "#  - Credentials of registries and repositories are left out: add `--mount=type=secret` or `type=ssh`."
                .to_owned(),
        );
    }
    lines
}

fn toolchain(plan: &BuildPlan) -> Vec<String> {
    let cross = plan.cargo.cross.as_ref();
    let platform = cross.map(|cross| format!("--platform={} ", cross.builder)).unwrap_or_default();
    let mut lines = vec![
        String::new(),
        format!("FROM {platform}{} AS toolchain", plan.toolchain.image.value),
        format!("WORKDIR {}", paths::WORKSPACE),
    ];
    let install = &plan.toolchain.install;
    let all =
        |names: &BTreeMap<String, String>| names.keys().map(|name| shell(name)).collect::<Vec<_>>().join(" ");
    if let Some(channel) = &install.channel {
        let channel = shell(&channel.value);
        lines.push(format!(
            "RUN rustup toolchain install --profile minimal {channel} && rustup default {channel}"
        ));
    }
    if !install.components.is_empty() {
        lines.push(format!("RUN rustup component add {}", all(&install.components)));
    }
    if !install.targets.is_empty() {
        lines.push(format!("RUN rustup target add {}", all(&install.targets)));
    }
    lines.extend(apt(&plan.native.build.apt()));
    if let Some(cross) = cross {
        if !install.targets.contains_key(&plan.cargo.triple) {
            lines.push(format!("RUN rustup target add {}", shell(&plan.cargo.triple)));
        }
        lines.extend(variables("ENV", &cross.environment));
    }
    lines.extend(variables("ENV", &plan.cargo.environment));
    lines
}

/// Installs packages by Debian's names; those of another architecture are called `name:architecture`.
fn apt(packages: &[String]) -> Option<String> {
    let architectures: BTreeSet<&str> =
        packages.iter().filter_map(|package| Some(package.split_once(':')?.1)).collect();
    let added: String = architectures
        .into_iter()
        .map(|architecture| format!("dpkg --add-architecture {} && ", shell(architecture)))
        .collect::<Vec<_>>()
        .concat();
    let packages: Vec<String> = packages.iter().map(|package| shell(package)).collect();
    (!packages.is_empty()).then(|| {
        let packages = packages.join(" ");
        format!("RUN {added}apt-get update && apt-get install -y --no-install-recommends {packages}")
    })
}

fn dependencies(plan: &BuildPlan) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "# The dependencies, compiled from manifests that no edit of the sources moves.".to_owned(),
        "FROM toolchain AS deps".to_owned(),
    ];
    for directory in &plan.dependencies.patched {
        let directory = directory.as_str();
        lines.push(format!("COPY {}", json_list([directory, directory])));
    }
    for (path, contents) in &plan.dependencies.files {
        lines.push(heredoc(path.as_str(), &String::from_utf8_lossy(contents)));
    }
    lines.push(run(plan, &[], &command(&plan.cargo.deps(&plan.dependencies.selection))));
    lines
}

fn build(plan: &BuildPlan, has_lockfile: bool) -> Vec<String> {
    let mut lines = vec![String::new(), "FROM toolchain AS build".to_owned()];
    if has_layer(plan) {
        lines.push(format!("COPY --from=deps {0} {0}", paths::TARGET));
    }
    lines.push("COPY . .".to_owned());
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
    let mounts = if plan.caches.mode.value == CacheMode::Mounts { vec![target] } else { Vec::new() };
    lines.push(run(
        plan,
        &mounts,
        &format!("{cargo} \\\n && mkdir {OUT} && cp {} {OUT}/", binaries.join(" ")),
    ));
    lines
}

fn image(plan: &BuildPlan) -> Vec<String> {
    let runtime = &plan.runtime;
    let is_cross = plan.cargo.cross.is_some() && runtime.base.value != "scratch";
    let platform = if is_cross { format!("--platform={} ", plan.platform) } else { String::new() };
    let mut lines = vec![String::new(), format!("FROM {platform}{}", runtime.base.value)];
    for (name, path) in &runtime.binaries {
        lines.push(format!("COPY --from=build {}", json_list([&format!("{OUT}/{name}"), path])));
    }
    if plan.native.image_from == Origin::Base {
        lines.extend(apt(&plan.native.image.apt()));
    } else if !plan.native.image.is_empty() {
        let names = plan.native.image.apt().join(" ");
        lines.push(format!(
            "# The libraries of {} are left out: this base cannot install packages.",
            text::one_line(&names)
        ));
    }
    for file in &runtime.files {
        let (user, group) = file.owner;
        let mode = file.mode.map(|mode| format!(" --chmod={mode:04o}")).unwrap_or_default();
        lines.push(format!("COPY --chown={user}:{group}{mode} {}", json_list([&file.from, &file.to])));
    }
    lines.extend(variables("ENV", &runtime.env));
    lines.extend(variables("LABEL", &runtime.labels));
    lines.extend(runtime.workdir.iter().map(|workdir| format!("WORKDIR {workdir}")));
    lines.push(format!("USER {}", runtime.user.value));
    lines.extend(runtime.expose.iter().map(|port| format!("EXPOSE {port}")));
    if !runtime.volumes.is_empty() {
        lines.push(format!("VOLUME {}", json_list(&runtime.volumes)));
    }
    lines.extend(runtime.stop_signal.iter().map(|signal| format!("STOPSIGNAL {signal}")));
    lines.push(format!("ENTRYPOINT {}", json_list(&runtime.entrypoint)));
    if !runtime.cmd.is_empty() {
        lines.push(format!("CMD {}", json_list(&runtime.cmd)));
    }
    lines
}

fn variables(instruction: &str, values: &BTreeMap<String, String>) -> Vec<String> {
    values
        .iter()
        .map(|(name, value)| match pair(name, value) {
            Some(pair) => format!("{instruction} {pair}"),
            None => format!("# {instruction} {} is left out: it has several lines.", text::one_line(name)),
        })
        .collect()
}

/// A `RUN` with Cargo's home, and `mounts` besides.
fn run(plan: &BuildPlan, mounts: &[String], command: &str) -> String {
    let home = format!("--mount=type=cache,id={}/home,target={}", plan.caches.downloads, paths::CARGO_HOME);
    let mounts: Vec<&str> = std::iter::once(home.as_str()).chain(mounts.iter().map(String::as_str)).collect();
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
