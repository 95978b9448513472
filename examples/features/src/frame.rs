//! A frame around a line, as wide as the line is on a terminal.

use unicode_width::UnicodeWidthStr;

/// Draws a frame around one line.
#[must_use]
pub fn framed(line: &str) -> String {
    let bar = "─".repeat(line.width() + 2);
    format!("┌{bar}┐\n│ {line} │\n└{bar}┘")
}

#[cfg(test)]
mod tests {
    use super::framed;

    #[test]
    fn wide_characters_are_counted_as_wide() {
        assert_eq!(framed("日本"), "┌──────┐\n│ 日本 │\n└──────┘");
    }
}
