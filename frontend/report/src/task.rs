//! The job of a step that runs a command of the user's own.

use serde::{Deserialize, Serialize};

use crate::Freshness;

/// Runs a command, with the certificates of the client if the client passes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Task {
    /// The command, program first; it runs with the environment and directory of the vertex. It travels as the agent's
    /// arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of the target directory that it compiles in, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_dir: Option<String>,
    /// Directories whose files get modification times by content before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
}
