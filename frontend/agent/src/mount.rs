//! What a target directory remembers of the builds in it, beside the ledger of the sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::circumstances::Circumstances;
use crate::error::Error;
use crate::history::History;
use crate::ledger::key;
use crate::memory;

/// Changes whenever an older memory must not be believed.
const VERSION: u32 = 2;

/// The memory of one target directory. Without it, nothing of the user's own in the directory is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mount {
    version: u32,
    /// What the artifacts of dependencies held that local crates here were compiled against, by path. Names of earlier
    /// dependency layers stay for as long as crates that were compiled against them may still be here.
    pub(crate) contents: BTreeMap<String, String>,
    /// Dependencies that are copies because a link would not do, by path, with what they are copies of.
    pub(crate) copies: BTreeMap<String, String>,
    /// True once cargo compiled dependencies here itself: local crates may hold on to those.
    pub(crate) mixed: bool,
    /// Which units the last builds used.
    pub(crate) history: History<()>,
    /// What the last build was given beside its sources.
    pub(crate) circumstances: Option<Circumstances>,
}

impl Mount {
    /// Of a directory in which nothing was built.
    pub(crate) fn new() -> Self {
        Self {
            version: VERSION,
            contents: BTreeMap::new(),
            copies: BTreeMap::new(),
            mixed: false,
            history: History::default(),
            circumstances: None,
        }
    }

    /// Reads the memory of `target_dir`; nothing if it is missing, damaged or of another version.
    pub(crate) fn read(target_dir: &Path) -> Option<Self> {
        memory::read(&file(target_dir)).filter(|mount: &Self| mount.version == VERSION)
    }

    /// Puts the memory in place, whole or not at all.
    pub(crate) fn write(&self, target_dir: &Path) -> Result<(), Error> {
        memory::write(&file(target_dir), self)
    }

    /// True if `path` in `target_dir` is a copy in place of a link.
    pub(crate) fn is_copy(&self, target_dir: &Path, path: &Path) -> bool {
        path.strip_prefix(target_dir).is_ok_and(|path| self.copies.contains_key(&key(path)))
    }
}

fn file(target_dir: &Path) -> PathBuf {
    target_dir.join(".supercargo-mount.json")
}

#[cfg(test)]
mod tests {
    use super::{Mount, file};

    #[test]
    fn what_is_written_is_read_and_damage_is_nothing() {
        let target = tempfile::tempdir().unwrap();
        assert_eq!(Mount::read(target.path()), None, "missing");
        let mut mount = Mount::new();
        mount.contents.insert("release/deps/liba-0.rlib".to_owned(), "00".to_owned());
        mount.write(target.path()).unwrap();
        assert_eq!(Mount::read(target.path()), Some(mount));
        let text = std::fs::read_to_string(file(target.path())).unwrap();
        for damaged in ["", "{}", &text[..text.len() / 2], &text.replace("\"version\":2", "\"version\":0")] {
            std::fs::write(file(target.path()), damaged).unwrap();
            assert_eq!(Mount::read(target.path()), None, "{damaged}");
        }
    }
}
