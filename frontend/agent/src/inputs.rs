//! What a dependency step was given, so that a later one can say what is different.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use crate::lockfile::{Lockfile, Versions};
use crate::messages::Artifact;
use crate::pinned::Sources;
use crate::sources;

/// The inputs of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    pub(crate) packages: Versions,
    /// By package id, the features it was compiled with.
    pub(crate) features: BTreeMap<String, BTreeSet<String>>,
    /// By key, a digest of each setting of profiles and configuration.
    pub(crate) settings: BTreeMap<String, String>,
    /// By name, and of a vendored crate its version as well, a digest of the files of a crate of the user's own.
    pub(crate) sources: BTreeMap<String, String>,
}

/// The tables of the configuration that have a part in what is compiled.
const CONFIGURATION: [&str; 5] = ["build", "env", "host", "profile", "target"];

impl Inputs {
    /// Reads what the skeleton says. A file that cannot be read says nothing: cargo has judged it already.
    pub(crate) fn read(skeleton: &Path, sources: &Sources) -> Self {
        let packages = Lockfile::read(&skeleton.join("Cargo.lock")).unwrap_or_default().versions;
        let mut inputs = Self { packages, ..Self::default() };
        let manifest = table(&skeleton.join("Cargo.toml"));
        if let Some(profile) = manifest.get("profile") {
            inputs.setting("profile", profile);
        }
        let configuration = configuration(skeleton);
        for name in CONFIGURATION {
            if let Some(value) = configuration.get(name) {
                inputs.setting(name, value);
            }
        }
        let named = sources.iter().filter(|(_, source)| !source.name.is_empty());
        inputs.sources =
            named.map(|(key, source)| (source.label(key).to_owned(), source.digest().to_owned())).collect();
        inputs
    }

    /// Adds the features that cargo compiled packages with.
    pub(crate) fn add_features<'a>(&mut self, artifacts: impl Iterator<Item = &'a Artifact>) {
        for artifact in artifacts {
            let features = self.features.entry(artifact.package().label()).or_default();
            features.extend(artifact.features.iter().cloned());
        }
    }

    /// Digest of the variables that the configuration sets.
    pub(crate) fn environment(skeleton: &Path) -> String {
        configuration(skeleton).get("env").map(digest).unwrap_or_default()
    }

    /// Adds `value` and all that is below it under `key`. Values stay secret: they may be somebody's.
    fn setting(&mut self, key: &str, value: &Value) {
        match value {
            Value::Table(table) => {
                for (name, value) in table {
                    self.setting(&format!("{key}.{name}"), value);
                }
            }
            value => drop(self.settings.insert(key.to_owned(), digest(value))),
        }
    }
}

fn configuration(skeleton: &Path) -> Table {
    table(&skeleton.join(".cargo/config.toml"))
}

fn table(path: &Path) -> Table {
    fs::read_to_string(path).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn digest(value: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(value.to_string().as_bytes());
    sources::hex(hash)
}
