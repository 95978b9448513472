//! `.cargo/config.toml` and the files that it includes.

use std::collections::BTreeSet;

use super::document::Document;
use super::reader::Reader;
use crate::absence;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;

/// One configuration file with the directory that its relative paths start from.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    pub(crate) document: Document<toml::Table>,
    /// `None` for a file so high up that the directory is outside of the context.
    pub(crate) base: Option<RelPath>,
}

/// The project's configuration files, least important first; empty if there is none.
pub(crate) fn read(reader: &mut Reader<'_>) -> Vec<ConfigFile> {
    // Cargo prefers the name without a suffix when both exist.
    let names = [".cargo/config", ".cargo/config.toml"];
    let file = names.iter().filter_map(|name| RelPath::new(name).ok()).find(|file| reader.tree.is_file(file));
    let mut files = Vec::new();
    if let Some(file) = file {
        include(reader, &file, &mut BTreeSet::new(), &mut files);
    }
    files
}

fn include(
    reader: &mut Reader<'_>,
    file: &RelPath,
    open: &mut BTreeSet<RelPath>,
    files: &mut Vec<ConfigFile>,
) {
    let Some(document) = reader.document::<toml::Table>(file) else { return };
    open.insert(file.clone());
    let dir = file.parent().unwrap_or_default();
    for (index, (path, is_optional)) in includes(&document.value).into_iter().enumerate() {
        let span = document.item_span(&["include"], index);
        match dir.join(&path) {
            Ok(found) if open.contains(&found) => reader.findings.push(
                Diagnostic::error(format!("`{file}` includes `{path}`, which includes it in turn")).at(span),
            ),
            Ok(found) if reader.tree.is_file(&found) => include(reader, &found, open, files),
            Ok(_) if is_optional => {}
            found => reader.findings.push(missing(reader, file, &path, found.ok(), span)),
        }
    }
    open.remove(file);
    files.push(ConfigFile { document, base: dir.parent() });
}

fn missing(
    reader: &Reader<'_>,
    file: &RelPath,
    path: &str,
    found: Option<RelPath>,
    span: Span,
) -> Diagnostic {
    let error =
        Diagnostic::error(format!("`{file}` includes `{path}`, which is not in the build context")).at(span);
    match found.and_then(|found| absence::reason(reader.tree, &found)) {
        Some(hint) => error.hint(hint),
        None => error.hint("`{ path = \"…\", optional = true }` lets a file be absent"),
    }
}

/// The paths of the `include` key, and whether each may be absent.
fn includes(table: &toml::Table) -> Vec<(String, bool)> {
    let one = |value: &toml::Value| match value {
        toml::Value::String(path) => Some((path.clone(), false)),
        toml::Value::Table(table) => {
            let path = table.get("path")?.as_str()?.to_owned();
            Some((path, table.get("optional").and_then(toml::Value::as_bool).unwrap_or(false)))
        }
        _ => None,
    };
    match table.get("include") {
        Some(toml::Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The directories that `[patch]` tables of the configuration name.
pub(crate) fn patch_paths(files: &[ConfigFile]) -> Vec<(RelPath, Span)> {
    let mut found = Vec::new();
    for file in files {
        let Some(patches) = file.document.value.get("patch").and_then(toml::Value::as_table) else {
            continue;
        };
        for (source, entries) in patches {
            for (key, entry) in entries.as_table().into_iter().flatten() {
                let path = entry.get("path").and_then(toml::Value::as_str);
                if let Some(dir) = path.and_then(|path| file.base.as_ref()?.join(path).ok()) {
                    found.push((dir, file.document.span(&["patch", source, key])));
                }
            }
        }
    }
    found
}
