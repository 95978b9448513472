//! What is kept in a target directory that outlives its step: who used what, and what it was made from.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::inputs::Inputs;
use crate::ledger;
use crate::pinned::Sources;
use crate::stamp::Stamp;

/// Changes whenever an older directory must not be used.
const VERSION: u32 = 1;

/// So many different sets of dependencies stay. What none of the last ones used leaves the directory.
const KEPT: usize = 8;

/// The index of one target directory. One that cannot be read makes the directory worthless: that costs a compile and
/// is never wrong.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    version: u32,
    /// No file of the directory was written after this time, once `finished` is true.
    pub(crate) clock: Stamp,
    /// False from before cargo starts until a run ended well.
    pub(crate) finished: bool,
    /// Digest of the variables that cargo's configuration sets, which build scripts may read without saying so.
    pub(crate) environment: String,
    /// The user's own files that something here was made from.
    pub(crate) sources: Sources,
    /// The last runs that ended well, each with another set of dependencies, the latest last.
    pub(crate) runs: VecDeque<Run>,
}

/// One run that ended well.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The keys of its units.
    pub(crate) units: BTreeSet<String>,
    pub(crate) inputs: Inputs,
}

impl Index {
    /// The index of a directory in which nothing was compiled yet.
    pub(crate) fn new(clock: Stamp, environment: String) -> Self {
        let (sources, runs) = (Sources::new(), VecDeque::new());
        Self { version: VERSION, clock, finished: true, environment, sources, runs }
    }

    /// The place of the index in `target_dir`.
    pub(crate) fn path(target_dir: &Path) -> PathBuf {
        target_dir.join(".supercargo-index.json")
    }

    /// Reads the index of `target_dir`; nothing if it is missing, damaged or of another version.
    pub(crate) fn read(target_dir: &Path) -> Option<Self> {
        let index: Self = serde_json::from_slice(&fs::read(Self::path(target_dir)).ok()?).ok()?;
        (index.version == VERSION).then_some(index)
    }

    /// Puts the index in place, whole or not at all.
    pub(crate) fn write(&self, target_dir: &Path) -> Result<(), Error> {
        let path = Self::path(target_dir);
        let text = serde_json::to_vec(self).map_err(|source| Error::Json { path: path.clone(), source })?;
        let new = ledger::beside(&path);
        fs::write(&new, text).map_err(Error::file("write", &new))?;
        fs::rename(&new, &path).map_err(Error::file("replace", &path))
    }

    /// Adds a run that ended well. An earlier one of the same units gives way to it.
    pub(crate) fn add(&mut self, run: Run) {
        self.runs.retain(|known| known.units != run.units);
        self.runs.push_back(run);
        while self.runs.len() > KEPT {
            self.runs.pop_front();
        }
    }

    /// The keys of all units that stay.
    pub(crate) fn kept(&self) -> BTreeSet<String> {
        self.runs.iter().flat_map(|run| &run.units).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Index, KEPT, Run};
    use crate::inputs::Inputs;
    use crate::stamp::Stamp;

    fn run(unit: &str) -> Run {
        Run { units: BTreeSet::from([unit.to_owned()]), inputs: Inputs::default() }
    }

    #[test]
    fn the_last_sets_stay_and_a_set_counts_once() {
        let mut index = Index::new(Stamp(1, 0), String::new());
        for unit in ["a", "b", "a", "c"] {
            index.add(run(unit));
        }
        let units: Vec<String> = index.runs.iter().flat_map(|run| run.units.clone()).collect();
        assert_eq!(units, ["b", "a", "c"]);
        for number in 0..KEPT - 1 {
            index.add(run(&number.to_string()));
        }
        let kept = index.kept();
        assert!(kept.contains("c") && !kept.contains("a") && kept.len() == KEPT, "{kept:?}");
    }

    #[test]
    fn a_damaged_index_is_none() {
        let target = tempfile::tempdir().unwrap();
        assert!(Index::read(target.path()).is_none(), "missing");
        let mut index = Index::new(Stamp(1, 0), "x".to_owned());
        index.add(run("a"));
        index.write(target.path()).unwrap();
        assert_eq!(Index::read(target.path()).unwrap().runs, index.runs);
        let path = Index::path(target.path());
        let text = std::fs::read_to_string(&path).unwrap();
        for damaged in ["", "{}", &text[..text.len() / 2], &text.replace("\"version\":1", "\"version\":0")] {
            std::fs::write(&path, damaged).unwrap();
            assert!(Index::read(target.path()).is_none(), "{damaged}");
        }
    }
}
