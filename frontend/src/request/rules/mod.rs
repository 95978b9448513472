//! The rules of `--call=check`, one file each. `docs/checks.md` has a section for every one.

mod debug_profile;
mod floating_image;
mod ignored_input;
mod large_context;
mod loopback_bind;
mod missing_lockfile;
mod native_cpu;
mod nested_config;
mod password_in_url;
mod policy;
mod runs_as_root;
mod secret_in_env;
mod shared_namespace;

use std::collections::BTreeSet;

use super::facts::Facts;
use crate::diagnostic::Diagnostic;
use crate::name::RelPath;

pub use policy::Policy;

/// One rule.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// Its name, by which it is skipped.
    pub(super) name: &'static str,
    /// What it asks for, in a sentence.
    pub(super) description: &'static str,
    /// Finds what breaks it.
    check: fn(&Facts<'_>) -> Vec<Diagnostic>,
}

/// A place where a rule is broken.
pub(super) struct Violation {
    pub(super) rule: Rule,
    pub(super) diagnostic: Diagnostic,
}

/// All rules, by name.
const RULES: [Rule; 12] = [
    debug_profile::RULE,
    floating_image::RULE,
    ignored_input::RULE,
    large_context::RULE,
    loopback_bind::RULE,
    missing_lockfile::RULE,
    native_cpu::RULE,
    nested_config::RULE,
    password_in_url::RULE,
    runs_as_root::RULE,
    secret_in_env::RULE,
    shared_namespace::RULE,
];

/// The files that the rules look into and planning does not.
pub(super) fn wanted(facts: &Facts<'_>) -> BTreeSet<RelPath> {
    loopback_bind::wanted(facts)
}

/// Everything that breaks a rule, by file, line and rule.
pub(super) fn check(facts: &Facts<'_>, policy: &Policy) -> Vec<Violation> {
    let asked = RULES.into_iter().filter(|rule| !policy.skips(rule.name));
    let mut violations: Vec<Violation> = asked
        .flat_map(|rule| {
            (rule.check)(facts).into_iter().map(move |diagnostic| Violation { rule, diagnostic })
        })
        .collect();
    violations.sort_by(|one, other| one.diagnostic.span.cmp(&other.diagnostic.span));
    violations
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn rules_are_sorted_and_documented() {
        let docs = include_str!("../../../../docs/checks.md");
        assert!(RULES.windows(2).all(|pair| pair[0].name < pair[1].name));
        for rule in RULES {
            assert!(
                docs.contains(&format!("\n## {}\n", rule.name)),
                "{} is not in docs/checks.md",
                rule.name
            );
        }
    }
}
