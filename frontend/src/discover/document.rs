//! A TOML file of the user's: its text, its value, and the line of every key.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;

/// A parsed file.
#[derive(Clone, Debug)]
pub(crate) struct Document<T> {
    pub(crate) file: RelPath,
    pub(crate) text: String,
    pub(crate) value: T,
    spans: Spans,
    /// Where the lines end.
    ends: Vec<usize>,
}

/// Where the keys of a table, or the items of an array, stand in the text.
#[derive(Clone, Debug, Default)]
struct Spans {
    range: Range<usize>,
    keys: BTreeMap<String, Spans>,
    items: Vec<Range<usize>>,
}

impl<T: DeserializeOwned> Document<T> {
    /// Parses `bytes`; the error names the file, the line and what the parser said.
    pub(crate) fn parse(file: &RelPath, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let text = decode(file, bytes)?;
        let (value, spans) = parse(&text).map_err(|error| syntax_error(file, &text, &error))?;
        let ends = text.match_indices('\n').map(|(end, _)| end).collect();
        Ok(Self { file: file.clone(), text, value, spans, ends })
    }
}

impl<T> Document<T> {
    /// The line of the key at the end of `path`, or of the longest part of the path that exists.
    pub(crate) fn span(&self, path: &[&str]) -> Span {
        self.span_of(self.find(path).map_or(0..0, |spans| spans.range.clone()))
    }

    /// The line of item `index` of the array at `path`, or of the array.
    pub(crate) fn item_span(&self, path: &[&str], index: usize) -> Span {
        let range = self.find(path).and_then(|spans| spans.items.get(index).cloned());
        range.map_or_else(|| self.span(path), |range| self.span_of(range))
    }

    fn find(&self, path: &[&str]) -> Option<&Spans> {
        let mut found = None;
        let mut spans = &self.spans;
        for key in path {
            let Some(child) = spans.keys.get(*key) else { break };
            found = Some(child);
            spans = child;
        }
        found
    }

    fn span_of(&self, range: Range<usize>) -> Span {
        let line_at = |offset: usize| {
            let before = self.ends.partition_point(|end| *end < offset);
            u32::try_from(before).unwrap_or(u32::MAX - 1) + 1
        };
        let (start, last) = (range.start, range.end.saturating_sub(1).max(range.start));
        Span { file: self.file.clone(), start: line_at(start), end: line_at(last) }
    }
}

fn decode(file: &RelPath, bytes: &[u8]) -> Result<String, Diagnostic> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        Diagnostic::error(format!(
            "`{file}` is not valid UTF-8: byte {:#04x} at offset {}",
            bytes.get(error.valid_up_to()).copied().unwrap_or_default(),
            error.valid_up_to()
        ))
        .at(Span::line(file.clone(), u32::try_from(line).unwrap_or(u32::MAX - 1) + 1))
        .hint("save the file as UTF-8; TOML allows no other encoding")
    })
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<(T, Spans), toml::de::Error> {
    let table = DeTable::parse(text)?;
    let spans = table_spans(table.get_ref(), table.span());
    let value = T::deserialize(Deserializer::from(table))?;
    Ok((value, spans))
}

fn table_spans(table: &DeTable<'_>, range: Range<usize>) -> Spans {
    let keys = table
        .iter()
        .map(|(key, value)| {
            let mut spans = value_spans(value.get_ref(), value.span());
            spans.range = key.span();
            (key.get_ref().to_string(), spans)
        })
        .collect();
    Spans { range, keys, items: Vec::new() }
}

fn value_spans(value: &DeValue<'_>, range: Range<usize>) -> Spans {
    match value {
        DeValue::Table(table) => table_spans(table, range),
        DeValue::Array(array) => {
            let items = array.iter().map(toml::Spanned::span).collect();
            Spans { range, keys: BTreeMap::new(), items }
        }
        _ => Spans { range, ..Spans::default() },
    }
}

fn syntax_error(file: &RelPath, text: &str, error: &toml::de::Error) -> Diagnostic {
    if let Some(mark) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
        let line = u32::try_from(mark).unwrap_or(u32::MAX - 1) + 1;
        let conflict = Diagnostic::error(format!("`{file}` holds the marks of a merge conflict"))
            .at(Span::line(file.clone(), line));
        // Cargo's own advice; a lockfile is better made again than merged by hand.
        return if file.file_name() == Some("Cargo.lock") {
            conflict.hint("`git checkout --theirs Cargo.lock && cargo update --workspace` takes one side and brings it up to date")
        } else {
            conflict.hint("resolve the conflict and remove the lines that start with `<<<<<<<`, `=======` and `>>>>>>>`")
        };
    }
    let message = error.message().lines().collect::<Vec<_>>().join(": ");
    let diagnostic = Diagnostic::error(format!("`{file}` does not parse: {message}"));
    match error.span() {
        Some(range) => diagnostic.at(Span::of_bytes(file.clone(), text, range)),
        None => diagnostic.at(Span::line(file.clone(), 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::Document;
    use crate::name::RelPath;

    fn document(text: &str) -> Document<toml::Table> {
        Document::parse(&RelPath::new("Cargo.toml").unwrap(), text.as_bytes()).unwrap()
    }

    #[test]
    fn keys_and_items_have_lines() {
        let document = document("[workspace]\nmembers = [\n  \"a\",\n  \"b\",\n]\n[a.b]\nc = 1\n");
        assert_eq!(document.span(&["workspace", "members"]).start, 2);
        assert_eq!(document.item_span(&["workspace", "members"], 1).start, 4);
        assert_eq!(document.span(&["a", "b", "c"]).start, 7);
        assert_eq!(document.span(&["a", "b", "missing"]).start, 6);
    }

    #[test]
    fn what_does_not_parse_is_named_with_its_line() {
        let file = RelPath::new("x/Cargo.toml").unwrap();
        let error = Document::<toml::Table>::parse(&file, b"[package]\nname = \n").unwrap_err();
        assert_eq!(error.span.unwrap().start, 2);
        assert!(error.message.starts_with("`x/Cargo.toml` does not parse: "), "{}", error.message);
        let error = Document::<toml::Table>::parse(&file, b"[package]\n<<<<<<< HEAD\n").unwrap_err();
        assert_eq!(error.span.unwrap().start, 2);
        assert!(error.message.ends_with("the marks of a merge conflict"), "{}", error.message);
        let error = Document::<toml::Table>::parse(&file, b"[package]\nname = \"\xff\"\n").unwrap_err();
        assert_eq!(error.span.unwrap().start, 2);
        assert!(error.message.contains("not valid UTF-8"), "{}", error.message);
    }
}
