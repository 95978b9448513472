//! `workspace.members` and its kin: patterns to directories, as Cargo expands them.

use std::collections::BTreeSet;

use glob::Pattern;

use crate::name::{RelPath, RelPathError};
use crate::tree::Tree;

/// Why a pattern cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PatternError {
    /// It is not a pattern.
    Syntax(String),
    /// It leads out of the build context.
    Path(RelPathError),
}

/// The directories that `pattern` names; a pattern that matches nothing names itself, so that the error speaks
/// of it. Files that match are left out, as Cargo does for the droppings of file managers.
pub(crate) fn expand(tree: &Tree, pattern: &str) -> Result<Vec<RelPath>, PatternError> {
    if !pattern.contains(['*', '?', '[']) {
        let path = RelPath::new(pattern).map_err(PatternError::Path)?;
        return Ok(if tree.is_file(&path) { Vec::new() } else { vec![path] });
    }
    let mut found = BTreeSet::from([RelPath::root()]);
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        found = step(tree, &found, part)?;
    }
    let any = !found.is_empty();
    let directories: Vec<_> = found.into_iter().filter(|path| tree.is_directory(path)).collect();
    if any {
        Ok(directories)
    } else {
        RelPath::new(pattern).map(|path| vec![path]).map_err(PatternError::Path)
    }
}

fn step(tree: &Tree, from: &BTreeSet<RelPath>, part: &str) -> Result<BTreeSet<RelPath>, PatternError> {
    if part == ".." || !part.contains(['*', '?', '[']) {
        return from
            .iter()
            .map(|path| path.join(part).map_err(PatternError::Path))
            .filter(|path| path.as_ref().map_or(true, |path| tree.entry(path).is_some()))
            .collect();
    }
    if part == "**" {
        return Ok(from.iter().flat_map(|path| below(tree, path)).collect());
    }
    let pattern = Pattern::new(part).map_err(|error| PatternError::Syntax(error.to_string()))?;
    let mut found = BTreeSet::new();
    for path in from {
        let names = tree.children(path).into_iter().filter(|name| pattern.matches(name));
        found.extend(names.filter_map(|name| path.join(name).ok()));
    }
    Ok(found)
}

/// `path` and every directory below it, links not followed as `glob` does not for `**`.
fn below(tree: &Tree, path: &RelPath) -> Vec<RelPath> {
    let mut found = vec![path.clone()];
    for name in tree.children(path) {
        let Ok(child) = path.join(name) else { continue };
        if tree.is_directory(&child) && !tree.is_link(&child) {
            found.extend(below(tree, &child));
        }
    }
    found
}

/// True if `dir` is kept out of the workspace by `exclude` and not brought back by `members`.
pub(crate) fn is_excluded(dir: &RelPath, members: &[String], exclude: &[String]) -> bool {
    let holds = |list: &[String]| {
        list.iter().filter_map(|path| RelPath::new(path).ok()).any(|path| dir.is_within(&path))
    };
    holds(exclude) && !holds(members)
}

#[cfg(test)]
mod tests {
    use super::{expand, is_excluded};
    use crate::name::RelPath;
    use crate::tree::{Entry, Tree};

    fn check(pattern: &str, expected: &[&str]) {
        let mut tree = Tree::default();
        for file in
            ["crates/a/Cargo.toml", "crates/b/Cargo.toml", "crates/.idea/x", "crates/README", "x/y/z/f"]
        {
            tree.insert(RelPath::new(file).unwrap(), Entry::File { size: 0 });
        }
        let found: Vec<_> = expand(&tree, pattern).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{pattern}");
    }

    #[test]
    fn patterns_expand_as_in_cargo() {
        check("crates/a", &["crates/a"]);
        check("crates/missing", &["crates/missing"]);
        check("crates/*", &["crates/.idea", "crates/a", "crates/b"]);
        check("./crates/[ab]", &["crates/a", "crates/b"]);
        check("crates/q*", &["crates/q*"]);
        check("crates/README", &[]);
        check("x/**", &["x", "x/y", "x/y/z"]);
        check("x/../crates/?", &["crates/a", "crates/b"]);
    }

    #[test]
    fn a_listed_member_comes_back_from_an_excluded_parent() {
        let dir = RelPath::new("crates/a").unwrap();
        let [none, parent, listed] = [vec![], vec!["crates".to_owned()], vec!["crates/a".to_owned()]];
        assert!(is_excluded(&dir, &none, &parent));
        assert!(!is_excluded(&dir, &listed, &parent));
        assert!(!is_excluded(&dir, &none, &none));
    }
}
