//! `[build]`: what is there when things are compiled.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Spanned;

/// `[build]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BuildTable {
    /// Packages that the toolchain image's `apt-get` or `apk` installs before anything is compiled; `"..."` stands for
    /// those that the crates are known to need, see [native-libraries.md](native-libraries.md).
    ///
    /// - Default: what the crates in Cargo.lock are known to need
    /// - As: `RUN apt-get install`
    pub packages: Option<Spanned<Vec<String>>>,
}
