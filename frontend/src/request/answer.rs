//! What every answer consists of.

use std::collections::HashMap;
use std::fmt::Write as _;

use buildkit_llb::DisplayText;
use buildkit_proto::gateway::Result as GatewayResult;
use serde_json::Value;

/// The version of the JSON's schema.
const VERSION: &str = "1.0.0";

/// An answer: JSON for programs and text for people.
pub(super) struct Answer {
    json: Value,
    /// For a client that has no printer of its own for the JSON.
    lines: Vec<DisplayText>,
    status: Option<u8>,
}

impl Answer {
    /// An answer of which the client prints `lines`, or the JSON as it is.
    pub(super) fn new(json: Value, lines: impl IntoIterator<Item = impl Into<DisplayText>>) -> Self {
        Self { json, lines: lines.into_iter().map(Into::into).collect(), status: None }
    }

    /// An answer that the client may print in its own layout, by what is in the JSON.
    pub(super) fn with_layout(json: Value, lines: impl IntoIterator<Item = impl Into<DisplayText>>) -> Self {
        Self::new(displayed(json), lines)
    }

    /// What the client exits with; 0 unless said otherwise.
    pub(super) fn status(mut self, status: u8) -> Self {
        self.status = Some(status);
        self
    }

    pub(super) fn into_result(self) -> GatewayResult {
        let text = self.lines.iter().fold(String::new(), |text, line| text + line + "\n");
        let mut metadata = HashMap::from([
            ("result.json".to_owned(), escaped(&self.json.to_string()).into_bytes()),
            ("result.txt".to_owned(), text.into_bytes()),
            ("version".to_owned(), VERSION.into()),
        ]);
        if let Some(status) = self.status {
            metadata.insert("result.statuscode".to_owned(), status.to_string().into_bytes());
        }
        GatewayResult { metadata: metadata.into_iter().collect(), ..GatewayResult::default() }
    }
}

/// The same value with texts that can be printed.
fn displayed(json: Value) -> Value {
    match json {
        Value::String(text) => {
            Value::String(DisplayText::lines(&text).map(String::from).collect::<Vec<_>>().join("\n"))
        }
        Value::Array(items) => items.into_iter().map(displayed).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (String::from(DisplayText::from(key)), displayed(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => json,
    }
}

/// The same JSON, with JSON's own escapes for everything that a terminal would act on. It is one line, which starts
/// with a brace or a bracket.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        let acts = || DisplayText::from(character.to_string()).chars().ne([character]);
        if (' '..='~').contains(&character) || !acts() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _infallible = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Answer;

    fn parts(answer: Answer) -> (String, String) {
        let metadata = answer.into_result().metadata;
        let part = |name: &str| String::from_utf8(metadata[name].clone()).unwrap();
        (part("result.json"), part("result.txt"))
    }

    #[test]
    fn nothing_in_an_answer_acts_on_a_terminal() {
        let value = json!({"a\u{9b}": ["\u{1b}[2J\u{202e}\u{e0041}é"]});
        let (json, text) = parts(Answer::new(value.clone(), ["a\u{1b}[2J", "b\n::error::c"]));
        assert_eq!(text, "a\\u{1b}[2J\nb\\n::error::c\n");
        assert!(
            !json.contains(|one: char| one.is_control() || "\u{202e}\u{e0041}".contains(one)),
            "{json:?}"
        );
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value, "a program reads what was there");
        let (json, _) = parts(Answer::with_layout(json!({"name": "\u{1b}[2J", "detail": "a\n::b"}), [""]));
        let expected = json!({"name": r"\u{1b}[2J", "detail": "a\n\\u{3a}:b"});
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
    }
}
