//! JSON of any shape as an indented listing, in the order in which it was written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The key of a reason, beside a value.
const BECAUSE: &str = "because";

/// How much of a text goes on one line.
const WIDTH: usize = 160;

/// Keys are padded to at most this width, so that values stand below one another.
const COLUMN: usize = 40;

/// A document that knows its order, which `serde_json::Value` does not.
enum Node {
    Nothing,
    Leaf(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

/// The listing of `json`; what is empty or `null` is left out, and of a text of several lines only its size is told.
pub(super) fn of_json(json: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Ok(Node::Table(entries)) = serde_json::from_str(json) {
        add_table(&entries, 1, &mut lines);
    }
    lines
}

fn add_table(entries: &[(String, Node)], depth: usize, lines: &mut Vec<String>) {
    let width = entries.iter().filter(|(_, node)| !matches!(node, Node::Nothing)).map(|(key, _)| key.len());
    let width = width.max().unwrap_or(0).min(COLUMN);
    for (key, node) in entries {
        // Variables are in capitals and stay as they are.
        let is_variable = key.bytes().any(|byte| byte.is_ascii_uppercase());
        let key = if is_variable { key.clone() } else { key.replace('_', "-") };
        add(&format!("{key:width$}"), node, depth, lines);
    }
}

fn add(key: &str, node: &Node, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    match node {
        Node::Nothing => {}
        Node::Table(entries) => match chosen(entries) {
            Some((value, because)) => {
                lines.push(format!("{indent}{key}  {}  ({because})", value.inline()));
                if let Node::Table(inner) = value {
                    add_table(inner, depth + 1, lines);
                }
            }
            None if entries.is_empty() => {}
            None => {
                let before = lines.len();
                lines.push(format!("{indent}{}", key.trim_end()));
                add_table(entries, depth + 1, lines);
                if lines.len() == before + 1 {
                    lines.pop();
                }
            }
        },
        Node::List(items) if items.is_empty() => {}
        Node::List(items) if items.iter().any(|item| matches!(item, Node::Table(_))) => {
            lines.push(format!("{indent}{}", key.trim_end()));
            for (item, number) in items.iter().zip(1..) {
                add(&number.to_string(), item, depth + 1, lines);
            }
        }
        Node::Leaf(_) | Node::List(_) => lines.push(format!("{indent}{key}  {}", node.inline())),
    }
}

/// The value and the reason of a choice.
fn chosen(entries: &[(String, Node)]) -> Option<(&Node, String)> {
    match entries {
        [(_, value), (key, because)] if key == BECAUSE => Some((value, because.inline())),
        _ => None,
    }
}

impl Node {
    fn inline(&self) -> String {
        match self {
            Self::Nothing | Self::Table(_) => String::new(),
            Self::Leaf(text) if text.contains('\n') => format!("{} lines", text.lines().count()),
            Self::Leaf(text) if text.is_empty() => "\"\"".to_owned(),
            Self::Leaf(text) if text.chars().count() > WIDTH => {
                text.chars().take(WIDTH).chain(['…']).collect()
            }
            Self::Leaf(text) => text.clone(),
            Self::List(items) => items.iter().map(Self::inline).collect::<Vec<_>>().join(", "),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Leaf(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Table(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::of_json;

    #[test]
    fn order_reasons_and_sizes_are_told_and_nothing_is_left_out_that_is_there() {
        let json = r#"{"z":{"value":["b","a"],"because":"Dockerfile:2"},"a":{"files":{"x":"1\n2\n"},"none":null,"empty":[],"deep":{"empty":{}}},
            "rows":[{"k":1},{"k":true}],"on":{"value":{"deep":"v"},"because":"r"}}"#;
        let expected = "  z     b, a  (Dockerfile:2)\n  a\n    files\n      x  2 lines\n  rows\n    1\n      \
                        k  1\n    2\n      k  true\n  on      (r)\n    deep  v";
        assert_eq!(of_json(json).join("\n"), expected);
        assert!(of_json("no json").is_empty());
    }
}
