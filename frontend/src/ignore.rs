//! `.dockerignore`: which files of the context are never sent.
//!
//! The patterns are matched by the client, so this only reads the file as Docker reads it and adds what no build of a
//! Rust project wants.

/// Build debris that stays out even without an ignore file. A pattern of the user's may bring it back with `!`.
const DEBRIS: [&str; 2] = ["target", ".git"];

/// The exclude patterns for the context's local source, in the order in which they apply.
///
/// Source: `moby/patternmatcher/ignorefile`: `#` comments, `!` for exceptions, paths cleaned and relative to the
/// context's root. Later patterns win over earlier ones.
#[must_use]
pub fn patterns(ignore_file: Option<&str>) -> Vec<String> {
    let text = ignore_file.unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let user = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let line = line.trim();
        let (exception, pattern) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest.trim()));
        let pattern = clean(pattern);
        (!pattern.is_empty()).then(|| format!("{exception}{pattern}"))
    });
    DEBRIS.into_iter().map(str::to_owned).chain(user).collect()
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
    use super::patterns;

    #[test]
    fn debris_stays_out_without_a_file() {
        assert_eq!(patterns(None), ["target", ".git"]);
    }

    #[test]
    fn the_file_is_read_as_docker_reads_it() {
        let text = "\u{feff}# comment\n\n  /docs/  \n!./docs/keep.md\na/../b\n! x\n#not\n";
        assert_eq!(patterns(Some(text)), ["target", ".git", "docs", "!docs/keep.md", "b", "!x"]);
    }
}
