//! `[image.debug]`: what `--target debug` has that the image has not.

use schemars::JsonSchema;
use serde::Deserialize;

use super::layers::list_or;
use super::{Setting, Spanned};

/// `[image.debug]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DebugTable {
    /// The image that `--target debug` puts the binaries on, which has a shell, see
    /// [image.md](image.md#a-shell-for-looking-inside).
    ///
    /// - Default: `image.base`, of distroless images their tag with a shell
    /// - As: `FROM`
    pub base: Option<Spanned<String>>,
    /// Packages that `--target debug` has besides those of `image.packages`, such as `["gdb", "strace"]`.
    ///
    /// - Default: none
    /// - As: `RUN apt-get install`
    pub packages: Option<Spanned<Vec<String>>>,
}

/// What was asked for under `[image.debug]`; see [`DebugTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DebugConfig {
    /// `image.debug.base`.
    pub base: Option<Setting<String>>,
    /// `image.debug.packages`.
    pub packages: Option<Setting<Vec<String>>>,
}

impl DebugConfig {
    /// This configuration, with `below` for what it leaves open.
    pub(super) fn or(self, below: Self) -> Self {
        Self { base: self.base.or(below.base), packages: list_or(self.packages, below.packages) }
    }
}
