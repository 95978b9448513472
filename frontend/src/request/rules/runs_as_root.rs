//! `RunsAsRoot`.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "RunsAsRoot",
    description: "Run the program as a user without rights over the container",
    check,
};

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let Some(setting) = facts.selected.and_then(|(_, config)| config.user.as_ref()) else {
        return Vec::new();
    };
    let user = setting.value.split(':').next().unwrap_or_default();
    if !matches!(user, "0" | "root") {
        return Vec::new();
    }
    let warning = Diagnostic::warning(format!("`image.user` value `{}` is root", setting.value))
        .hint("Leave `user` out for `65532:65532`. A port below 1024 needs no root in a container.");
    vec![match setting.origin.span() {
        Some(span) => warning.at(span.clone()),
        None => warning,
    }]
}
