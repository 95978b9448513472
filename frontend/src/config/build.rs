//! `[build]`: what the compile steps are given besides what Cargo knows by itself.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layers::list_or;
use super::symbols::Symbols;
use super::task::HookTable;
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
    /// Ids of `--secret` that the last compile step gets, each as the file `/run/secrets/<id>`. Code of
    /// dependencies runs in that step too and can read them, see
    /// [private-sources.md](private-sources.md#secrets-of-your-own-build-scripts).
    ///
    /// - Default: none
    /// - As: `RUN --mount=type=secret`
    pub secrets: Option<Spanned<Vec<String>>>,
    /// Variables for rustc and build scripts, in every compile step.
    ///
    /// - Default: none
    /// - As: `ENV` before `RUN cargo build`
    pub env: Option<Spanned<BTreeMap<String, String>>>,
    /// Names of build-args that the last compile step gets as variables, and no dependency sees.
    ///
    /// - Default: none
    /// - As: `ARG` before the last `RUN`
    pub args: Option<Spanned<Vec<String>>>,
    /// The network of the compile steps: `none`, `default` for what `--network` says, or `host`, which needs `--allow network.host`.
    ///
    /// - Default: none
    /// - As: `RUN --network=…`
    pub network: Option<Spanned<BuildNetwork>>,
    /// Flags for rustc, after those of Cargo's configuration; the build-arg separates them by spaces.
    ///
    /// - Default: none
    /// - As: `cargo build --config …`
    pub rustflags: Option<Spanned<Vec<String>>>,
    /// The program that links: `lld`, `mold`, `wild`, or the path of one in the toolchain image, see
    /// [build.md](build.md#the-linker).
    ///
    /// - Default: what rustc and Cargo's configuration say
    /// - As: `-C link-arg=-fuse-ld=…`
    pub linker: Option<Spanned<String>>,
    /// What becomes of symbols and debug information: `keep`, `strip`, or `split` for files of their own, which `--target
    /// symbols` hands out, see [build.md](build.md#symbols).
    ///
    /// - Default: what Cargo's profile says
    /// - As: `RUN objcopy --only-keep-debug`
    pub symbols: Option<Spanned<Symbols>>,
    /// How many compilers run at once.
    ///
    /// - Default: `build.jobs` of `.cargo/config.toml`, else one for each processor, fewer where there are not 2 GiB of memory for each
    /// - As: `cargo build --jobs`
    pub jobs: Option<Spanned<NonZeroU32>>,
    /// Patterns of files that the package needs and that lie in members that it does not depend on.
    ///
    /// - Default: none
    /// - As: `COPY`
    pub include: Option<Spanned<Vec<String>>>,
    /// What the last compile step learns of the commit: `auto`, `env`, `dir` or `off`, see [build.md](build.md#the-commit).
    ///
    /// - Default: `auto`: variables, if a crate is used that reads them
    /// - As: `ARG GIT_SHA`
    pub git: Option<Spanned<GitData>>,
    /// Commands of your own beside the compile, see [hooks.md](hooks.md).
    ///
    /// - Default: none
    /// - As: `RUN`
    pub hook: Option<Spanned<Vec<Spanned<HookTable>>>>,
}

/// What was asked for under `[build]`; see [`BuildTable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildConfig {
    /// `build.packages`; an item `...` stands for what is inferred.
    pub packages: Option<Setting<Vec<String>>>,
    /// `build.secrets`.
    pub secrets: Option<Setting<Vec<String>>>,
    /// `build.env`.
    pub env: Option<Setting<BTreeMap<String, String>>>,
    /// `build.args`.
    pub args: Option<Setting<Vec<String>>>,
    /// `build.network`.
    pub network: Option<Setting<BuildNetwork>>,
    /// `build.rustflags`.
    pub rustflags: Option<Setting<Vec<String>>>,
    /// `build.linker`.
    pub linker: Option<Setting<String>>,
    /// `build.symbols`.
    pub symbols: Option<Setting<Symbols>>,
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
            packages: list_or(self.packages, below.packages),
            secrets: list_or(self.secrets, below.secrets),
            env: self.env.or(below.env),
            args: list_or(self.args, below.args),
            network: self.network.or(below.network),
            rustflags: list_or(self.rustflags, below.rustflags),
            linker: self.linker.or(below.linker),
            symbols: self.symbols.or(below.symbols),
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
