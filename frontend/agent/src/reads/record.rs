//! What is known of one unit.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What the processes looked at that worked for one unit. Paths are below the sources, as the ledger spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The name of its package.
    pub(crate) package: String,
    /// The directory of its package; nothing if that is not in the sources.
    pub(crate) directory: Option<String>,
    /// Files that were opened, directories that were listed, links that were followed.
    pub(crate) opened: BTreeSet<String>,
    /// What was only asked for: whether it is there, what it is, and how large.
    pub(crate) asked: BTreeSet<String>,
    /// Other units that were opened.
    pub(crate) units: BTreeSet<String>,
    /// What was written, made or removed.
    #[serde(skip)]
    pub(crate) written: BTreeSet<String>,
    /// True if it may have looked at anything.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) blind: bool,
    /// True if it looked at or made something that no context brings.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) always: bool,
}

impl Record {
    /// Adds what another process looked at.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.package.is_empty() {
            self.package.clone_from(&other.package);
        }
        self.directory = self.directory.take().or_else(|| other.directory.clone());
        for (own, others) in [
            (&mut self.opened, &other.opened),
            (&mut self.asked, &other.asked),
            (&mut self.units, &other.units),
            (&mut self.written, &other.written),
        ] {
            own.extend(others.iter().cloned());
        }
        self.blind |= other.blind;
        self.always |= other.always;
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
