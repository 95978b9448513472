//! `[build]`: what the compile steps are given besides what Cargo knows by itself.

use schemars::JsonSchema;
use serde::Deserialize;

use super::layers::list_or;
use super::{Setting, Spanned};

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
    /// Ids of `--secret` that the last compile step gets, each as the file `/run/secrets/<id>`, see
    /// [private-sources.md](private-sources.md#secrets-of-your-own-build-scripts).
    ///
    /// - Default: none
    /// - As: `RUN --mount=type=secret`
    pub secrets: Option<Spanned<Vec<String>>>,
}

/// What was asked for under `[build]`; see [`BuildTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildConfig {
    /// `build.packages`; an item `...` stands for what is inferred.
    pub packages: Option<Setting<Vec<String>>>,
    /// `build.secrets`.
    pub secrets: Option<Setting<Vec<String>>>,
}

impl BuildConfig {
    /// This configuration, with `below` for what it leaves open.
    pub(super) fn or(self, below: Self) -> Self {
        Self {
            packages: list_or(self.packages, below.packages),
            secrets: list_or(self.secrets, below.secrets),
        }
    }
}
