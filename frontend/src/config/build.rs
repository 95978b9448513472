//! `[build]`: what the compile steps are given besides what Cargo knows by itself.

use schemars::JsonSchema;
use serde::Deserialize;

use super::layers::list_or;
use super::{Setting, Spanned};

/// `[build]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BuildTable {
    /// Ids of secrets that the last compile step gets, each as the file `/run/secrets/<id>`.
    pub secrets: Option<Spanned<Vec<String>>>,
}

/// What was asked for under `[build]`; see [`BuildTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildConfig {
    /// `build.secrets`.
    pub secrets: Option<Setting<Vec<String>>>,
}

impl BuildConfig {
    /// This configuration, with `below` for what it leaves open.
    pub(super) fn or(self, below: Self) -> Self {
        Self { secrets: list_or(self.secrets, below.secrets) }
    }
}
