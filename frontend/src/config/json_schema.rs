//! The JSON schema of a home, from the types that read it.

use std::sync::LazyLock;

use schemars::JsonSchema as _;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::schema::Table;

/// What a definition file may hold, and what an editor checks it by: draft 7, without references.
#[must_use]
pub fn json_schema() -> Value {
    let mut schema = types().clone();
    allow_auto(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!("Supercargo"));
    }
    schema
}

/// The schema as the types have it, before `"auto"` is added to each key.
pub(super) fn types() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
        let mut generator = settings.into_generator();
        debug_assert!(Table::schema_name() == "Table", "the root is the table of a home");
        let mut schema = generator.root_schema_for::<Table>().to_value();
        without_null(&mut schema);
        schema
    });
    &SCHEMA
}

/// An optional key may be absent, but TOML has no null that it could hold.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(values)) = object.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
                if choices.len() == 1
                    && let Some(Value::Object(only)) = choices.pop()
                {
                    object.remove("anyOf");
                    for (key, value) in only {
                        object.entry(key).or_insert(value);
                    }
                }
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(values) => values.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// Adds `"auto"` to the values of every key, as [`super::home`] takes it. Keys that a user makes up are left alone.
fn allow_auto(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                for property in properties.values_mut() {
                    allow_auto(property);
                    if let Value::Object(property) = property {
                        let whole = std::mem::take(property);
                        *property = with_auto(whole);
                    }
                }
            }
            for (key, value) in object.iter_mut().filter(|(key, _)| *key != "properties") {
                if matches!(key.as_str(), "anyOf" | "oneOf" | "allOf" | "items" | "additionalProperties") {
                    allow_auto(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(allow_auto),
        _ => {}
    }
}

/// `property` or `"auto"`; what describes the key stays on the outside, where editors look.
fn with_auto(mut property: Map<String, Value>) -> Map<String, Value> {
    let takes_any_text =
        property.get("type").is_some_and(|kind| kind == "string") && !property.contains_key("enum");
    if takes_any_text {
        return property;
    }
    let mut outer = Map::new();
    for key in ["title", "description", "default"] {
        if let Some(value) = property.remove(key) {
            outer.insert(key.to_owned(), value);
        }
    }
    outer.insert("anyOf".to_owned(), json!([property, { "const": "auto" }]));
    outer
}
