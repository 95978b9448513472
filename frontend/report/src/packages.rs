//! The job of a step that installs packages of the system.

use serde::{Deserialize, Serialize};

/// Installs packages with the package manager of the image that the step runs in, as far as they are not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Packages {
    /// `install` and the packages by the names that Debian and Ubuntu know them by, as `apt-get install` takes them:
    /// `libpq-dev`, `libpq-dev:arm64`, `libpq-dev=15.8-0`. They travel as the agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// The packages by the names that Alpine knows them by, as `apk add` takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apk: Vec<String>,
    /// Absolute path of the cache mount for package lists and downloads, or of a directory that nobody keeps.
    pub cache: String,
    /// Seconds since 1970 that everything gets which the step writes, if the step's result is a part of an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
}
