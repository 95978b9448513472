//! `[build]`: what is there when things are compiled.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Spanned;

/// `[build]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BuildTable {
    /// Packages of the toolchain image's distribution to install before anything is compiled; `"..."` stands for those
    /// that the crates are known to need.
    pub packages: Option<Spanned<Vec<String>>>,
}
