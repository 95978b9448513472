//! `--call=check`: what is legal and probably not meant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::Answer;
use super::facts::Facts;
use super::rules::{self, Skip, Violation};
use crate::name::RelPath;

/// Source: `frontend/subrequests/lint` of BuildKit. The client exits with failure as soon as there is one warning.
pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let violations = rules::check(facts, &Skip::read(&facts.options.build_args));
    let mut sources: Vec<&RelPath> = violations
        .iter()
        .filter_map(|violation| violation.diagnostic.span.as_ref().map(|span| &span.file))
        .filter(|file| facts.files.contains_key(*file))
        .collect();
    sources.sort();
    sources.dedup();
    let warnings: Vec<Value> = violations.iter().map(|violation| warning(violation, &sources)).collect();
    let contents: Vec<Value> = sources
        .iter()
        .map(|file| {
            let data = facts.files.get(*file).map(|contents| STANDARD.encode(contents)).unwrap_or_default();
            json!({"filename": file.to_string(), "data": data})
        })
        .collect();
    let text: Vec<String> = violations.iter().map(line).collect();
    Answer {
        json: json!({"warnings": warnings, "sources": contents}),
        text: text.join("\n") + "\n",
        version: "1.0.0",
        status: Some(u8::from(!violations.is_empty())),
    }
}

/// The printer wants a location for each; one without a file points behind no source.
fn warning(violation: &Violation, sources: &[&RelPath]) -> Value {
    let diagnostic = &violation.diagnostic;
    let place = diagnostic.span.as_ref().and_then(|span| {
        let index = sources.iter().position(|file| **file == span.file)?;
        let position = |line: u32| json!({"line": line, "character": 0});
        Some(json!({
            "sourceIndex": index,
            "ranges": [{"start": position(span.start), "end": position(span.end)}],
        }))
    });
    let detail: Vec<&str> = std::iter::once(diagnostic.message.as_str())
        .chain(diagnostic.hints.iter().map(String::as_str))
        .collect();
    json!({
        "ruleName": violation.rule.name,
        "description": violation.rule.description,
        "url": "",
        "detail": detail.join("\n"),
        "location": place.unwrap_or_else(|| json!({"sourceIndex": -1, "ranges": []})),
    })
}

fn line(violation: &Violation) -> String {
    let place = violation.diagnostic.span.as_ref().map(|span| format!(" ({}:{})", span.file, span.start));
    format!("{}: {}{}", violation.rule.name, violation.diagnostic.message, place.unwrap_or_default())
}
