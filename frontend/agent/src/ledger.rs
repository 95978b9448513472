//! The ledger: what each source file held at the last compile, and which modification time it was given.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::memory;
use crate::stamp::Stamp;

/// Changes whenever an older ledger must not be believed.
const VERSION: u32 = 1;

/// Describes the sources of the last compile in the target directory that it is kept with, and of no other.
///
/// What is not in it, or cannot be read, counts as new: that costs a compile and is never wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    version: u32,
    /// No file of the target directory was written after this time, once `finished` is true.
    pub(crate) clock: Stamp,
    /// False from before cargo starts until it ended by itself.
    pub(crate) finished: bool,
    /// Digest of the environment variables that count as sources.
    pub(crate) environment: String,
    /// Digest of the variables that some build scripts read without saying so; empty if there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) scripts: String,
    /// Directories of build script runs that must not count as done, because what they did to the sources is lost.
    pub(crate) redo: Vec<PathBuf>,
    /// By path relative to the source directory, see [`key`].
    pub(crate) entries: BTreeMap<String, Entry>,
}

/// One path of the source directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// What it held.
    pub(crate) digest: String,
    /// The modification time that it was given.
    pub(crate) stamp: Stamp,
}

impl Ledger {
    /// The ledger of a compile that is about to start at `clock`.
    pub(crate) fn new(
        clock: Stamp,
        environment: String,
        scripts: String,
        entries: BTreeMap<String, Entry>,
    ) -> Self {
        Self { version: VERSION, clock, finished: false, environment, scripts, redo: Vec::new(), entries }
    }

    /// Reads the ledger at `path`; nothing if it is missing, damaged or of another version.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        memory::read(path).filter(|ledger: &Self| ledger.version == VERSION)
    }

    /// Puts the ledger in place of the one at `path`, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        memory::write(path, self)
    }
}

/// A path as the ledger spells it: as it is where that is plain text, escaped otherwise. No two paths share a key,
/// since every escaped one has a backslash and no plain one has.
pub(crate) fn key(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\\') => text.to_owned(),
        _ => bytes.escape_ascii().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use super::{Entry, Ledger, key};
    use crate::stamp::Stamp;

    #[test]
    fn what_is_written_is_read_and_damage_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.json");
        assert_eq!(Ledger::read(&path), None, "missing");
        let entry = Entry { digest: "00".to_owned(), stamp: Stamp(1, 2) };
        let ledger =
            Ledger::new(Stamp(3, 4), String::new(), String::new(), BTreeMap::from([("a".to_owned(), entry)]));
        ledger.write(&path).unwrap();
        assert_eq!(Ledger::read(&path).as_ref(), Some(&ledger));

        let text = std::fs::read_to_string(&path).unwrap();
        for damaged in ["", "{}", &text[..text.len() / 2], &text.replace("\"version\":1", "\"version\":0")] {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(Ledger::read(&path), None, "{damaged}");
        }
    }

    #[test]
    fn keys_are_distinct() {
        let odd = Path::new(OsStr::from_bytes(b"a\xff"));
        assert_eq!(key(Path::new("src/größe.rs")), "src/größe.rs");
        assert_eq!(key(odd), "a\\xff");
        assert_eq!(key(Path::new("a\\xff")), "a\\\\xff");
    }
}
