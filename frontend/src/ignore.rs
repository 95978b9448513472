//! `.dockerignore`: which files of the context are never sent.
//!
//! The patterns are matched by the client, so this only reads the file as Docker reads it and adds what no build of a
//! Rust project wants.

/// What stays out even without an ignore file, because no crate is made of it: build output, history, packages of
/// other tools. A pattern of the user's may bring it back with `!`.
///
/// Only the topmost `target`: deeper ones may be modules of that name.
const DEBRIS: [&str; 7] = ["target", "**/.git", ".jj", ".hg", ".svn", "**/node_modules", "**/.DS_Store"];

/// The exclude patterns for the context's local source, in the order in which they apply.
///
/// Source: `moby/patternmatcher/ignorefile`: `#` comments, `!` for exceptions, paths cleaned and relative to the
/// context's root. Later patterns win over earlier ones.
#[must_use]
pub fn patterns(ignore_file: Option<&str>) -> Vec<String> {
    DEBRIS.into_iter().map(str::to_owned).chain(user_patterns(ignore_file)).collect()
}

/// The user's patterns alone, for a directory that need not be a project.
#[must_use]
pub fn user_patterns(ignore_file: Option<&str>) -> Vec<String> {
    let text = ignore_file.unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let user = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let line = line.trim();
        let (exception, pattern) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest.trim()));
        let pattern = format!("{exception}{}", clean(pattern));
        // An exception of nothing, which the builder refuses.
        (!matches!(pattern.as_str(), "" | "!")).then_some(pattern)
    });
    user.collect()
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
    use super::{DEBRIS, patterns, user_patterns};

    #[test]
    fn debris_stays_out_without_a_file() {
        assert_eq!(patterns(None), DEBRIS);
    }

    #[test]
    fn the_file_is_read_as_docker_reads_it() {
        let text = "\u{feff}# comment\n\n  /docs/  \n!./docs/keep.md\na/../b\n! x\n#not\n";
        let user = ["docs", "!docs/keep.md", "b", "!x"];
        assert_eq!(user_patterns(Some(text)), user);
        assert!(user_patterns(Some("!\n! /\na/../!\n")).is_empty());
        assert_eq!(patterns(Some(text)), [DEBRIS.as_slice(), &user].concat());
    }
}
