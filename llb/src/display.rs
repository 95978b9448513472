//! Text for terminals and logs.

use std::borrow::{Borrow, Cow};
use std::fmt::{self, Display, Formatter, Write as _};
use std::ops::Deref;

/// One line of text that can be printed anywhere: no character of it controls a terminal or a log.
///
/// Whoever reads it sees what would have acted: control characters, line breaks, and characters that reorder or hide text
/// become escapes such as `\n` and `\u{1b}`. So do the starts of workflow commands, `::error::` and `##[error]`, which
/// CI services execute when a build prints them. Any other text stays as it is.
///
/// ```
/// use buildkit_llb::DisplayText;
///
/// assert_eq!(DisplayText::from("[build] compile a\u{1b}[2J").as_str(), r"[build] compile a\u{1b}[2J");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DisplayText(String);

impl DisplayText {
    /// The lines of `text`, which breaks its lines on purpose.
    pub fn lines(text: &str) -> impl Iterator<Item = Self> {
        text.lines().map(Self::from)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DisplayText {
    fn from(text: &str) -> Self {
        Self(escaped(text).into_owned())
    }
}

impl From<String> for DisplayText {
    fn from(text: String) -> Self {
        match escaped(&text) {
            Cow::Owned(escaped) => Self(escaped),
            Cow::Borrowed(_) => Self(text),
        }
    }
}

impl From<&String> for DisplayText {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<DisplayText> for String {
    fn from(text: DisplayText) -> Self {
        text.0
    }
}

impl Deref for DisplayText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for DisplayText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Display for DisplayText {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl PartialEq<str> for DisplayText {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for DisplayText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// Whether a character does something else than to show itself. A tab only leaves room.
fn acts(character: char) -> bool {
    character != '\t'
        && (character.is_control()
            || matches!(character,
                // Marks that set or override the direction of text.
                '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                // Separators of lines and of paragraphs.
                | '\u{2028}' | '\u{2029}'
                // Characters that nobody sees.
                | '\u{200b}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'))
}

fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |character: char| character != '#' && character != ':' && !acts(character);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut is_start = true;
    for (position, character) in text.char_indices() {
        let rest = text.get(position..).unwrap_or_default();
        let is_command =
            is_start && starts_command(rest, "::", "") || character == '#' && starts_command(rest, "##", "[");
        if is_command {
            // Writing to a string cannot fail.
            let _infallible = write!(shown, "{}", character.escape_unicode());
        } else if acts(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        is_start &= character.is_whitespace();
    }
    Cow::Owned(shown)
}

/// Whether `text` starts with `mark`, a word and `end`.
fn starts_command(text: &str, mark: &str, end: &str) -> bool {
    text.strip_prefix(mark).is_some_and(|rest| {
        let after = rest.trim_start_matches(|character: char| character.is_ascii_alphanumeric());
        if end.is_empty() { after.len() < rest.len() } else { after.starts_with(end) }
    })
}

#[cfg(test)]
mod tests {
    use super::DisplayText;

    #[test]
    fn what_acts_is_shown_and_the_rest_stays() {
        for (text, expected) in [
            ("[build] compile api (release)", "[build] compile api (release)"),
            ("naïve 日本 👩\u{200d}🔬 a\tb", "naïve 日本 👩\u{200d}🔬 a\tb"),
            ("a\nb\r\nc", r"a\nb\r\nc"),
            ("\u{1b}[31m\u{7}\u{7f}\u{9b}0m\0", r"\u{1b}[31m\u{7}\u{7f}\u{9b}0m\u{0}"),
            ("a\u{202e}b\u{2066}c\u{200f}", r"a\u{202e}b\u{2066}c\u{200f}"),
            ("a\u{2028}b\u{feff}c\u{200b}\u{e0041}", r"a\u{2028}b\u{feff}c\u{200b}\u{e0041}"),
            ("::error::x", r"\u{3a}:error::x"),
            (" \t::add-mask::x", " \t\\u{3a}:add-mask::x"),
            ("std::fmt ::1 a ::error::", "std::fmt ::1 a ::error::"),
            ("::", "::"),
            ("a ##[error]b", r"a \u{23}#[error]b"),
            ("##vso[task]", r"\u{23}#vso[task]"),
            ("###[x] ## title, #12", r"#\u{23}#[x] ## title, #12"),
        ] {
            let shown = DisplayText::from(text);
            assert_eq!(shown.as_str(), expected, "{text:?}");
            assert_eq!(DisplayText::from(shown.as_str()), shown, "{text:?}: what is shown stays");
        }
        assert_eq!(
            DisplayText::lines("a\nb\r\n::c").map(String::from).collect::<Vec<_>>(),
            ["a", "b", r"\u{3a}:c"]
        );
    }
}
