//! What is kept in a target directory that outlives its step: who used what, and what it was made from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::history::History;
use crate::inputs::Inputs;
use crate::memory;
use crate::pinned::Sources;
use crate::stamp::Stamp;

/// Changes whenever an older directory must not be used.
const VERSION: u32 = 2;

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
    /// What the last runs used, and what they were given.
    pub(crate) history: History<Inputs>,
}

impl Index {
    /// The index of a directory in which nothing was compiled yet.
    pub(crate) fn new(clock: Stamp, environment: String) -> Self {
        let (sources, history) = (Sources::new(), History::default());
        Self { version: VERSION, clock, finished: true, environment, sources, history }
    }

    /// The place of the index in `target_dir`.
    pub(crate) fn path(target_dir: &Path) -> PathBuf {
        target_dir.join(".supercargo-index.json")
    }

    /// Reads the index of `target_dir`; nothing if it is missing, damaged or of another version.
    pub(crate) fn read(target_dir: &Path) -> Option<Self> {
        memory::read(&Self::path(target_dir)).filter(|index: &Self| index.version == VERSION)
    }

    /// Puts the index in place, whole or not at all.
    pub(crate) fn write(&self, target_dir: &Path) -> Result<(), Error> {
        memory::write(&Self::path(target_dir), self)
    }
}

#[cfg(test)]
mod tests {
    use super::Index;
    use crate::inputs::Inputs;
    use crate::stamp::Stamp;

    #[test]
    fn a_damaged_index_is_none() {
        let target = tempfile::tempdir().unwrap();
        assert!(Index::read(target.path()).is_none(), "missing");
        let mut index = Index::new(Stamp(1, 0), "x".to_owned());
        index.history.add(["a".to_owned()].into(), Inputs::default());
        index.write(target.path()).unwrap();
        assert_eq!(Index::read(target.path()).unwrap().history, index.history);
        let path = Index::path(target.path());
        let text = std::fs::read_to_string(&path).unwrap();
        for damaged in ["", "{}", &text[..text.len() / 2], &text.replace("\"version\":2", "\"version\":0")] {
            std::fs::write(&path, damaged).unwrap();
            assert!(Index::read(target.path()).is_none(), "{damaged}");
        }
    }
}
