//! `SharedNamespace`.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;

pub(super) const RULE: Rule =
    Rule { name: "SharedNamespace", description: "Name the cache mounts after more than a package", check };

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let caches = facts.plan.map(|plan| &plan.caches);
    if caches.is_none_or(|caches| !caches.has_mounts || !caches.are_named_after_packages) {
        return Vec::new();
    }
    vec![
        Diagnostic::warning(
            "other projects of this builder whose packages have the same names share the cache mounts of this one",
        )
        .hint("Set `cache.namespace`, or `repository` in the manifest. In a git clone with a remote, the client tells that."),
    ]
}
