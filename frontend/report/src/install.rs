//! What is added to the toolchain of an image.

use serde::{Deserialize, Serialize};

/// Brings the toolchain of an image up to what a build needs. What is there already is left alone, so an image that
/// has everything needs neither rustup nor a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Install {
    /// The program that installs, `rustup`. It travels as the agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// The channel that is to be the default toolchain; without one, the default stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Names of components, as rustup has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
    /// Triples whose standard library is needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
}
