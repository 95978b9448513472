//! `LargeContext`.

use std::collections::BTreeMap;

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;
use crate::tree::Entry;

/// How much a context may hold without anybody having said what stays out of it, in MiB.
const LIMIT: u64 = 64;

pub(super) const RULE: Rule = Rule {
    name: "LargeContext",
    description: "Say in .dockerignore what of a large folder is no source",
    check,
};

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    if facts.tree.ignore_file().exists() {
        return Vec::new();
    }
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for (path, entry) in facts.tree.entries() {
        if let (Entry::File { size }, Some(top)) = (entry, path.parts().next()) {
            *sizes.entry(top).or_default() += size;
        }
    }
    let total: u64 = sizes.values().sum::<u64>() >> 20;
    if total < LIMIT {
        return Vec::new();
    }
    let mut largest: Vec<_> = sizes.into_iter().collect();
    largest.sort_by_key(|(name, size)| (std::cmp::Reverse(*size), *name));
    let largest: Vec<String> =
        largest.into_iter().take(3).map(|(name, size)| format!("`{name}` has {} MiB", size >> 20)).collect();
    vec![
        Diagnostic::warning(format!("the build context has {total} MiB and no `.dockerignore`"))
            .hint(format!("{}.", largest.join(", "))),
    ]
}
