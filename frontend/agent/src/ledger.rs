//! The ledger: what each source file held at the last compile, and which of them each unit was compiled from.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::memory;
use crate::reads::Records;

/// Changes whenever an older ledger must not be believed.
const VERSION: u32 = 2;

/// Describes the sources of the last compile in the target directory that it is kept with, and of no other.
///
/// A unit that is not in it, or a ledger that cannot be read, costs a compile and is never wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    version: u32,
    /// Digest of the environment variables and configuration files that count as sources of every unit.
    pub(crate) environment: String,
    /// Digest of the variables that some build scripts read without saying so; empty if there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) scripts: String,
    /// What each path of the source directory holds, by [`key`]; see [`crate::sources::digests`].
    pub(crate) entries: BTreeMap<String, String>,
    /// What the manifest of each package tells the code that is compiled, by the package's directory.
    pub(crate) packages: BTreeMap<String, String>,
    /// What each unit was compiled from that is still in the target directory.
    pub(crate) units: Records,
}

impl Ledger {
    /// The ledger of sources of which nothing is compiled yet.
    pub(crate) fn new(
        environment: String,
        scripts: String,
        entries: BTreeMap<String, String>,
        packages: BTreeMap<String, String>,
    ) -> Self {
        Self { version: VERSION, environment, scripts, entries, packages, units: Records::new() }
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

    use super::{Ledger, key};
    use crate::reads::Record;

    #[test]
    fn what_is_written_is_read_and_damage_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.json");
        assert_eq!(Ledger::read(&path), None, "missing");
        let map = BTreeMap::from([("a".to_owned(), "00".to_owned())]);
        let mut ledger = Ledger::new(String::new(), String::new(), map.clone(), map);
        ledger.units.insert("release/0123456789abcdef".to_owned(), Record::default());
        ledger.write(&path).unwrap();
        assert_eq!(Ledger::read(&path).as_ref(), Some(&ledger));

        let text = std::fs::read_to_string(&path).unwrap();
        for damaged in ["", "{}", &text[..text.len() / 2], &text.replace("\"version\":2", "\"version\":0")] {
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
