//! `build.symbols` and `preset`: what becomes of a binary besides what Cargo's profile says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of the symbols and the debug information of a binary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Symbols {
    /// What Cargo's profile says.
    #[default]
    Auto,
    /// They stay in it.
    Keep,
    /// They are thrown away.
    Strip,
    /// They go into a file of their own, for `--target symbols` and `--target debug`.
    Split,
}

impl Symbols {
    /// Every word with what it means.
    pub(super) const WORDS: [(&str, Self); 4] =
        [("auto", Self::Auto), ("keep", Self::Keep), ("strip", Self::Strip), ("split", Self::Split)];
}

/// Several keys of Cargo's profile in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProfilePreset {
    /// Small and fast: link-time optimisation of everything, one codegen unit, symbols in a file of their own.
    Ship,
}

impl ProfilePreset {
    /// Every word with what it means.
    pub(super) const WORDS: [(&str, Self); 1] = [("ship", Self::Ship)];
}
