//! Patterns of paths, matched name by name: a star stays within one name, and `**` stands for any number of directories.
//!
//! The `glob` crate tries every division of a path among several stars, which takes years for some; of a single name it
//! does not.

use glob::{Pattern, PatternError};

use crate::diagnostic::Diagnostic;
use crate::name::RelPath;
use crate::tree::Tree;

/// How many names all patterns of one key may be compared with.
const MAX_COMPARISONS: usize = 20_000_000;

/// One pattern.
pub(crate) struct PathPattern(Vec<Part>);

enum Part {
    /// `**`.
    Any,
    One(Pattern),
}

impl PathPattern {
    /// Reads `text`. The position of an error counts characters of the whole text.
    pub(crate) fn new(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut start = 0;
        for part in text.split('/') {
            match part {
                "**" if matches!(parts.last(), Some(Part::Any)) => {}
                "**" => parts.push(Part::Any),
                _ => parts.push(Part::One(
                    Pattern::new(part).map_err(|error| PatternError { pos: start + error.pos, ..error })?,
                )),
            }
            start += part.chars().count() + 1;
        }
        Ok(Self(parts))
    }

    /// True if a pattern without `**` matches the path.
    pub(crate) fn matches(&self, path: &RelPath) -> bool {
        self.0.len() == path.parts().count() && self.covers(path)
    }

    /// True if the pattern matches the path or a directory that holds it.
    pub(crate) fn covers(&self, path: &RelPath) -> bool {
        let names: Vec<&str> = path.parts().collect();
        let (mut part, mut name) = (0, 0);
        // Where to go on if the names after the last `**` do not fit: one name further on.
        let mut retry = None;
        while let Some(text) = names.get(name) {
            match self.0.get(part) {
                None => return true,
                Some(Part::Any) => {
                    part += 1;
                    retry = Some((part, name));
                }
                Some(Part::One(pattern)) if pattern.matches(text) => (part, name) = (part + 1, name + 1),
                Some(Part::One(_)) => {
                    let Some((after, from)) = retry else { return false };
                    (part, name) = (after, from + 1);
                    retry = Some((part, name));
                }
            }
        }
        part == self.0.len()
    }
}

/// What is wrong with a key that has so many patterns for the names of the build context.
pub(crate) fn too_many(key: &str, patterns: usize, names: &Tree) -> Option<Diagnostic> {
    let count = names.entries().len();
    (patterns.saturating_mul(count) > MAX_COMPARISONS).then(|| {
        Diagnostic::error(format!(
            "`{key}` has {patterns} patterns for {count} names in the build context, which is more than the limit of \
             {MAX_COMPARISONS} comparisons"
        ))
        .hint("Name directories instead of files, or leave files out with `.dockerignore`.")
    })
}

#[cfg(test)]
mod tests {
    use super::{PathPattern, too_many};
    use crate::name::RelPath;
    use crate::tree::{Entry, Tree};

    #[test]
    fn patterns_cover_what_they_match_and_what_lies_below() {
        for (pattern, path, expected) in [
            ("a", "a", true),
            ("a", "a/b/c", true),
            ("a/b", "a", false),
            ("*.sql", "a/x.sql", false),
            ("**/*.sql", "x.sql", true),
            ("**/*.sql", "a/b/x.sql", true),
            ("**/**/*.sql", "a/b/x.txt", false),
            ("a/**", "a", false),
            ("a/**", "a/b", true),
            ("a/**/c", "a/c", true),
            ("a/**/b/**/c", "a/b/x/b/y/c", true),
            ("a/**/b/*/c", "a/b/x/b/y/d", false),
            ("a/[xy]?", "a/x1", true),
            ("a/.*", "a/.b", true),
        ] {
            let path = RelPath::new(path).unwrap();
            assert_eq!(PathPattern::new(pattern).unwrap().covers(&path), expected, "{pattern} {path}");
        }
        let pattern = PathPattern::new("*/*.sql").unwrap();
        assert!(pattern.matches(&RelPath::new("a/b.sql").unwrap()));
        assert!(!pattern.matches(&RelPath::new("a/b.sql/c").unwrap()));
        assert_eq!(PathPattern::new("ab/c[").err().map(|error| error.pos), Some(4));
    }

    #[test]
    fn many_stars_take_no_time() {
        let path = RelPath::new(&format!("{}/x/{}", "a".repeat(100), "a/".repeat(100))).unwrap();
        for pattern in
            [format!("{}b/x", "*a".repeat(40)), "**/a*/".repeat(50) + "b", "*a/**/".repeat(50) + "b"]
        {
            assert!(!PathPattern::new(&pattern).unwrap().covers(&path), "{pattern}");
        }
    }

    #[test]
    fn the_limit_is_named() {
        let mut names = Tree::default();
        names.insert(RelPath::new("a").unwrap(), Entry::File { size: 1 });
        assert!(too_many("build.include", 20_000_000, &names).is_none());
        let error = too_many("build.include", 20_000_001, &names).unwrap();
        assert!(error.message.contains("limit of 20000000"), "{}", error.message);
    }
}
