//! `--call=dockerfile`: the build as a Dockerfile, for whoever wants to see it in words that they know, or to leave.
//!
//! Simple and readable beats exact: what only the agent can do is left out, and the head of the file says so.

mod compile;
mod image;
mod task;
mod text;
mod toolchain;

use buildkit_llb::DisplayText;
use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;
use crate::plan::BuildPlan;

pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    if facts.plan.is_some_and(|plan| plan.binaries.value.is_empty()) {
        let target = facts.options.target.as_deref().unwrap_or_default();
        let text = format!("`--target {target}` makes no image; `--call=dockerfile` prints those of images.");
        return Answer::new(json!({"dockerfile": null, "error": text}), [text]).status(1);
    }
    let text = facts.plan.map(|plan| file(plan, facts)).unwrap_or_default();
    Answer::new(json!({"dockerfile": text}), DisplayText::lines(&text))
}

fn file(plan: &BuildPlan, facts: &Facts<'_>) -> String {
    let frontend = facts.options.source.as_deref().filter(|_| !plan.runtime.tools.is_empty());
    // The engine's own frontend would take the lines of a file for instructions.
    let syntax = (!facts.abilities.heredocs).then(|| "# syntax=docker/dockerfile:1".to_owned());
    let mut lines: Vec<String> = syntax.into_iter().chain(head(plan, frontend.is_some())).collect();
    lines.extend(toolchain::stage(plan));
    lines.extend(compile::crates(plan));
    lines.extend(compile::all_crates(plan, facts.project));
    lines.extend(task::stages(plan, false));
    lines.extend(compile::dependencies(plan));
    lines.extend(compile::binaries(plan));
    lines.extend(task::stages(plan, true));
    lines.extend(image::stage(plan, frontend));
    lines.join("\n") + "\n"
}

fn head(plan: &BuildPlan, has_tools: bool) -> Vec<String> {
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
        "#  - Crates are downloaded by the manifests in this file, and all of them when one changes. Print it again after an".to_owned(),
        "#    edit of a manifest or of Cargo.lock.".to_owned(),
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
    if !plan.tasks.is_empty() {
        lines.push("#  - Hooks and assets see all files of their directory.".to_owned());
    }
    if plan.last.git.is_some() {
        lines.push("#  - Nothing tells build scripts of the commit.".to_owned());
    }
    if !plan.runtime.tools.is_empty() && !has_tools {
        lines.push("#  - Health check and init are left out: they are programs of Supercargo's.".to_owned());
    }
    if !plan.access.is_empty() {
        lines.extend([
            "#  - Credentials of registries and repositories are left out: add `--mount=type=secret` or `type=ssh` to each `RUN`"
                .to_owned(),
            "#    that runs `cargo fetch`, and to no other.".to_owned(),
        ]);
    }
    lines
}
