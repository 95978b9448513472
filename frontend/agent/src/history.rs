//! Which units the last builds used, so that what none of them used can go.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

/// How many different selections of units are remembered. Branches, features and lockfiles that alternate keep what
/// they need; an edit of a source selects the same units as before and pushes nothing out.
const REMEMBERED: usize = 8;

/// The last different selections, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct History(VecDeque<BTreeSet<String>>);

impl History {
    /// Takes note of a build that used the units `hashes`.
    pub(crate) fn used(&mut self, hashes: BTreeSet<String>) {
        self.0.retain(|earlier| *earlier != hashes);
        self.0.push_front(hashes);
        self.0.truncate(REMEMBERED);
    }

    /// True if a remembered build used the unit `hash`.
    pub(crate) fn keeps(&self, hash: &str) -> bool {
        self.0.iter().any(|hashes| hashes.contains(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::{History, REMEMBERED};

    #[test]
    fn what_alternates_stays_and_what_is_not_used_goes() {
        let mut history = History::default();
        let mut used = |names: &[String]| {
            history.used(names.iter().cloned().collect());
            history.clone()
        };
        let of = |name: usize| ["shared".to_owned(), name.to_string()];
        for _ in 0..100 {
            for name in 0..REMEMBERED {
                used(&of(name));
            }
        }
        let history = used(&of(REMEMBERED));
        assert!(!history.keeps("0"), "the oldest of one too many");
        assert!((1..=REMEMBERED).all(|name| history.keeps(&name.to_string())));
        assert!(history.keeps("shared"));
    }
}
