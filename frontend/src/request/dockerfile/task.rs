//! Hooks and assets: a stage each.

use super::compile::{ALL_CRATES, BUILD, OUT, download, home_of, text};
use super::text::{heredoc, json_list, one_line, shell, variables};
use super::toolchain;
use crate::config::{BuildNetwork, When};
use crate::plan::cargo::Invocation;
use crate::plan::task::Task;
use crate::plan::trunk::FrontEnd;
use crate::plan::{BuildPlan, paths};

/// The stages of all tasks of one kind, in the order in which they run.
pub(super) fn stages(plan: &BuildPlan, is_after: bool) -> Vec<String> {
    let tasks = numbered(plan).filter(|(_, task)| (task.when == When::AfterBuild) == is_after);
    tasks.flat_map(|(number, task)| stage(plan, number, task)).collect()
}

/// Copies of what the tasks of `when` put into the sources.
pub(super) fn delivered(plan: &BuildPlan, when: &[When]) -> Vec<String> {
    let tasks = numbered(plan).filter(|(_, task)| when.contains(&task.when));
    let copies = tasks.flat_map(|(number, task)| {
        task.sources().map(move |(from, to)| copy(number, from.as_str(), to.as_str()))
    });
    copies.collect()
}

/// Copies of what tasks put into the image.
pub(super) fn image_files(plan: &BuildPlan) -> Vec<String> {
    let files = numbered(plan)
        .flat_map(|(number, task)| task.image_files().map(move |(from, to)| copy(number, from.as_str(), to)));
    files.collect()
}

/// The stage that has the binaries at last, and where.
pub(super) fn binaries(plan: &BuildPlan) -> (String, String) {
    let last = numbered(plan).filter(|(_, task)| task.when == When::AfterBuild).last();
    match last {
        Some((number, _)) => (name(number), format!("{}/bin", paths::WORKSPACE)),
        None => (BUILD.to_owned(), OUT.to_owned()),
    }
}

fn numbered(plan: &BuildPlan) -> impl Iterator<Item = (usize, &Task)> {
    plan.tasks.iter().enumerate()
}

fn name(number: usize) -> String {
    format!("task-{number}")
}

fn copy(number: usize, from: &str, to: &str) -> String {
    let from = format!("{}/{from}", paths::WORKSPACE);
    format!("COPY --from={} {}", name(number), json_list([from.as_str(), to]))
}

fn stage(plan: &BuildPlan, number: usize, task: &Task) -> Vec<String> {
    let image = task.image.as_ref().map_or(toolchain::STAGE, |image| image.value.as_str());
    let directory = if task.directory.is_root() { "." } else { task.directory.as_str() };
    let mut lines = vec![String::new(), format!("# {}", one_line(&task.name))];
    lines.extend(tools(number, task));
    lines.extend(task.front_end.iter().flat_map(|front_end| crates(number, front_end)));
    lines.extend([
        format!("FROM {image} AS {}", name(number)),
        format!("WORKDIR {}", json_word(&format!("{}/{directory}", paths::WORKSPACE))),
    ]);
    if !task.tools.is_empty() {
        lines.push(format!("COPY --from={0}-tools {1} {1}", name(number), paths::TOOLS));
        let directories = task.tools.iter().map(|program| format!("{}/bin:", program.directory()));
        lines.push(format!("ENV PATH={}$PATH", directories.collect::<String>()));
    }
    lines.extend(variables("ENV", &task.environment));
    if let Some(front_end) = task.front_end.as_ref().filter(|_| task.image.is_none()) {
        lines.extend(toolchain::apt(&front_end.packages.apt()));
        lines.push(format!("RUN rustup target add {}", front_end.target));
    }
    if let Some(front_end) = &task.front_end {
        lines.push(home_of(&crates_stage(number, front_end)));
        lines.extend(variables("ENV", &Invocation::environment()));
        lines.push("ENV CARGO_NET_OFFLINE=true".to_owned());
    }
    if let Some(install) = &task.install {
        let below = format!("{}/{directory}/", paths::WORKSPACE);
        lines.push(format!("COPY {}", json_list(install.files.iter().chain([&below]))));
        let mount = format!("--mount=type=cache,id={},target={} ", plan.caches.npm, paths::NPM);
        let mount = if plan.caches.has_mounts { mount } else { String::new() };
        let command: Vec<String> = install.command.iter().map(|word| shell(word)).collect();
        lines.push(format!("RUN {mount}npm_config_cache={} {}", paths::NPM, command.join(" ")));
    }
    // What a front end needs beside its directory is among the rest.
    let directory = if task.front_end.is_some() { "." } else { directory };
    let sources = format!("{}/{directory}", paths::WORKSPACE);
    lines.push(format!("COPY {}", json_list([directory, sources.as_str()])));
    if task.when == When::AfterBuild {
        let earlier = numbered(plan).take(number).filter(|(_, task)| task.when == When::AfterBuild).last();
        let (stage, from) = match earlier {
            Some((earlier, _)) => (name(earlier), format!("{}/bin", paths::WORKSPACE)),
            None => (BUILD.to_owned(), OUT.to_owned()),
        };
        lines.push(format!("COPY --from={stage} {from} {}/bin", paths::WORKSPACE));
    }
    let network = match task.network {
        BuildNetwork::Auto | BuildNetwork::None => "--network=none ",
        BuildNetwork::Default => "",
        BuildNetwork::Host => "--network=host ",
    };
    lines.push(format!("RUN {network}{}", json_list(&task.command)));
    lines
}

/// The stage that compiles the tools of a task.
fn tools(number: usize, task: &Task) -> Vec<String> {
    if task.tools.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("FROM {} AS {}-tools", toolchain::STAGE, name(number))];
    if let Some(settings) = &task.tools.settings {
        lines.push(heredoc(&format!("{}/config.toml", paths::CARGO_SETTINGS), settings));
    }
    for program in task.tools.iter() {
        let install =
            |more: &str| format!("cargo install --locked{more} --root {} {program}", program.directory());
        let none = "--bin none 2>&1 | tee /dev/stderr | grep \"no bin target named\"";
        lines.extend([
            "# Cargo downloads all crates before it finds out that there is no such binary.".to_owned(),
            download(&format!("{} {none}", install(""))),
            format!("RUN --network=none {}", install(" --offline")),
        ]);
    }
    lines
}

/// The stage that has the crates of a front end: that of the project's own lockfile, or one for the front end.
fn crates_stage(number: usize, front_end: &FrontEnd) -> String {
    if front_end.manifests.is_empty() { ALL_CRATES.to_owned() } else { format!("{}-crates", name(number)) }
}

/// The stage that downloads the crates of a front end with a lockfile of its own.
fn crates(number: usize, front_end: &FrontEnd) -> Vec<String> {
    if front_end.manifests.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("FROM {} AS {}", toolchain::STAGE, crates_stage(number, front_end))];
    lines.extend(front_end.manifests.iter().map(|path| format!("COPY {}", json_list([path, path]))));
    lines.extend(front_end.files.iter().map(|(path, contents)| text(path, contents)));
    let locked = if front_end.locked { " --locked" } else { "" };
    lines.push(format!("WORKDIR {}", json_word(&paths::in_workspace(&front_end.workspace))));
    lines.push(download(&format!("cargo fetch{locked}")));
    lines
}

/// A path for an instruction that takes one word to the end of the line.
fn json_word(path: &str) -> String {
    one_line(path).replace('$', "\\$")
}
