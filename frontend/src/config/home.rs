//! One home of the configuration: its text, judged by the schema and read.
//!
//! The schema knows every key, so that what holds for all of them is said once, here: `"auto"` means as if the key were
//! absent, an unknown key is an error that names the one that was probably meant, and a wrong value is named with
//! its key. Each fault is told, not only the first.

use std::ops::Range;

use serde::Deserialize as _;
use serde_json::Value;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::json_schema;
use super::keys::{self, Shape};
use super::schema::Table;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::name::RelPath;

/// What stands for the absence of a key.
const AUTO: &str = "auto";

/// How many wrong values one home is told of; a file with more is something else.
const LIMIT: usize = 20;

/// How much of a wrong value is shown.
const SHOWN: usize = 60;

type Located<'a> = toml::Spanned<DeValue<'a>>;

/// A file that holds a table of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home<'a> {
    /// The file's name.
    pub(super) file: &'a RelPath,
    /// Its contents.
    pub(super) text: &'a str,
    /// The table of ours, as a person calls it.
    pub(super) what: &'a str,
}

impl Home<'_> {
    /// Reads the whole file as a table of ours.
    pub(super) fn read_all(&self, findings: &mut Findings) -> Option<Table> {
        match DeTable::parse(self.text) {
            Ok(table) => {
                let span = table.span();
                self.read(toml::Spanned::new(span, DeValue::Table(table.into_inner())), findings)
            }
            Err(error) => {
                findings.push(instructions(self.text, self.unreadable(&error)));
                None
            }
        }
    }

    /// Reads the table below the keys `path` of the file, if there is one.
    pub(super) fn read_below(&self, path: &[&str], findings: &mut Findings) -> Option<Table> {
        match DeTable::parse(self.text) {
            Ok(table) => {
                let mut tables = table.into_inner();
                let (last, above) = path.split_last()?;
                for key in above {
                    let DeValue::Table(inner) = tables.remove(*key)?.into_inner() else { return None };
                    tables = inner;
                }
                self.read(tables.remove(*last)?, findings)
            }
            Err(error) => {
                findings.push(self.unreadable(&error));
                None
            }
        }
    }

    fn read(&self, value: Located<'_>, findings: &mut Findings) -> Option<Table> {
        let mut told = Vec::new();
        let table = self.judge(value, &mut told);
        told.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| span.start));
        for diagnostic in told {
            findings.push(diagnostic);
        }
        table
    }

    fn judge(&self, mut value: Located<'_>, told: &mut Vec<Diagnostic>) -> Option<Table> {
        let schema = json_schema::types();
        self.check(&mut value, &Shape::of(schema), "", schema, told);
        for _ in 0..LIMIT {
            let error = match Table::deserialize(ValueDeserializer::from(value.clone())) {
                Ok(table) => return Some(table),
                Err(error) => error,
            };
            // What was wrong is told and taken out, so that what comes after it is read as well.
            let wrong = error.span().and_then(|span| take_out(&mut value, &Shape::of(schema), "", &span));
            told.push(self.wrong(&error, wrong.as_ref()));
            wrong?;
        }
        None
    }

    /// Takes out what is `"auto"` and what is unknown, and tells of the latter.
    fn check(
        &self,
        value: &mut Located<'_>,
        shape: &Shape<'_>,
        path: &str,
        schema: &Value,
        told: &mut Vec<Diagnostic>,
    ) {
        match value.get_mut() {
            DeValue::Table(table) if shape.takes_table() => {
                let known = shape.keys();
                let free = shape.free();
                let names: Vec<&str> = known.keys().copied().collect();
                let entries = std::mem::take(table);
                table.extend(entries.into_iter().filter_map(|(key, mut value)| {
                    let name: &str = key.get_ref();
                    let here = below(path, name);
                    let Some(shape) = known.get(name).or(free.as_ref()) else {
                        if told.len() < LIMIT {
                            let meant = keys::meant(schema, path, &names, name);
                            told.push(self.unknown(&here, key.span(), meant, &names, path));
                        }
                        return None;
                    };
                    if known.contains_key(name) && value.get_ref().as_str() == Some(AUTO) {
                        return None;
                    }
                    self.check(&mut value, shape, &here, schema, told);
                    Some((key, value))
                }));
            }
            DeValue::Array(array) => {
                let shape = shape.items();
                for value in array.iter_mut() {
                    self.check(value, &shape, path, schema, told);
                }
            }
            _ => {}
        }
    }

    fn unknown(
        &self,
        key: &str,
        bytes: Range<usize>,
        meant: Option<String>,
        names: &[&str],
        path: &str,
    ) -> Diagnostic {
        let Self { file, text, what } = self;
        let diagnostic = Diagnostic::error(format!("failed to read {what} in `{file}`: unknown key `{key}`"))
            .at(Span::of_bytes((*file).clone(), text, bytes));
        let diagnostic = match meant {
            Some(meant) => diagnostic.hint(format!("Did you mean `{meant}`?")),
            None => diagnostic,
        };
        let place = if path.is_empty() { format!("Here {what}") } else { format!("`{path}`") };
        diagnostic.hint(format!("{place} may hold `{}`.", names.join("`, `")))
    }

    fn wrong(&self, error: &toml::de::Error, wrong: Option<&Wrong>) -> Diagnostic {
        let Self { file, text, what } = self;
        let message = match wrong {
            Some(Wrong { path, .. }) if !path.is_empty() => {
                let shown = error.span().and_then(|bytes| text.get(bytes)).map(shortened).unwrap_or_default();
                format!(
                    "failed to read {what} in `{file}`: `{path}` value `{shown}` is not right: {}",
                    error.message()
                )
            }
            _ => format!("failed to read {what} in `{file}`: {}", error.message()),
        };
        let diagnostic = match error.span() {
            Some(bytes) => Diagnostic::error(message).at(Span::of_bytes((*file).clone(), text, bytes)),
            None => Diagnostic::error(message),
        };
        match wrong {
            Some(Wrong { right, .. }) => diagnostic.hint(format!("It may be {right}.")),
            None => diagnostic,
        }
    }

    fn unreadable(&self, error: &toml::de::Error) -> Diagnostic {
        let Self { file, text, what } = self;
        let diagnostic = Diagnostic::error(format!("failed to read {what} in `{file}`: {}", error.message()));
        match error.span() {
            Some(bytes) => diagnostic.at(Span::of_bytes((*file).clone(), text, bytes)),
            None => diagnostic,
        }
    }
}

