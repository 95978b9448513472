//! `--call=plan`: everything that a build would do, and why.
//!
//! It is made from the serialised plan and from the graph, so that what either gains is told without a line here.

mod listing;

use std::fmt::Write as _;

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

    let mut text = String::from("Settings\n");
    text.push_str(&settings(facts.said));
    text.push_str("\nPlan\n");
    text.push_str(&listing::of_json(&plan));
    text.push_str("\nImages\n");
    text.push_str(&lines(&images));
    text.push_str("\nSteps\n");
    steps.iter().filter(|step| step.source.is_none()).for_each(|step| text.push_str(&step_lines(step)));
    text.push_str("\nSecrets that are looked for\n");
    let asked: Vec<String> = secrets
        .iter()
        .map(|secret| line_of(secret, "--secret id="))
        .chain(ssh.iter().map(|ssh| line_of(ssh, "--ssh ")))
        .collect();
    text.push_str(&lines(&asked));
    if !facts.warnings.is_empty() {
        text.push_str("\nWarnings\n");
        let said: Vec<String> = facts.warnings.iter().map(|warning| warning.message.clone()).collect();
        text.push_str(&lines(&said));
    }
    Answer { json, text, version: "1.0.0", status: None }
}

fn lines(lines: &[String]) -> String {
    if lines.is_empty() {
        return "  none\n".to_owned();
    }
    lines.iter().fold(String::new(), |text, line| format!("{text}  {line}\n"))
}

fn line_of(secret: &Secret, flag: &str) -> String {
    let optional = if secret.optional { "  optional" } else { "" };
    format!("{flag}{}{optional}", secret.id)
}

/// What was said in all homes; what does not count is told as such.
fn settings(all: &[Said]) -> String {
    let rows: Vec<(String, String)> = all
        .iter()
        .map(|said| {
            let over = said.overridden_by.as_ref().map(|by| format!(", but {by} goes before"));
            (format!("{} = {}", said.key, said.value), format!("{}{}", said.origin, over.unwrap_or_default()))
        })
        .collect();
    if rows.is_empty() {
        return "  none: everything below was found\n".to_owned();
    }
    let width = rows.iter().map(|(value, _)| value.chars().count()).max().unwrap_or(0).min(60);
    rows.into_iter()
        .fold(String::new(), |text, (value, origin)| format!("{text}  {value:width$}  {origin}\n"))
}

fn step_lines(step: &Step) -> String {
    let digest: String = step.digest.trim_start_matches("sha256:").chars().take(12).collect();
    let mut text = format!("  {digest}  {}{}\n", step.name, if step.network { "  (network)" } else { "" });
    for cache in &step.caches {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "                cache {} {} ({})", cache.path, cache.id, cache.sharing);
    }
    text
}

fn warning(warning: &Diagnostic) -> Value {
    let place = warning.span.as_ref().map(|span| format!("{}:{}", span.file, span.start));
    json!({"message": warning.message, "place": place, "hints": warning.hints})
}
