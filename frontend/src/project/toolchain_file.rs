//! `rust-toolchain` and `rust-toolchain.toml`.

use crate::name::RelPath;

/// What the toolchain file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolchainFile {
    /// The file.
    pub file: RelPath,
    /// `channel`: `stable`, `1.95`, `nightly-2026-01-01`, …
    pub channel: Option<String>,
    /// `components`.
    pub components: Vec<String>,
    /// `targets`.
    pub targets: Vec<String>,
    /// `profile`.
    pub profile: Option<String>,
    /// `path`: a toolchain on disk instead of a channel.
    pub path: Option<String>,
    /// 1-based line of the channel or the path.
    pub line: u32,
}
