//! Which units the last runs used, so that what none of them used can go.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

/// How many different selections of units are remembered. Branches, features and lockfiles that alternate keep what
/// they need; an edit of a source selects the same units as before and pushes nothing out.
const REMEMBERED: usize = 8;

/// The last different selections, the newest first, each with what the run that made it last was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct History<T>(VecDeque<(BTreeSet<String>, T)>);

impl<T> History<T> {
    /// Takes note of a run that ended well, was given `inputs` and used `units`.
    pub(crate) fn add(&mut self, units: BTreeSet<String>, inputs: T) {
        self.0.retain(|(earlier, _)| *earlier != units);
        self.0.push_front((units, inputs));
        self.0.truncate(REMEMBERED);
    }

    /// True if a remembered run used `unit`.
    pub(crate) fn keeps(&self, unit: &str) -> bool {
        self.0.iter().any(|(units, _)| units.contains(unit))
    }

    /// What the remembered runs were given, the newest first.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, inputs)| inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::{History, REMEMBERED};

    #[test]
    fn what_alternates_stays_and_what_is_not_used_goes() {
        let mut history = History::default();
        let mut used = |name: usize, inputs: usize| {
            history.add(["shared".to_owned(), name.to_string()].into(), inputs);
            history.clone()
        };
        for round in 0..100 {
            for name in 0..REMEMBERED {
                used(name, round);
            }
        }
        let history = used(REMEMBERED, 0);
        assert!(!history.keeps("0"), "the oldest of one too many");
        assert!((1..=REMEMBERED).all(|name| history.keeps(&name.to_string())));
        assert!(history.keeps("shared"));
        assert_eq!(history.inputs().collect::<Vec<_>>(), [&0, &99, &99, &99, &99, &99, &99, &99]);
    }
}
