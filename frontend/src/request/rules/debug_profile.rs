//! `DebugProfile`.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;

pub(super) const RULE: Rule =
    Rule { name: "DebugProfile", description: "Ship what an optimising profile compiles", check };

/// Cargo's profiles that compile without optimisation.
const UNOPTIMISED: [&str; 2] = ["dev", "test"];

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let setting = facts.selected.and_then(|(_, config)| config.profile.as_ref());
    let Some(setting) = setting.filter(|setting| UNOPTIMISED.contains(&setting.value.as_str())) else {
        return Vec::new();
    };
    let warning = Diagnostic::warning(format!("the image is compiled with the profile `{}`", setting.value))
        .hint("Leave `profile` out for `release`, or give it for one build by `--build-arg PROFILE=…`.");
    vec![match setting.origin.span() {
        Some(span) => warning.at(span.clone()),
        None => warning,
    }]
}
