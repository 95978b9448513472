//! What the schema says of a key: which there are, what they may hold, which was probably meant.

use std::collections::BTreeMap;

use serde_json::Value;

/// The schema of one value: the alternatives that it may be.
#[derive(Clone, Debug)]
pub(super) struct Shape<'a>(Vec<&'a Value>);

impl<'a> Shape<'a> {
    pub(super) fn of(schema: &'a Value) -> Self {
        let mut found = Vec::new();
        collect(schema, &mut found);
        Self(found)
    }

    /// The keys of a table here, or nothing if a table here has no keys of ours.
    pub(super) fn keys(&self) -> BTreeMap<&'a str, Shape<'a>> {
        let properties = self.0.iter().filter_map(|schema| schema.get("properties")?.as_object());
        let mut keys: BTreeMap<&str, Shape<'a>> = BTreeMap::new();
        for (key, schema) in properties.flatten() {
            let Shape(alternatives) = Shape::of(schema);
            keys.entry(key).or_insert_with(|| Shape(Vec::new())).0.extend(alternatives);
        }
        keys
    }

    /// What the entries hold whose keys the user makes up; nothing if all keys are ours.
    pub(super) fn free(&self) -> Option<Shape<'a>> {
        let mut found = Vec::new();
        let mut is_free = false;
        for schema in self.0.iter().filter(|schema| may_be(schema, "object")) {
            match schema.get("additionalProperties") {
                Some(Value::Bool(false)) => {}
                None | Some(Value::Bool(true)) => is_free = true,
                Some(values) => {
                    is_free = true;
                    collect(values, &mut found);
                }
            }
        }
        is_free.then_some(Shape(found))
    }

    /// What the items of a list here are.
    pub(super) fn items(&self) -> Shape<'a> {
        let mut found = Vec::new();
        for items in self.0.iter().filter_map(|schema| schema.get("items")) {
            collect(items, &mut found);
        }
        Shape(found)
    }

    /// Whether a table may stand here.
    pub(super) fn takes_table(&self) -> bool {
        self.0.iter().any(|schema| may_be(schema, "object"))
    }

    /// What may stand here, for a person.
    pub(super) fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for word in self.0.iter().flat_map(|schema| kinds(schema)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "another value".to_owned(),
        }
    }
}

/// The alternatives of `schema` itself, without those that only group others.
fn collect<'a>(schema: &'a Value, found: &mut Vec<&'a Value>) {
    let groups = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|key| schema.get(key)?.as_array());
    let mut is_group = false;
    for alternative in groups.flatten() {
        is_group = true;
        collect(alternative, found);
    }
    if !is_group || schema.get("properties").is_some() {
        found.push(schema);
    }
}

fn may_be(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    }
}

fn kinds(schema: &Value) -> Vec<String> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| format!("`{value}`")).collect();
    }
    if let Some(value) = schema.get("const") {
        return vec![format!("`{value}`")];
    }
    let words = [
        ("string", "a text"),
        ("boolean", "`true` or `false`"),
        ("integer", "a whole number"),
        ("number", "a number"),
        ("object", "a table"),
    ];
    let mut kinds: Vec<String> =
        words.iter().filter(|(kind, _)| may_be(schema, kind)).map(|(_, word)| (*word).to_owned()).collect();
    if may_be(schema, "array") {
        let items = schema.get("items").map(|items| Shape::of(items).words());
        kinds.push(
            items
                .map_or_else(|| "a list".to_owned(), |items| format!("a list of which each item is {items}")),
        );
    }
    kinds
}

/// Every key with its path, such as `image.base`, tables included.
pub(super) fn paths(schema: &Value) -> Vec<String> {
    fn walk(shape: &Shape<'_>, above: &str, depth: usize, found: &mut Vec<String>) {
        for (key, shape) in shape.keys() {
            let path = if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
            // A schema without references ends, but nothing here should rest on that.
            if depth < 8 {
                walk(&shape, &path, depth + 1, found);
            }
            found.push(path);
        }
    }
    let mut found = Vec::new();
    walk(&Shape::of(schema), "", 0, &mut found);
    found.sort();
    found
}

/// The key that was probably meant by `key` in the table `above`: one of `here`, else the same word in another table.
pub(super) fn meant(schema: &Value, above: &str, here: &[&str], key: &str) -> Option<String> {
    let spelled = key.replace('_', "-").to_ascii_lowercase();
    let near = |word: &str| strsim::damerau_levenshtein(word, &spelled);
    let closest = here.iter().map(|known| (near(known), *known)).min();
    let limit = (spelled.chars().count() / 3).max(1);
    if let Some((distance, known)) = closest
        && distance <= limit
    {
        return Some(if above.is_empty() { known.to_owned() } else { format!("{above}.{known}") });
    }
    paths(schema)
        .into_iter()
        .find(|path| path == &spelled || path.rsplit('.').next() == Some(spelled.as_str()))
}
