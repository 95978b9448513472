//! What the user asked for: one schema in three homes, and build-args above them.
//!
//! Precedence, highest first: build-arg, body of the definition file, `[package.metadata.supercargo]`,
//! `[workspace.metadata.supercargo]`. What nobody set is detected later. Every value remembers who set it.

mod build;
mod build_args;
mod debug;
mod directives;
mod files;
mod health;
mod home;
mod images;
mod json_schema;
mod keys;
mod layers;
mod list;
mod reference;
mod said;
mod sccache;
mod schema;
mod spanned;
mod symbols;
mod task;
#[cfg(test)]
mod tests;

pub use build::{BuildConfig, BuildNetwork, BuildTable, GitData};
pub use build_args::{BUILD_ARGS, unknown_build_args};
pub use debug::{DebugConfig, DebugTable};
pub use files::{FileCopy, FileKey, FileRule, FileTable, Rest};
pub use health::{Health, HealthTable};
pub use images::{NamedImage, NamedTable, SelectionTable};
pub use json_schema::json_schema;
pub use layers::Layers;
pub use list::{REST, with_rest};
pub use reference::{Key, reference};
pub use said::Said;
pub use sccache::{Sccache, SccacheKey, SccacheValue};
pub use schema::{CacheMode, CacheTable, CacheTrust, ImageTable, OneOrMany, Table, ToolchainTable};
pub use spanned::Spanned;
pub use symbols::{ProfilePreset, Symbols};
pub use task::{AssetTable, CommandLine, HookTable, OutputKey, Preset, When};

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::{Diagnostic, Span};

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--build-arg` of this name.
    BuildArg(String),
    /// Lines of the definition file or of a manifest.
    File(Span),
}

impl Origin {
    /// The lines, if the value stands in a file.
    #[must_use]
    pub fn span(&self) -> Option<&Span> {
        match self {
            Self::BuildArg(_) => None,
            Self::File(span) => Some(span),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuildArg(name) => write!(formatter, "build-arg {name}"),
            Self::File(span) => write!(formatter, "{}:{}", span.file, span.start),
        }
    }
}

/// A value and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A finding about this value, at its lines where it stands in a file.
    #[must_use]
    pub fn at(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.origin.span() {
            Some(span) => diagnostic.at(span.clone()),
            None => diagnostic,
        }
    }
}

/// What was asked for one package, merged from all homes; `None` and empty mean that nobody asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `bin`: which binaries go into the image; the first is the entrypoint.
    pub bins: Option<Setting<Vec<String>>>,
    /// `features`.
    pub features: Option<Setting<Vec<String>>>,
    /// `all-features`.
    pub all_features: Option<Setting<bool>>,
    /// `no-default-features`.
    pub no_default_features: Option<Setting<bool>>,
    /// `profile`.
    pub profile: Option<Setting<String>>,
    /// `preset`.
    pub preset: Option<Setting<ProfilePreset>>,
    /// `locked`.
    pub locked: Option<Setting<bool>>,
    /// `target`: `gnu`, `musl` or a triple.
    pub target: Option<Setting<String>>,
    /// `toolchain.channel`.
    pub channel: Option<Setting<String>>,
    /// `toolchain.image`.
    pub toolchain_image: Option<Setting<String>>,
    /// `toolchain.components`.
    pub components: Option<Setting<Vec<String>>>,
    /// `toolchain.targets`.
    pub toolchain_targets: Option<Setting<Vec<String>>>,
    /// `build`.
    pub build: BuildConfig,
    /// `assets`, by name.
    pub assets: BTreeMap<String, Setting<AssetTable>>,
    /// `cache.mode`.
    pub cache_mode: Option<Setting<CacheMode>>,
    /// `cache.namespace`.
    pub cache_namespace: Option<Setting<String>>,
    /// `cache.trust`.
    pub cache_trust: Option<Setting<CacheTrust>>,
    /// `cache.sccache`.
    pub sccache: Option<Setting<Sccache>>,
    /// `image.base`.
    pub base: Option<Setting<String>>,
    /// `image.packages`; an item `...` stands for what is inferred.
    pub image_packages: Option<Setting<Vec<String>>>,
    /// `image.user`.
    pub user: Option<Setting<String>>,
    /// `image.workdir`.
    pub workdir: Option<Setting<String>>,
    /// `image.entrypoint`.
    pub entrypoint: Option<Setting<Vec<String>>>,
    /// `image.cmd`.
    pub cmd: Option<Setting<Vec<String>>>,
    /// `image.env`.
    pub env: Option<Setting<BTreeMap<String, String>>>,
    /// `image.expose`.
    pub expose: Option<Setting<Vec<String>>>,
    /// `image.volumes`.
    pub volumes: Option<Setting<Vec<String>>>,
    /// `image.labels`; an empty value removes a label that would be there by default.
    pub labels: Option<Setting<BTreeMap<String, String>>>,
    /// `image.stop-signal`.
    pub stop_signal: Option<Setting<String>>,
    /// `image.healthcheck`.
    pub healthcheck: Option<Setting<Health>>,
    /// `image.init`.
    pub init: Option<Setting<bool>>,
    /// `image.files`.
    pub files: Option<Setting<Vec<FileRule>>>,
    /// `image.debug`.
    pub debug: DebugConfig,
}
