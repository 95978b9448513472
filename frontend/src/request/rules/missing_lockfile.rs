//! `MissingLockfile`.

use super::Rule;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;
use crate::project::LOCK;
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
    let manifest = RelPath::new("Cargo.toml").unwrap_or_default();
    vec![
        Diagnostic::warning("the project has no `Cargo.lock`, so each new build may get other versions")
            .at(Span::line(manifest, 1))
            .hint(format!("Run `{LOCK}` or `cargo generate-lockfile`, and commit Cargo.lock.")),
    ]
}
