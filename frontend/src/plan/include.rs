//! `build.include`: files of packages that take no part in a build, which the build reads all the same.

use super::compile::at;
use crate::config::{BuildConfig, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::name::RelPath;
use crate::pattern::{PathPattern, too_many};
use crate::skeleton::SourceView;
use crate::tree::{Entry, Tree};

/// The patterns. What they bring back is no longer laid over in `view`.
///
/// Errors: a pattern that is none, leads out of the context, or matches nothing.
pub(super) fn choose(config: &BuildConfig, names: &Tree, view: &mut SourceView) -> Checked<Vec<String>> {
    let mut findings = Findings::default();
    let mut patterns = Vec::new();
    let Some(setting) = &config.include else { return findings.finish(patterns) };
    if let Some(error) = too_many("build.include", setting.value.len(), names) {
        findings.push(located(error, setting));
        return findings.fail();
    }
    for text in setting.value.iter().filter(|text| *text != "...") {
        match one("build.include", text, names) {
            Ok((pattern, matcher)) => {
                // A manifest stays as it is laid over, because Cargo loads it with the targets that are there.
                view.overlays
                    .retain(|path, _| path.file_name() == Some("Cargo.toml") || !matcher.covers(path));
                patterns.push(pattern);
            }
            Err(diagnostic) => findings.push(located(diagnostic, setting)),
        }
    }
    findings.finish(patterns)
}

/// The pattern `text` of the key `key`, normalised.
pub(super) fn pattern(key: &str, text: &str, names: &Tree) -> Result<String, Diagnostic> {
    one(key, text, names).map(|(pattern, _)| pattern)
}

/// Whether the normalised `pattern` names `path` or a directory that holds it.
pub(super) fn matches(pattern: &str, path: &RelPath) -> bool {
    PathPattern::new(pattern).is_ok_and(|pattern| pattern.covers(path))
}

/// One pattern, normalised, with what matches it.
fn one(key: &str, text: &str, names: &Tree) -> Result<(String, PathPattern), Diagnostic> {
    let wrong = |reason: String| {
        Diagnostic::error(format!("`{key}` value `{text}` {reason}"))
            .hint("Write a path or pattern from the root of the build context, such as `proto/**/*.proto`.")
    };
    let path = RelPath::new(text).map_err(|error| wrong(error.to_string()))?;
    if path.is_root() || text.starts_with('!') {
        return Err(wrong("names no file".to_owned()));
    }
    let pattern =
        PathPattern::new(path.as_str()).map_err(|error| wrong(format!("is no pattern: {error}")))?;
    let is_found =
        names.entries().any(|(path, entry)| !matches!(entry, Entry::Directory) && pattern.covers(path));
    if !is_found {
        return Err(wrong("matches no file of the build context".to_owned())
            .hint("Files that `.dockerignore` leaves out are not in it."));
    }
    Ok((path.as_str().to_owned(), pattern))
}

fn located(diagnostic: Diagnostic, setting: &Setting<Vec<String>>) -> Diagnostic {
    at(diagnostic, &setting.origin)
}

#[cfg(test)]
mod tests {
    use super::one;
    use crate::name::RelPath;
    use crate::tree::{Entry, Tree};

    #[test]
    fn patterns_must_match_a_file_of_the_context() {
        let mut names = Tree::default();
        names.insert(RelPath::new("a/b/c.sql").unwrap(), Entry::File { size: 1 });
        let found = |text: &str| one("include", text, &names).map(|(pattern, _)| pattern).ok();
        for (text, expected) in [
            ("a/b/c.sql", Some("a/b/c.sql")),
            ("./a/b/*.sql", Some("a/b/*.sql")),
            ("a", Some("a")),
            ("**/*.sql", Some("**/*.sql")),
            ("a/*.sql", None),
            ("../a", None),
            ("/a", None),
            (".", None),
            ("!a", None),
            ("a/[", None),
        ] {
            assert_eq!(found(text).as_deref(), expected, "{text}");
        }
    }
}
