//! Shows warnings in the build's output.

use buildkit_llb::source_map::excerpt;
use buildkit_llb::{Definition, DisplayText};
use buildkit_proto::cap;
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};
use buildkit_proto::gateway::WarnRequest;
use buildkit_proto::pb;

use super::failure::{self, Files};
use super::graph::marshal;
use crate::diagnostic::Diagnostic;
use crate::lower;

/// How many warnings one build shows. The status stream has a limit, and nobody reads more.
const LIMIT: usize = 50;

/// Shows each warning once, at the vertex that loaded the definition file; an engine before BuildKit 0.10 shows a step
/// for each.
///
/// A warning that the engine does not take is no reason to stop a build.
pub(super) async fn show(
    bridge: &Bridge,
    capabilities: &Capabilities,
    loaded_by: &Definition,
    warnings: &[Diagnostic],
    files: &Files,
) {
    if !capabilities.has_gateway(cap::gateway::WARNINGS) {
        return show_as_steps(bridge, capabilities, warnings).await;
    }
    let Some((digest, _)) = loaded_by.head() else { return };
    let mut shown: Vec<&Diagnostic> = Vec::new();
    for warning in warnings {
        if shown.len() == LIMIT || shown.contains(&warning) {
            continue;
        }
        shown.push(warning);
        let location = warning.span.as_ref().and_then(|span| Some((span, files.get(&span.file)?)));
        let position =
            |line: u32| Some(pb::Position { line: i32::try_from(line).unwrap_or(i32::MAX), character: 0 });
        let request = WarnRequest {
            digest: digest.to_string(),
            level: 1,
            short: warning.message.as_bytes().to_vec(),
            detail: warning.hints.iter().map(|hint| hint.as_bytes().to_vec()).collect(),
            url: String::new(),
            info: location.map(|(span, contents)| pb::SourceInfo {
                filename: DisplayText::from(span.file.to_string()).into(),
                data: excerpt(contents),
                definition: None,
                language: "TOML".to_owned(),
            }),
            ranges: location
                .map(|(span, _)| pb::Range { start: position(span.start), end: position(span.end) })
                .into_iter()
                .collect(),
        };
        if bridge.warn(request).await.is_err() {
            return;
        }
    }
}

async fn show_as_steps(bridge: &Bridge, capabilities: &Capabilities, warnings: &[Diagnostic]) {
    let mut lines: Vec<String> = Vec::new();
    for warning in warnings {
        let line = failure::text(warning, |_| String::new()).replace('\n', ";");
        if lines.len() < LIMIT && !lines.contains(&line) {
            lines.push(line);
        }
    }
    let notices = lower::notices(lines.iter().map(String::as_str));
    let Ok(definition) = marshal(&notices, capabilities) else { return };
    // A warning that the engine does not take is no reason to stop a build.
    let _shown =
        bridge.solve(definition.to_pb(), SolveOptions { evaluate: true, ..SolveOptions::default() }).await;
}
