//! What the documentation says of a key, from the comment on its field.
//!
//! A comment is a description, and below it, where there is something to say, the lines `- Default: …` and `- As: …`: what
//! holds if nobody sets the key, and its counterpart in Cargo or in a Dockerfile.

use serde::Serialize;
use serde_json::Value;

use super::BUILD_ARGS;
use super::json_schema;
use super::keys::{self, Shape};
use super::said::build_arg;

/// One key of the configuration, for the reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Its path, such as `image.base`.
    pub path: String,
    /// The build-arg that sets it.
    pub build_arg: Option<String>,
    /// What it means.
    pub description: String,
    /// What holds if nobody sets it.
    pub default: Option<String>,
    /// Its counterpart in Cargo or in a Dockerfile.
    pub counterpart: Option<String>,
}

/// Every key that has a value of its own: the keys of no table first, then table by table.
#[must_use]
pub fn reference() -> Vec<Key> {
    let schema = json_schema::types();
    let mut keys: Vec<Key> = keys::paths(schema)
        .into_iter()
        .filter_map(|path| {
            let described = find(schema, &path)?;
            // A table that can be nothing else is said by its keys.
            let shape = Shape::of(described);
            if !shape.keys().is_empty() && shape.is_table_only() {
                return None;
            }
            Some(Key { build_arg: build_arg_of(&path), ..of_comment(&path, described) })
        })
        .collect();
    keys.sort_by_key(|key| (key.path.contains('.'), key.path.clone()));
    keys
}

/// The build-arg of a key, if it has one.
pub(super) fn build_arg_of(path: &str) -> Option<String> {
    let name = build_arg(path);
    BUILD_ARGS.iter().any(|(known, _)| *known == name).then_some(name)
}

/// What the comment of a key says.
pub(super) fn of_comment(path: &str, schema: &Value) -> Key {
    let comment = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let mut key = Key { path: path.to_owned(), ..Key::default() };
    let mut part = &mut key.description;
    for line in comment.lines().map(str::trim) {
        let line = if let Some(rest) = line.strip_prefix("- Default: ") {
            part = key.default.insert(String::new());
            rest
        } else if let Some(rest) = line.strip_prefix("- As: ") {
            part = key.counterpart.insert(String::new());
            rest
        } else {
            line
        };
        if !part.is_empty() && !line.is_empty() {
            part.push(' ');
        }
        part.push_str(line);
    }
    key
}

/// The schema of the key at `path`, with its description.
fn find<'a>(schema: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(schema, |schema, key| schema.get("properties")?.get(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{of_comment, reference};

    #[test]
    fn a_comment_has_up_to_three_parts() {
        let schema = json!({"description": "What it\nis.\n\n- Default: this\n  or that\n- As: `FROM`"});
        let key = of_comment("k", &schema);
        assert_eq!(key.description, "What it is.");
        assert_eq!(
            (key.default.as_deref(), key.counterpart.as_deref()),
            (Some("this or that"), Some("`FROM`"))
        );
        assert_eq!(of_comment("k", &json!({})).default, None);
    }

    #[test]
    fn every_key_is_described_and_every_build_arg_sets_one() {
        let keys = reference();
        for key in &keys {
            assert!(!key.description.is_empty(), "{} has no comment", key.path);
        }
        for (name, _) in super::BUILD_ARGS {
            assert!(keys.iter().any(|key| key.build_arg.as_deref() == Some(name)), "{name} sets no key");
        }
    }
}
