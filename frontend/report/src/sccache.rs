//! What a compile step needs to know of sccache.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An sccache server that lives as long as one compile step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sccache {
    /// The server's own environment, without what is secret. Cargo does not see it.
    pub environment: BTreeMap<String, String>,
    /// Where credentials come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SccacheSecret>,
}

impl Sccache {
    /// True if the storage is a directory of the step itself, so that nothing on the network can be at fault.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.environment.contains_key("SCCACHE_DIR")
    }
}

/// A secret that holds the server's credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SccacheSecret {
    /// The id that the client knows it by.
    pub id: String,
    /// Absolute path of its file: lines of `NAME=VALUE`. There is none if the client did not pass it.
    pub path: String,
    /// The variables that it may set.
    pub variables: Vec<String>,
    /// The variable that names a file of credentials in JSON; a secret that is JSON is such a file itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_variable: Option<String>,
}
