//! `[build]`: what the compile steps are given besides what Cargo knows by itself.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layers::list_or;
use super::task::HookTable;
use super::{Setting, Spanned};

/// `[build]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BuildTable {
    /// Variables for rustc and build scripts, in every compile step.
    pub env: Option<Spanned<BTreeMap<String, String>>>,
    /// Names of build-args that the last compile step gets as variables.
    pub args: Option<Spanned<Vec<String>>>,
    /// The network of the compile steps.
    pub network: Option<Spanned<BuildNetwork>>,
    /// Flags for rustc, after those of Cargo's configuration.
    pub rustflags: Option<Spanned<Vec<String>>>,
    /// How many compilers run at once, as `cargo --jobs`.
    pub jobs: Option<Spanned<NonZeroU32>>,
    /// Patterns of files that the package needs and that lie in packages that it does not.
    pub include: Option<Spanned<Vec<String>>>,
    /// What the last compile step learns of the commit.
    pub git: Option<Spanned<GitData>>,
    /// Commands of your own beside the compile.
    pub hook: Option<Spanned<Vec<Spanned<HookTable>>>>,
}

/// What was asked for under `[build]`; see [`BuildTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildConfig {
    /// `build.env`.
    pub env: Option<Setting<BTreeMap<String, String>>>,
    /// `build.args`.
    pub args: Option<Setting<Vec<String>>>,
    /// `build.network`.
    pub network: Option<Setting<BuildNetwork>>,
    /// `build.rustflags`.
    pub rustflags: Option<Setting<Vec<String>>>,
    /// `build.jobs`: at least 1.
    pub jobs: Option<Setting<u32>>,
    /// `build.include`.
    pub include: Option<Setting<Vec<String>>>,
    /// `build.git`.
    pub git: Option<Setting<GitData>>,
    /// `build.hook`, in the order written.
    pub hooks: Option<Setting<Vec<Setting<HookTable>>>>,
}

impl BuildConfig {
    /// This configuration, with `below` for what it leaves open.
    pub(super) fn or(self, below: Self) -> Self {
        Self {
            env: self.env.or(below.env),
            args: list_or(self.args, below.args),
            network: self.network.or(below.network),
            rustflags: list_or(self.rustflags, below.rustflags),
            jobs: self.jobs.or(below.jobs),
            include: list_or(self.include, below.include),
            git: self.git.or(below.git),
            hooks: self.hooks.or(below.hooks),
        }
    }
}

/// The network of the compile steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BuildNetwork {
    /// None.
    #[default]
    Auto,
    /// None.
    None,
    /// That of the steps that download: what the client's `--network` says.
    Default,
    /// The host's, which the engine and the client must allow.
    Host,
}

impl BuildNetwork {
    /// Every word with what it means.
    pub(super) const WORDS: [(&str, Self); 4] =
        [("auto", Self::Auto), ("none", Self::None), ("default", Self::Default), ("host", Self::Host)];
}

/// What the last compile step learns of the client's commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GitData {
    /// Variables, if a package is built with a crate that reads them.
    #[default]
    Auto,
    /// Variables.
    Env,
    /// The directory `.git`.
    Dir,
    /// Nothing.
    Off,
}

impl GitData {
    /// Every word with what it means.
    pub(super) const WORDS: [(&str, Self); 4] =
        [("auto", Self::Auto), ("env", Self::Env), ("dir", Self::Dir), ("off", Self::Off)];
}
