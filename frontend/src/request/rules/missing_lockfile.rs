//! `MissingLockfile`.

use super::Rule;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;
use crate::plan::lock::missing_lockfile;
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "MissingLockfile",
    description: "Commit Cargo.lock, so that equal sources give equal programs",
    check,
};

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let locked = facts.selected.and_then(|(_, config)| config.locked.as_ref());
    if facts.project.lockfile.is_some() || locked.is_some_and(|setting| !setting.value) {
        return Vec::new();
    }
    let path = |name: &str| RelPath::new(name).unwrap_or_default();
    let excluded = facts.tree.ignore_file().excluded(&path("Cargo.lock"));
    let span = excluded.map_or_else(|| Span::line(path("Cargo.toml"), 1), |excluded| excluded.span);
    vec![
        Diagnostic::warning("the project has no `Cargo.lock`, so each new build may get other versions")
            .at(span)
            .hint(missing_lockfile(facts.tree)),
    ]
}
