//! `--call=explain`: each step in sentences, and what makes it run again.

use std::collections::BTreeMap;

use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;
use super::steps::{self, Step};
use crate::config::CacheMode;
use crate::plan::BuildPlan;
use crate::plan::command::Command;

/// How long lines are.
const WIDTH: usize = 110;

/// What a step does, what makes it run again, and what does not although one might think so.
struct Prose {
    step: &'static str,
    does: &'static str,
    again: &'static str,
    not: &'static str,
}

/// The steps by the word in brackets. One that is missing here is explained by its inputs.
const STEPS: [Prose; 19] = [
    Prose {
        step: "toolchain",
        does: "adds to the toolchain image what it lacks",
        again: "the image, the channel, or a component or target that is asked for changes",
        not: "",
    },
    Prose {
        step: "manifests",
        does: "writes manifests, a lockfile and stubs that compile the dependencies and no code of yours; they are made by the \
               frontend from your manifests",
        again: "a dependency, a feature, a profile, the lockfile's entry of a dependency or Cargo's configuration changes",
        not: "you edit code, add a module, bump a version, reorder a manifest or change a description",
    },
    Prose {
        step: "fetch",
        does: "downloads the crates of the lockfile, but for those that the builder has; it is the only step of a \
               plain build with network",
        again: "[manifests] or the toolchain image changes",
        not: "you edit code",
    },
    Prose {
        step: "unpack",
        does: "unpacks the downloaded crates; it is made again on each builder and in no exported cache",
        again: "[fetch] changes",
        not: "",
    },
    Prose {
        step: "deps",
        does: "compiles every dependency, in a cache mount where they stay, and hands out those of this lockfile as a layer",
        again: "[manifests], the toolchain image, the profile, the triple, a feature or the environment of compiles changes; \
                then only what the change touches is compiled",
        not: "you edit code, or another member of the workspace changes",
    },
    Prose {
        step: "source",
        does: "takes the build context without members that the binary does not need, without `target` and version control and without what \
               .dockerignore names",
        again: "the content of any other file changes",
        not: "only times change, or a member changes that the binary does not need",
    },
    Prose {
        step: "build",
        does: "compiles your own crates on top of [deps], without network",
        again: "[source], [fetch] or [deps] changes",
        not: "nothing of those changed in content",
    },
    Prose {
        step: "packages",
        does: "installs what your crates need of the system into the toolchain image",
        again: "the toolchain image or the list of packages changes",
        not: "",
    },
    Prose {
        step: "tools",
        does: "downloads the crates of a program that a command of yours needs, or compiles them without network",
        again: "its version or the toolchain image changes",
        not: "you edit anything, or add a dependency",
    },
    Prose {
        step: "audit",
        does: "checks that the base image has what the binaries link",
        again: "a binary or the base image changes",
        not: "",
    },
    Prose {
        step: "image",
        does: "puts the binaries on the base image",
        again: "a binary or the base image changes",
        not: "an edit leaves the binary as it is, to the byte",
    },
    check("test", "runs `cargo test`: what fails there fails the build"),
    check("check", "runs `cargo check`: what fails there fails the build"),
    check("clippy", "runs `cargo clippy`: what fails there fails the build"),
    check("doc", "writes the documentation of your own crates"),
    Prose {
        step: "timings",
        does: "compiles dependencies and your own crates from nothing, as the image has them, and takes cargo's report of it",
        again: "[source] or [fetch] changes, or it is named by `--no-cache-filter timings`",
        not: "nothing of those changed in content",
    },
    Prose {
        step: "sbom",
        does: "asks cargo what it would compile for the binaries; the frontend makes a bill of materials of the answer",
        again: "a manifest, the lockfile, a feature, the platform or [fetch] changes",
        not: "you edit code",
    },
    Prose {
        step: "vendor",
        does: "runs `cargo vendor`: it downloads every crate of the lockfile, but for those that the builder has, and unpacks them",
        again: "a manifest, the lockfile, Cargo's configuration or the toolchain image changes",
        not: "you edit code",
    },
    Prose {
        step: "fmt",
        does: "runs `cargo fmt`, which changes nothing here: a file that is formatted otherwise fails the build",
        again: "[source] or the toolchain changes",
        not: "it passed before and nothing of those changed in content",
    },
];

/// A cargo command on the user's own code that makes no binaries.
const fn check(step: &'static str, does: &'static str) -> Prose {
    Prose {
        step,
        does,
        again: "[source], [fetch] or [deps] changes",
        not: "it passed before and nothing of those changed in content",
    }
}

pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let steps = facts.graph.map(steps::of).unwrap_or_default();
    let names: BTreeMap<&str, &str> =
        steps.iter().map(|step| (step.digest.as_str(), step.name.as_str())).collect();
    let mut lines: Vec<String> = facts.plan.map(head).unwrap_or_default();
    let mut rows = Vec::new();
    for step in steps.iter().filter(|step| step.source.is_none()) {
        let word = step.name.split('[').nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        let prose = STEPS.iter().find(|prose| prose.step == word);
        let mut inputs: Vec<&str> =
            step.inputs.iter().filter_map(|input| names.get(input.as_str()).copied()).collect();
        inputs.dedup();
        let remark = facts.plan.map_or("", |plan| remark(plan, word));
        rows.push(json!({
            "step": step.name,
            "does": prose.map(|prose| prose.does),
            "runs_again_when": prose.map(|prose| prose.again),
            "not_when": prose.map(|prose| prose.not).filter(|not| !not.is_empty()),
            "takes": inputs,
        }));
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(block(step, prose, &inputs, remark));
    }
    Answer::new(json!({"steps": rows}), lines)
}

/// The decisions that everything else follows from, with their reasons.
fn head(plan: &BuildPlan) -> Vec<String> {
    let binaries = &plan.binaries;
    let (toolchain, base) = (&plan.toolchain, &plan.runtime.base);
    let (subject, base) = match plan.cargo.command {
        Command::Build if binaries.value.is_empty() => {
            (format!("For {}, this is about", plan.platform), None)
        }
        Command::Build => (
            format!(
                "The image for {} holds {} ({}) of",
                plan.platform,
                binaries.value.join(", "),
                binaries.because
            ),
            Some(format!("and put on {} ({}).", base.value, base.because)),
        ),
        command => (format!("For {}, `cargo {}` runs on", plan.platform, command.word()), None),
    };
    let (package, channel, image, mode) =
        (&plan.package, &toolchain.channel, &toolchain.image, &plan.caches.mode);
    let end = if base.is_some() { "" } else { "." };
    let mut lines = vec![
        format!("{subject} package {} ({}),", package.value, package.because),
        format!("compiled with Rust {} ({})", channel.value, channel.because),
        format!("in {} ({}){end}", image.value, image.because),
    ];
    lines.extend(base);
    lines.push(format!(
        "The dependencies' manifests are {}. Compiled code is kept as cache mode `{}` says ({}).",
        plan.dependencies.form, mode.value, mode.because
    ));
    lines
}

fn block(step: &Step, prose: Option<&Prose>, inputs: &[&str], remark: &str) -> Vec<String> {
    let mut lines = vec![step.name.clone()];
    match prose {
        Some(prose) => {
            lines.push(format!("  It {}.{remark}", prose.does));
            lines.push(format!("  Runs again when {}.", prose.again));
            if !prose.not.is_empty() {
                lines.push(format!("  Does not when {}.", prose.not));
            }
        }
        None => lines.push(format!("  Runs again when one of its inputs or its command changes.{remark}")),
    }
    lines.push(format!(
        "  Takes: {}.",
        if inputs.is_empty() { "nothing".to_owned() } else { inputs.join("; ") }
    ));
    let asked = step.secrets.iter().map(|secret| format!("--secret id={}", secret.id));
    let asked: Vec<String> = asked.chain(step.ssh.iter().map(|ssh| format!("--ssh {}", ssh.id))).collect();
    if !asked.is_empty() {
        lines.push(format!("  Looks for: {}; their contents are in no cache key.", asked.join(", ")));
    }
    lines.iter().flat_map(|line| wrapped(line)).collect()
}

/// `line` broken between words, each further line two blanks deeper.
fn wrapped(line: &str) -> Vec<String> {
    let indent = line.len() - line.trim_start().len();
    let mut lines = Vec::new();
    let mut text = String::new();
    let mut column = 0;
    for word in line.split_whitespace() {
        let width = word.chars().count();
        if column == 0 {
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if column + 1 + width > WIDTH {
            lines.push(std::mem::replace(&mut text, " ".repeat(indent + 2)));
            column = indent + 2;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    lines.push(text);
    lines
}

/// What the cache mode changes of a step.
fn remark(plan: &BuildPlan, step: &str) -> &'static str {
    match (step, plan.caches.mode.value) {
        ("build", CacheMode::Auto | CacheMode::Mounts) => {
            " Its target directory is a cache mount, in which crates stay whose files have the same content."
        }
        ("build", CacheMode::Layers | CacheMode::None) => " It compiles all of them whenever it runs.",
        _ => "",
    }
}
