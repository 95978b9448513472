//! `--call=graph`: the picture of the graph that a build would solve.

use buildkit_llb::DisplayText;
use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;

/// As Mermaid, which code hosts draw in a fenced block; the JSON has every form.
pub(super) fn mermaid(facts: &Facts<'_>) -> Answer {
    pictures(facts, buildkit_llb::Definition::to_mermaid)
}

/// As DOT. The client does not tell the frontend which format was asked for, so this is a question of its own.
pub(super) fn dot(facts: &Facts<'_>) -> Answer {
    pictures(facts, buildkit_llb::Definition::to_dot)
}

fn pictures(facts: &Facts<'_>, text: fn(&buildkit_llb::Definition) -> String) -> Answer {
    let (json, text) = facts.graph.map_or_else(Default::default, |graph| {
        let forms = json!({
            "mermaid": graph.to_mermaid(), "dot": graph.to_dot(), "text": graph.to_text(),
        });
        (forms, text(graph))
    });
    Answer::new(json, DisplayText::lines(&text))
}
