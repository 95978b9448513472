//! Lines of the pictures: words with blanks between them, quoted where they would be misread.

use crate::digest::Digest;

/// Contents up to this many bytes are shown in full.
const SHORT: usize = 60;

/// A line under construction.
pub(super) struct Line(String);

impl Line {
    pub(super) fn new(start: impl Into<String>) -> Self {
        Self(start.into())
    }

    /// Adds a word, or several, after a blank.
    pub(super) fn add(&mut self, words: impl AsRef<str>) {
        self.0.push(' ');
        self.0.push_str(words.as_ref());
    }

    /// Adds a word where it applies.
    pub(super) fn flag(&mut self, applies: bool, name: &str) {
        if applies {
            self.add(name);
        }
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// A word as it is if it has no blank, quote or control character, otherwise in quotes.
pub(super) fn word(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "_@%+=:,./-*?!~^[]{}#&".contains(character);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("{text:?}") }
}

/// The rest of a line as it is, if it is one line.
pub(super) fn rest(text: &str) -> String {
    if text.is_empty() || text.contains(char::is_control) { format!("{text:?}") } else { text.to_owned() }
}

pub(super) fn words<S: AsRef<str>>(list: impl IntoIterator<Item = S>) -> String {
    let words: Vec<String> = list.into_iter().map(|text| word(text.as_ref())).collect();
    words.join(" ")
}

/// A list of patterns or paths.
pub(super) fn list(list: &[String]) -> String {
    format!("[{}]", words(list))
}

/// Short text in full, anything else by its size and digest.
pub(super) fn content(data: &[u8]) -> String {
    match std::str::from_utf8(data) {
        Ok(text) if data.len() <= SHORT => format!("{text:?}"),
        _ => format!("{} B {}", data.len(), Digest::of(data).short()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_need_it() {
        assert_eq!(words(["a", "b c", "", "x=\"y\"", "--a=b/*"]), r#"a "b c" "" "x=\"y\"" --a=b/*"#);
    }

    #[test]
    fn contents_are_cut_when_they_are_long_or_no_text() {
        assert_eq!(content(b"a\n"), r#""a\n""#);
        assert_eq!(content(&[0xff]), "1 B a8100ae6aa19");
        assert_eq!(content(&[b'a'; 61]), format!("61 B {}", Digest::of(&[b'a'; 61]).short()));
    }
}
