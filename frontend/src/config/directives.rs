//! Directives of the definition file: the lines `# key=value` at its head, which Docker's users know.

use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;

/// The directives that a definition file has beside its syntax line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Directives {
    /// The value of `# check=`.
    pub(super) check: Option<String>,
    /// The line of `# escape=`, which has no effect in TOML.
    escape: Option<u32>,
}

impl Directives {
    /// Reads the head of `text`.
    ///
    /// Source: `parser/directives.go` of BuildKit: the first line that is not a directive ends them, keys may be in
    /// either case, and a byte order mark may come first.
    pub(super) fn read(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut directives = Self::default();
        for (number, line) in (1_u32..).zip(text.lines()) {
            let Some((key, value)) = directive(line) else { break };
            match key.to_ascii_lowercase().as_str() {
                "syntax" => {}
                "check" => drop(directives.check.get_or_insert(value.to_owned())),
                "escape" => drop(directives.escape.get_or_insert(number)),
                _ => break,
            }
        }
        directives
    }

    /// Says which of them have no effect.
    pub(super) fn without_effect(&self, file: &RelPath) -> Option<Diagnostic> {
        self.escape.map(|line| {
            Diagnostic::warning("the directive `escape` has no effect: below its directives the file is TOML")
                .at(Span::line(file.clone(), line))
                .hint("Remove the line.")
        })
    }
}

fn directive(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let is_key = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|one| one.is_ascii_alphanumeric());
    (is_key && !value.is_empty()).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::Directives;
    use crate::name::RelPath;

    #[test]
    fn directives_are_read_as_docker_reads_them() {
        for (text, check, has_escape) in [
            ("# syntax=x\n# check=skip=RunsAsRoot;error=true\n", Some("skip=RunsAsRoot;error=true"), false),
            ("\u{feff}#syntax = x\n#CHECK = skip=all \n# escape=`\n", Some("skip=all"), true),
            ("# syntax=x\n\n# check=skip=all\n", None, false),
            ("# syntax=x\n# a comment\n# check=skip=all\n", None, false),
            ("# syntax=x\nbin = \"a\"\n# check=skip=all\n", None, false),
            ("# syntax=x\n# check=\n# escape=\\\n", None, false),
            ("", None, false),
        ] {
            let read = Directives::read(text);
            assert_eq!(read.check.as_deref(), check, "{text}");
            let file = RelPath::new("Dockerfile").unwrap();
            assert_eq!(read.without_effect(&file).is_some(), has_escape, "{text}");
        }
    }
}
