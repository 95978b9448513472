//! What a target directory remembers of the builds in it, beside the ledger of the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::circumstances::Circumstances;
use crate::error::Error;
use crate::history::History;
use crate::ledger::beside;

/// Changes whenever an older memory must not be believed.
const VERSION: u32 = 1;

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
    pub(crate) history: History,
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
        let mount: Self = serde_json::from_slice(&fs::read(file(target_dir)).ok()?).ok()?;
        (mount.version == VERSION).then_some(mount)
    }

    /// Puts the memory in place, whole or not at all.
    pub(crate) fn write(&self, target_dir: &Path) -> Result<(), Error> {
        let path = file(target_dir);
        let text = serde_json::to_vec(self).map_err(|source| Error::Json { path: path.clone(), source })?;
        let new = beside(&path);
        fs::write(&new, text).map_err(Error::file("write", &new))?;
        fs::rename(&new, &path).map_err(Error::file("replace", &path))
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
        for damaged in ["", "{}", &text[..text.len() / 2], &text.replace("\"version\":1", "\"version\":0")] {
            std::fs::write(file(target.path()), damaged).unwrap();
            assert_eq!(Mount::read(target.path()), None, "{damaged}");
        }
    }
}
