//! `.dockerignore`: which files of the context are never sent.
//!
//! The patterns are matched by the client, so this only reads the file as Docker reads it and adds what no build of a
//! Rust project wants.

use crate::diagnostic::Span;
use crate::name::RelPath;
use crate::pattern::PathPattern;

/// What stays out even without an ignore file, because no crate is made of it: build output, history, packages of
/// other tools. A pattern of the user's may bring it back with `!`.
///
/// Only the topmost `target`: deeper ones may be modules of that name.
const DEBRIS: [&str; 7] = ["target", "**/.git", ".jj", ".hg", ".svn", "**/node_modules", "**/.DS_Store"];

/// The ignore file of a build, and which of its lines excludes what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    /// Its path in the build context, as messages name it; `None` if there is no ignore file.
    path: Option<RelPath>,
    rules: Vec<Rule>,
}

/// One pattern of an ignore file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// The line, counted from 1.
    line: u32,
    /// The pattern, cleaned, with `!` in front of an exception.
    pattern: String,
}

/// The line of an ignore file that excludes a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Where it stands.
    pub span: Span,
    /// The pattern.
    pub pattern: String,
}

impl IgnoreFile {
    /// Parses the text of the ignore file at `path`.
    ///
    /// Source: `moby/patternmatcher/ignorefile`: `#` comments, `!` for exceptions, paths cleaned and relative to the
    /// context's root. Later patterns win over earlier ones.
    #[must_use]
    pub fn parse(path: RelPath, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = (1_u32..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
        let rules = lines.filter_map(|(number, line)| {
            let line = line.trim();
            let (exception, pattern) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest.trim()));
            let pattern = format!("{exception}{}", clean(pattern));
            // An exception of nothing, which the builder refuses.
            (!matches!(pattern.as_str(), "" | "!")).then_some(Rule { line: number, pattern })
        });
        Self { path: Some(path), rules: rules.collect() }
    }

    /// True if there is an ignore file, whatever is in it.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.is_some()
    }

    /// Returns the user's patterns, for a directory that need not be a project.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        self.rules.iter().map(|rule| rule.pattern.clone()).collect()
    }

    /// Returns the exclude patterns of a project's source, in the order in which they apply.
    #[must_use]
    pub fn patterns_with_debris(&self) -> Vec<String> {
        DEBRIS.into_iter().map(str::to_owned).chain(self.patterns()).collect()
    }

    /// Returns the line that excludes `path`, or `None` if the file sends it.
    ///
    /// The last pattern that matches the path, or a directory above it, decides.
    #[must_use]
    pub fn excluded(&self, path: &RelPath) -> Option<Excluded> {
        let covers = |rule: &&Rule| {
            let pattern = rule.pattern.strip_prefix('!').unwrap_or(&rule.pattern);
            PathPattern::new(pattern).is_ok_and(|pattern| pattern.covers(path))
        };
        let rule = self.rules.iter().rev().find(covers).filter(|rule| !rule.pattern.starts_with('!'))?;
        let span = Span::line(self.path.clone()?, rule.line);
        Some(Excluded { span, pattern: rule.pattern.clone() })
    }
}

impl Excluded {
    /// Says what the line does to `path`.
    #[must_use]
    pub fn sentence(&self, path: &RelPath) -> String {
        let Self { span, pattern } = self;
        format!("`{pattern}` in `{}:{}` excludes `{path}` from the build context", span.file, span.start)
    }
}

/// `path.Clean` of Go without the leading slash, for patterns.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{DEBRIS, IgnoreFile};
    use crate::name::RelPath;

    fn ignore(text: &str) -> IgnoreFile {
        IgnoreFile::parse(RelPath::new(".dockerignore").unwrap(), text)
    }

    #[test]
    fn debris_stays_out_without_a_file() {
        assert_eq!(IgnoreFile::default().patterns_with_debris(), DEBRIS);
    }

    #[test]
    fn the_file_is_read_as_docker_reads_it() {
        let text = "\u{feff}# comment\n\n  /docs/  \n!./docs/keep.md\na/../b\n! x\n#not\n";
        let user = ["docs", "!docs/keep.md", "b", "!x"];
        assert_eq!(ignore(text).patterns(), user);
        assert!(ignore("!\n! /\na/../!\n").patterns().is_empty());
        assert_eq!(ignore(text).patterns_with_debris(), [DEBRIS.as_slice(), &user].concat());
    }

    #[test]
    fn the_line_that_decides_is_named() {
        let file = ignore("target\n\n*.lock\n.*\n!.cargo\ncrates/*/tests\n**/secret.txt\n[\n");
        for (path, expected) in [
            ("Cargo.lock", Some(3)),
            ("a/Cargo.lock", None),
            (".sqlx/query.json", Some(4)),
            (".cargo/config.toml", None),
            ("crates/a/tests/b.rs", Some(6)),
            ("crates/a/src/lib.rs", None),
            ("x/y/secret.txt", Some(7)),
            ("Cargo.toml", None),
        ] {
            let excluded = file.excluded(&RelPath::new(path).unwrap());
            assert_eq!(excluded.map(|excluded| excluded.span.start), expected, "{path}");
        }
        let white_list = ignore("*\n!src\n!Cargo.*\n");
        let excluded = |path: &str| white_list.excluded(&RelPath::new(path).unwrap());
        assert_eq!(excluded("src/main.rs"), None);
        let build = excluded("build.rs").unwrap();
        assert_eq!(
            build.sentence(&RelPath::new("build.rs").unwrap()),
            "`*` in `.dockerignore:1` excludes `build.rs` from the build context"
        );
    }
}
