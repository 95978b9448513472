//! `--call=targets`: everything that `--target` may name.

use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;
use crate::plan::target::STAGES;

/// Source: `frontend/subrequests/targets` of BuildKit.
pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let default = facts.plan.and_then(|plan| plan.binaries.value.first());
    let mut rows: Vec<(String, String)> = facts
        .project
        .members()
        .flat_map(|package| {
            package.binaries().map(|binary| {
                (
                    binary.name.clone(),
                    format!("the image of binary {} of package {}", binary.name, package.name),
                )
            })
        })
        .collect();
    rows.sort();
    rows.extend(STAGES.iter().map(|(name, _, description)| ((*name).to_owned(), (*description).to_owned())));
    let targets: Vec<_> = rows
        .iter()
        .map(|(name, description)| {
            json!({"name": name, "description": description, "default": default == Some(name)})
        })
        .collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<String> =
        rows.iter().map(|(name, description)| format!("{name:width$}  {description}")).collect();
    Answer {
        json: json!({"targets": targets, "sources": []}),
        text: lines.join("\n") + "\n",
        version: "1.0.0",
        status: None,
    }
}
