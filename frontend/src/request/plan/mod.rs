//! `--call=plan`: everything that a build would do, and why.
//!
//! It is made from the serialised plan and from the graph, so that what either gains is told without a line here.

mod listing;

use buildkit_llb::DisplayText;
use serde_json::{Value, json};

use super::answer::Answer;
use super::facts::Facts;
use super::steps::{self, Secret, Step};
use crate::config::Said;
use crate::diagnostic::Diagnostic;

pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let steps = facts.graph.map(steps::of).unwrap_or_default();
    let (images, secrets) = (steps::images(&steps), steps::asked(&steps, |step| &step.secrets));
    let ssh = steps::asked(&steps, |step| &step.ssh);
    let warnings: Vec<Value> = facts.warnings.iter().map(warning).collect();
    let plan = facts.plan.map(|plan| serde_json::to_string(plan).unwrap_or_default()).unwrap_or_default();
    let json = json!({
        "settings": facts.said,
        "plan": serde_json::from_str::<Value>(&plan).unwrap_or_default(),
        "images": images,
        "steps": steps,
        "secrets": secrets,
        "ssh": ssh,
        "warnings": warnings,
    });

    let mut lines = Vec::new();
    let mut section = |title: &str, found: Vec<String>| {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(title.to_owned());
        lines.extend(found);
    };
    section("Settings", settings(facts.said));
    section("Plan", listing::of_json(&plan));
    section("Images", indented(images));
    let own = steps.iter().filter(|step| step.source.is_none());
    section("Steps", own.flat_map(step_lines).collect());
    let asked: Vec<String> = secrets
        .iter()
        .map(|secret| line_of(secret, "--secret id="))
        .chain(ssh.iter().map(|ssh| line_of(ssh, "--ssh ")))
        .collect();
    section("Secrets that are looked for", indented(asked));
    if !facts.warnings.is_empty() {
        section(
            "Warnings",
            indented(facts.warnings.iter().map(|warning| warning.message.to_string()).collect()),
        );
    }
    Answer::new(json, lines)
}

fn indented(lines: Vec<String>) -> Vec<String> {
    let lines = if lines.is_empty() { vec!["none".to_owned()] } else { lines };
    lines.into_iter().map(|line| format!("  {line}")).collect()
}

fn line_of(secret: &Secret, flag: &str) -> String {
    let optional = if secret.optional { "  optional" } else { "" };
    format!("{flag}{}{optional}", secret.id)
}

/// What was said in all homes; what does not count is told as such.
fn settings(all: &[Said]) -> Vec<String> {
    let rows: Vec<(String, String)> = all
        .iter()
        .map(|said| {
            let over = said.overridden_by.as_ref().map(|by| format!(", but {by} goes before"));
            (format!("{} = {}", said.key, said.value), format!("{}{}", said.origin, over.unwrap_or_default()))
        })
        .collect();
    if rows.is_empty() {
        return vec!["  none: everything below was found".to_owned()];
    }
    let width = rows.iter().map(|(value, _)| value.chars().count()).max().unwrap_or(0).min(60);
    rows.into_iter().map(|(value, origin)| format!("  {value:width$}  {origin}")).collect()
}

fn step_lines(step: &Step) -> Vec<String> {
    let digest: String = step.digest.trim_start_matches("sha256:").chars().take(12).collect();
    let network = if step.network { "  (network)" } else { "" };
    let caches = step.caches.iter();
    let caches =
        caches.map(|cache| format!("                cache {} {} ({})", cache.path, cache.id, cache.sharing));
    std::iter::once(format!("  {digest}  {}{network}", step.name)).chain(caches).collect()
}

fn warning(warning: &Diagnostic) -> Value {
    let place = warning.span.as_ref().map(|span| format!("{}:{}", span.file, span.start));
    let hints: Vec<&str> = warning.hints.iter().map(DisplayText::as_str).collect();
    json!({"message": warning.message.as_str(), "place": place, "hints": hints})
}
