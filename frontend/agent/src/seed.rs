//! What the steps leave in a target directory for one another, beside cargo's own files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The list of what the dependency step compiled.
pub(crate) fn list(target_dir: &Path) -> PathBuf {
    target_dir.join(".supercargo-deps.json")
}

/// What the dependency step says that its artifacts hold: digests by path below `target_dir`.
pub(crate) fn digests(target_dir: &Path) -> BTreeMap<String, String> {
    #[derive(Default, serde::Deserialize)]
    struct Digests {
        #[serde(default)]
        libraries: BTreeMap<String, String>,
    }
    let text = fs::read(list(target_dir)).unwrap_or_default();
    serde_json::from_slice::<Digests>(&text).unwrap_or_default().libraries
}
