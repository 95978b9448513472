//! `--call=targets`: everything that `--target` may name.

use buildkit_llb::DisplayText;
use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;
use crate::config::NamedImage;
use crate::plan::target::{DEBUG, STAGES};

/// What the configuration says of an image of its own name.
fn described(image: &NamedImage) -> String {
    let package = image.package.iter().map(|setting| format!(" of package {}", setting.value));
    let binaries = image.config.bins.iter().map(|setting| format!(" with {}", setting.value.join(", ")));
    format!("an image{}{}", package.collect::<String>(), binaries.collect::<String>())
}

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
    let images = facts.layers.images();
    rows.retain(|(name, _)| !images.contains_key(name));
    rows.extend(images.iter().map(|(name, image)| (name.clone(), described(image))));
    rows.sort();
    rows.push((DEBUG.0.to_owned(), DEBUG.1.to_owned()));
    rows.extend(STAGES.iter().map(|(name, _, description)| ((*name).to_owned(), (*description).to_owned())));
    let default = default.map(DisplayText::from);
    let rows: Vec<(DisplayText, DisplayText)> =
        rows.into_iter().map(|(name, description)| (name.into(), description.into())).collect();
    let targets: Vec<_> = rows
        .iter()
        .map(|(name, description)| {
            let is_default = default.as_ref() == Some(name);
            json!({"name": name.as_str(), "description": description.as_str(), "default": is_default})
        })
        .collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = rows.iter().map(|(name, description)| format!("{name:width$}  {description}"));
    Answer::with_layout(json!({"targets": targets, "sources": []}), lines)
}