/// A value that its key cannot have.
struct Wrong {
    /// The key's path.
    path: String,
    /// What it may be.
    right: String,
}

/// Takes the entry out whose value `bytes` lie in, and says what would be right there.
fn take_out(value: &mut Located<'_>, shape: &Shape<'_>, path: &str, bytes: &Range<usize>) -> Option<Wrong> {
    let DeValue::Table(table) = value.get_mut() else { return None };
    let is_in = |span: Range<usize>| span.start <= bytes.start && bytes.end <= span.end;
    // The span of a table with a header is the header's, so whoever holds the place is found from the inside.
    let known = shape.keys();
    let free = shape.free();
    let mut found = None;
    for (key, value) in table.iter_mut() {
        let name: &str = key.get_ref();
        let Some(shape) = known.get(name).or(free.as_ref()) else { continue };
        let here = below(path, name);
        if let Some(wrong) = take_out(value, shape, &here, bytes) {
            return Some(wrong);
        }
        if is_in(value.span()) {
            found = Some((name.to_owned(), Wrong { path: here, right: shape.words() }));
        }
    }
    let (name, wrong) = found?;
    table.remove(name.as_str());
    Some(wrong)
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= SHOWN && line.len() == text.len() {
        return line.to_owned();
    }
    line.chars().take(SHOWN).chain(['…']).collect()
}

/// A definition file that is no TOML is most likely a Dockerfile of instructions.
fn instructions(text: &str, diagnostic: Diagnostic) -> Diagnostic {
    let is_instructions = text.lines().any(|line| {
        let word = line.split_whitespace().next().unwrap_or_default();
        matches!(
            word.to_ascii_uppercase().as_str(),
            "FROM" | "RUN" | "COPY" | "WORKDIR" | "ENTRYPOINT" | "CMD"
        ) && !line.contains('=')
    });
    if is_instructions {
        diagnostic.hint("Below the syntax line Supercargo reads TOML and no Dockerfile instructions; the line alone is enough.")
    } else {
        diagnostic
    }
}
