//! Values in a Dockerfile's own quoting. Names and contents are the user's and may hold anything.

use std::collections::BTreeMap;

use serde_json::json;

/// A file with its contents, expanded by nobody.
pub(super) fn heredoc(path: &str, contents: &str) -> String {
    let mut word = "EOF".to_owned();
    while contents.lines().any(|line| line.trim() == word) {
        word.push('_');
    }
    let end = if contents.is_empty() || contents.ends_with('\n') { "" } else { "\n" };
    format!("COPY <<'{word}' {}\n{contents}{end}{word}", one_line(path))
}

/// A list in exec form.
pub(super) fn json_list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| json!(item.as_ref()).to_string()).collect();
    format!("[{}]", items.join(", "))
}

/// `name="value"` for `ENV` and `LABEL`; nothing for a value of several lines, which neither can hold.
pub(super) fn pair(name: &str, value: &str) -> Option<String> {
    if name.contains(['\n', '\r']) || value.contains(['\n', '\r']) {
        return None;
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/');
    let name = if name.bytes().all(is_plain) { name.to_owned() } else { quoted(name) };
    Some(format!("{name}={}", quoted(value)))
}

/// An instruction for each variable.
pub(super) fn variables(instruction: &str, values: &BTreeMap<String, String>) -> Vec<String> {
    values
        .iter()
        .map(|(name, value)| match pair(name, value) {
            Some(pair) => format!("{instruction} {pair}"),
            None => format!("# {instruction} {} is left out: it has several lines.", one_line(name)),
        })
        .collect()
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    format!("\"{escaped}\"")
}

/// An argument for the shell.
pub(super) fn shell(argument: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,#".contains(&byte);
    if !argument.is_empty() && !argument.starts_with('#') && argument.bytes().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", one_line(argument).replace('\'', "'\\''"))
}

/// `text` without line breaks, which would begin another instruction.
pub(super) fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::{heredoc, json_list, pair, shell};

    #[test]
    fn nothing_ends_where_it_should_not() {
        assert_eq!(heredoc("a", "x\nEOF\n"), "COPY <<'EOF_' a\nx\nEOF\nEOF_");
        assert_eq!(heredoc("a", ""), "COPY <<'EOF' a\nEOF");
        assert_eq!(json_list(["a\"b", "c"]), r#"["a\"b", "c"]"#);
        assert_eq!(pair("A", "x \"y\" $HOME \\").unwrap(), r#"A="x \"y\" \$HOME \\""#);
        assert_eq!(pair("A", "x\nRUN y"), None);
        assert_eq!(shell("--package"), "--package");
        assert_eq!(shell("it's $(x)"), r"'it'\''s $(x)'");
    }
}
