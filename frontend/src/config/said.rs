//! Everything that was said, by whom, and what of it counts.

use serde::Serialize;
use toml::de::{DeTable, DeValue};

use super::home::Home;
use super::keys::{self, Shape};
use super::{BUILD_ARGS, Layers, Origin, json_schema};
use crate::diagnostic::Span;
use crate::name::RelPath;

/// One value in one home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The key's path, such as `image.base`.
    pub key: String,
    /// The value as TOML has it; the text of a build-arg.
    pub value: String,
    /// Who said it: `Dockerfile:3`, `build-arg PROFILE`.
    pub origin: String,
    /// Who said something else that goes before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overridden_by: Option<String>,
}

impl Layers {
    /// What all homes say, sorted by key, the home that counts first. `package` is the manifest of the package that is
    /// built, if that is known.
    #[must_use]
    pub fn said(&self, package: Option<(&RelPath, &str)>) -> Vec<Said> {
        let schema = json_schema::types();
        let paths = keys::paths(schema);
        let mut all: Vec<Said> = Vec::new();
        for (name, value) in &self.arguments {
            let known = BUILD_ARGS.iter().any(|(known, _)| known == name);
            let key = paths.iter().find(|path| known && build_arg(path) == *name);
            if let Some(key) = key.filter(|_| !value.is_empty() && value != "auto") {
                let origin = Origin::BuildArg(name.clone()).to_string();
                all.push(Said { key: key.clone(), value: value.clone(), origin, overridden_by: None });
            }
        }
        let definition =
            self.definition_text.as_ref().map(|(file, text)| (file, text.as_str(), [].as_slice()));
        let package =
            package.map(|(file, text)| (file, text, ["package", "metadata", "supercargo"].as_slice()));
        let root = self.root_text.as_ref();
        let workspace = root
            .map(|(file, text)| (file, text.as_str(), ["workspace", "metadata", "supercargo"].as_slice()));
        for (file, text, path) in [definition, package, workspace].into_iter().flatten() {
            all.extend(home(Home { file, text, what: "" }, path, schema));
        }
        // A stable sort keeps the homes of one key in the order in which they count.
        all.sort_by(|one, other| one.key.cmp(&other.key));
        let mut winner: Option<(String, String)> = None;
        for said in &mut all {
            match &winner {
                Some((key, origin)) if *key == said.key => said.overridden_by = Some(origin.clone()),
                _ => winner = Some((said.key.clone(), said.origin.clone())),
            }
        }
        all
    }
}

/// The build-arg of a key: its whole path in `SCREAMING_CASE`. Not every key has one, see [`BUILD_ARGS`].
pub(super) fn build_arg(path: &str) -> String {
    path.replace(['.', '-'], "_").to_ascii_uppercase()
}

fn home(home: Home<'_>, path: &[&str], schema: &serde_json::Value) -> Vec<Said> {
    let mut said = Vec::new();
    let Ok(table) = DeTable::parse(home.text) else { return said };
    let mut value = DeValue::Table(table.into_inner());
    for key in path {
        let DeValue::Table(mut table) = value else { return said };
        let Some(inner) = table.remove(*key) else { return said };
        value = inner.into_inner();
    }
    walk(&home, &value, &Shape::of(schema), "", &mut said);
    said
}

fn walk(home: &Home<'_>, value: &DeValue<'_>, shape: &Shape<'_>, path: &str, said: &mut Vec<Said>) {
    let DeValue::Table(table) = value else { return };
    let known = shape.keys();
    let free = shape.free();
    for (key, value) in table {
        let name: &str = key.get_ref();
        let Some(shape) = known.get(name).or(free.as_ref()) else { continue };
        let here = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if known.contains_key(name) && value.get_ref().as_str() == Some("auto") {
            continue;
        }
        // A table whose keys are the user's own is one value, unless each of its entries is a table of ours.
        let entries = shape.free().is_some_and(|entry| !entry.keys().is_empty());
        if value.get_ref().is_table() && (!shape.keys().is_empty() || entries) {
            walk(home, value.get_ref(), shape, &here, said);
            continue;
        }
        let span = Span::of_bytes(home.file.clone(), home.text, key.span());
        said.push(Said {
            key: here,
            value: shown(value.get_ref()),
            origin: Origin::File(span).to_string(),
            overridden_by: None,
        });
    }
}

/// A value on one line of TOML.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let entries: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{} = {}", bare(key.get_ref()), shown(value.get_ref())))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn bare(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !key.is_empty() && key.bytes().all(is_bare) { key.to_owned() } else { format!("{key:?}") }
}
