//! `--call=check`: what is legal and probably not meant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildkit_llb::DisplayText;
use buildkit_llb::source_map::excerpt;
use serde_json::{Value, json};

use super::answer::Answer;
use super::facts::Facts;
use super::rules::{self, Policy, Violation};
use crate::diagnostic::{Diagnostic, Severity};
use crate::name::RelPath;

/// The rule that planning warns of by itself.
const MISSING_LOCKFILE: &str = "MissingLockfile";

/// Source: `frontend/subrequests/lint` of BuildKit. The client exits with failure as soon as there is one warning.
pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let violations = rules::check(facts, &Policy::read(&facts.options.build_args, facts.layers.check()));
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
            let data = facts.files.get(*file).map(|contents| STANDARD.encode(excerpt(contents)));
            let data = data.unwrap_or_default();
            json!({"filename": file.to_string(), "data": data})
        })
        .collect();
    Answer::with_layout(json!({"warnings": warnings, "sources": contents}), violations.iter().map(line))
        .status(u8::from(!violations.is_empty()))
}

/// What breaks a rule, as findings of a build: errors if the client wants them to stop it.
///
/// Of the files that only rules look into none is read, because a build should not wait for them; and planning has
/// its own word for a missing lockfile.
#[must_use]
pub fn findings(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let policy = Policy::read(&facts.options.build_args, facts.layers.check());
    let found = rules::check(facts, &policy);
    let found =
        found.into_iter().filter(|violation| policy.is_error || violation.rule.name != MISSING_LOCKFILE);
    found
        .map(|violation| Diagnostic {
            severity: if policy.is_error { Severity::Error } else { Severity::Warning },
            message: format!("{}: {}", violation.rule.name, violation.diagnostic.message).into(),
            ..violation.diagnostic
        })
        .collect()
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
        .chain(diagnostic.hints.iter().map(DisplayText::as_str))
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
