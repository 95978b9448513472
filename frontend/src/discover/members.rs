//! `workspace.members` and its kin: patterns to directories, as Cargo expands them.

use std::collections::BTreeSet;

use cargo_util_schemas::manifest::TomlWorkspace;
use glob::Pattern;

use crate::name::{RelPath, RelPathError};
use crate::tree::Tree;

/// How many names of the build context the patterns of a workspace may look at. A context with as many is far larger
/// than any that is sent.
const MAX_LOOKS: usize = 1_000_000;

/// Why a pattern cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PatternError {
    /// It is not a pattern.
    Syntax(String),
    /// It leads out of the build context.
    Path(RelPathError),
    /// The patterns look at more names than this.
    Limit(usize),
}

/// Expands the patterns of one workspace.
#[derive(Debug)]
pub(crate) struct Patterns<'a> {
    tree: &'a Tree,
    /// How many names may still be looked at.
    looks: usize,
}

impl<'a> Patterns<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        Self { tree, looks: MAX_LOOKS }
    }

    /// The directories that `pattern` names; a pattern that matches nothing names itself, so that the error speaks
    /// of it. Files that match are left out, as Cargo does for the droppings of file managers.
    pub(crate) fn expand(&mut self, pattern: &str) -> Result<Vec<RelPath>, PatternError> {
        let itself = || RelPath::new(pattern).map_err(PatternError::Path);
        if !pattern.contains(['*', '?', '[']) {
            let path = itself()?;
            return Ok(if self.tree.is_file(&path) { Vec::new() } else { vec![path] });
        }
        let mut parts: Vec<&str> =
            pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        // A second `**` in a row names nothing more.
        parts.dedup_by(|part, before| *part == "**" && *before == "**");
        let mut found = BTreeSet::from([RelPath::root()]);
        for part in parts {
            found = self.step(found, part)?;
        }
        if found.is_empty() {
            return Ok(vec![itself()?]);
        }
        Ok(found.into_iter().filter(|path| self.tree.is_directory(path)).collect())
    }

    fn step(&mut self, from: BTreeSet<RelPath>, part: &str) -> Result<BTreeSet<RelPath>, PatternError> {
        if part == ".." || !part.contains(['*', '?', '[']) {
            self.look(from.len())?;
            return from
                .iter()
                .map(|path| path.join(part).map_err(PatternError::Path))
                .filter(|path| path.as_ref().map_or(true, |path| self.tree.entry(path).is_some()))
                .collect();
        }
        if part == "**" {
            return self.below(from);
        }
        let pattern = Pattern::new(part).map_err(|error| PatternError::Syntax(error.to_string()))?;
        let mut found = BTreeSet::new();
        for path in from {
            let names = self.children(&path)?;
            found.extend(names.filter(|name| pattern.matches(name)).filter_map(|name| path.join(name).ok()));
        }
        Ok(found)
    }

    /// `from` and every directory below, links not followed as `glob` does not for `**`.
    fn below(&mut self, from: BTreeSet<RelPath>) -> Result<BTreeSet<RelPath>, PatternError> {
        let mut open = Vec::from_iter(from);
        let mut found = BTreeSet::new();
        while let Some(path) = open.pop() {
            if found.contains(&path) {
                continue;
            }
            let tree = self.tree;
            let children = self.children(&path)?.filter_map(|name| path.join(name).ok());
            open.extend(children.filter(|child| tree.is_directory(child) && !tree.is_link(child)));
            found.insert(path);
        }
        Ok(found)
    }

    fn children(&mut self, path: &RelPath) -> Result<impl Iterator<Item = &'a str> + use<'a>, PatternError> {
        let names = self.tree.children(path);
        self.look(names.len() + 1)?;
        Ok(names.into_iter())
    }

    fn look(&mut self, count: usize) -> Result<(), PatternError> {
        self.looks = self.looks.checked_sub(count).ok_or(PatternError::Limit(MAX_LOOKS))?;
        Ok(())
    }
}

/// The `members` and `exclude` of a workspace as paths, by which Cargo excludes directories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exclusion {
    members: BTreeSet<RelPath>,
    exclude: BTreeSet<RelPath>,
}

impl Exclusion {
    pub(crate) fn of(workspace: &TomlWorkspace) -> Self {
        let paths = |list: &Option<Vec<String>>| {
            list.iter().flatten().filter_map(|path| RelPath::new(path).ok()).collect()
        };
        Self { members: paths(&workspace.members), exclude: paths(&workspace.exclude) }
    }

    /// True if `dir` is kept out of the workspace by `exclude` and not brought back by `members`.
    pub(crate) fn excludes(&self, dir: &RelPath) -> bool {
        let is_in = |list: &BTreeSet<RelPath>| !list.is_empty() && dir.within_any(|dir| list.contains(dir));
        is_in(&self.exclude) && !is_in(&self.members)
    }
}

#[cfg(test)]
mod tests {
    use super::{Exclusion, MAX_LOOKS, PatternError, Patterns};
    use crate::name::RelPath;
    use crate::tree::{Entry, Tree};

    fn check(pattern: &str, expected: &[&str]) {
        let mut tree = Tree::default();
        for file in
            ["crates/a/Cargo.toml", "crates/b/Cargo.toml", "crates/.idea/x", "crates/README", "x/y/z/f"]
        {
            tree.insert(RelPath::new(file).unwrap(), Entry::File { size: 0 });
        }
        let found: Vec<_> =
            Patterns::new(&tree).expand(pattern).unwrap().iter().map(ToString::to_string).collect();
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
        check("**/**/x/**/**/?", &["x/y", "x/y/z"]);
        check("x/../crates/?", &["crates/a", "crates/b"]);
    }

    #[test]
    fn a_listed_member_comes_back_from_an_excluded_parent() {
        let dir = RelPath::new("crates/a").unwrap();
        let excludes = |members: &[&str], exclude: &[&str]| {
            let paths = |list: &[&str]| list.iter().map(|path| RelPath::new(path).unwrap()).collect();
            Exclusion { members: paths(members), exclude: paths(exclude) }.excludes(&dir)
        };
        assert!(excludes(&[], &["crates"]) && excludes(&[], &["."]));
        assert!(!excludes(&["crates/a"], &["crates"]));
        assert!(!excludes(&[], &[]) && !excludes(&[], &["crates/ab"]));
    }

    #[test]
    fn patterns_look_at_so_many_names_and_no_more() {
        let mut tree = Tree::default();
        for number in 0..1_000 {
            tree.insert(RelPath::new(&format!("a/{number}/b")).unwrap(), Entry::File { size: 0 });
        }
        let pattern = "**/*/../".repeat(MAX_LOOKS / 1_000);
        let error = Patterns::new(&tree).expand(&pattern).unwrap_err();
        assert_eq!(error, PatternError::Limit(MAX_LOOKS));
    }
}
