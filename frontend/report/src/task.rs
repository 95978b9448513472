//! The job of a step that runs a command of the user's own.

use serde::{Deserialize, Serialize};

use crate::{Access, Freshness};

/// Runs a command with what it may need to be let in on the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Task {
    /// The command, program first; it runs with the environment and directory of the vertex. It travels as the agent's
    /// arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of the `CARGO_HOME` that the command uses, if it is one of cargo's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cargo_home: Option<String>,
    /// Absolute path of the target directory that it compiles in, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_dir: Option<String>,
    /// Directories whose files get modification times by content before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// How to reach what not everybody may see.
    #[serde(default, skip_serializing_if = "Access::is_empty")]
    pub access: Access,
}
