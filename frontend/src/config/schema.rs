//! The schema: every key that the definition file and the metadata tables may hold.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Spanned;
use super::build::BuildTable;
use super::debug::DebugTable;
use super::files::FileKey;
use super::health::HealthTable;
use super::images::NamedTable;
use super::sccache::SccacheKey;
use super::symbols::ProfilePreset;
use super::task::AssetTable;

/// One home of the configuration, as it is written.
///
/// Every key is optional; an unknown one is an error.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Table {
    /// The package to build.
    ///
    /// - Default: the one default member with a binary
    /// - As: `cargo build --package`
    pub package: Option<Spanned<String>>,
    /// The binary to put into the image, or several: the first is the entrypoint. `--target <bin>` makes an image of
    /// one binary alone; the images of a list share one compile.
    ///
    /// - Default: `default-run`, else the only one
    /// - As: `cargo build --bin`
    pub bin: Option<Spanned<OneOrMany>>,
    /// Features to enable.
    ///
    /// - Default: none
    /// - As: `cargo build --features`
    pub features: Option<Spanned<Vec<String>>>,
    /// Whether all features are enabled.
    ///
    /// - Default: `false`
    /// - As: `cargo build --all-features`
    pub all_features: Option<Spanned<bool>>,
    /// Whether the default features are left out.
    ///
    /// - Default: `false`
    /// - As: `cargo build --no-default-features`
    pub no_default_features: Option<Spanned<bool>>,
    /// The profile to compile with, Cargo's own or one of the project's.
    ///
    /// - Default: `release`
    /// - As: `cargo build --profile`
    pub profile: Option<Spanned<String>>,
    /// `ship` for a small and fast binary: `lto = "fat"`, `codegen-units = 1` and symbols in files of their own, where
    /// the profile does not say otherwise, see [build.md](build.md#the-preset-ship).
    ///
    /// - Default: none
    /// - As: `[profile.release]` of Cargo.toml
    pub preset: Option<Spanned<ProfilePreset>>,
    /// Whether `Cargo.lock` must be there and match the manifests. `false` lets Cargo make it or bring it up to date for
    /// each build, see [targets.md](targets.md#the-lockfile).
    ///
    /// - Default: `true` where there is a `Cargo.lock`; without one, one is made, and a warning says so
    /// - As: `cargo build --locked`
    pub locked: Option<Spanned<bool>>,
    /// The C library to compile for, `gnu` or `musl` for a static binary, or a full triple; the CPU always comes from
    /// `--platform`, see [toolchains.md](toolchains.md#static-binaries).
    ///
    /// - Default: `gnu`
    /// - As: `cargo build --target`
    pub target: Option<Spanned<String>>,
    /// The compiler.
    #[serde(default)]
    pub toolchain: ToolchainTable,
    /// What the compile steps are given.
    #[serde(default)]
    pub build: BuildTable,
    /// Files that other tools make, such as a web front end, by a name of yours, see [hooks.md](hooks.md#assets).
    ///
    /// - Default: none
    /// - As: `FROM node` and `COPY --from`
    #[serde(default)]
    pub assets: BTreeMap<String, Spanned<AssetTable>>,
    /// The caches.
    #[serde(default)]
    pub cache: CacheTable,
    /// The image that comes out.
    #[serde(default)]
    pub image: ImageTable,
    /// Further images, each with a name of its own for `--target`: the keys of `[image]`, and `package`, `bin`,
    /// `features`, `all-features`, `no-default-features` and `profile`, see [image.md](image.md#several-images).
    ///
    /// - Default: none
    /// - As: `FROM … AS <name>`
    #[serde(default)]
    pub images: BTreeMap<String, Spanned<NamedTable>>,
}

/// `[toolchain]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ToolchainTable {
    /// The compiler: `stable`, `1.95`, `nightly-2026-01-01`, ….
    ///
    /// - Default: rust-toolchain(.toml), else 1.95
    /// - As: `rustup toolchain install`
    pub channel: Option<Spanned<String>>,
    /// The image that compiles: any that has cargo and a linker.
    ///
    /// - Default: `rust:<channel>-bookworm`
    /// - As: `FROM rust:… AS build`
    pub image: Option<Spanned<String>>,
    /// Components that the compile needs.
    ///
    /// - Default: those of the toolchain file
    /// - As: `rustup component add`
    pub components: Option<Spanned<Vec<String>>>,
    /// Targets whose standard library the compile needs.
    ///
    /// - Default: those of the toolchain file
    /// - As: `rustup target add`
    pub targets: Option<Spanned<Vec<String>>>,
}

/// `[cache]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CacheTable {
    /// How compiled code is kept between builds: `auto`, `layers`, `mounts` or `none`, see [caching.md](caching.md).
    ///
    /// - Default: `auto`: a layer for dependencies and a cache mount for your own crates
    /// - As: `RUN --mount=type=cache`
    pub mode: Option<Spanned<CacheMode>>,
    /// What the ids of cache mounts are made from: projects with the same share compiled code.
    ///
    /// - Default: the client's repository, else the manifest's `repository` and the names of the packages, see [caching.md](caching.md#shared-builders)
    /// - As: `--mount=type=cache,id=…`
    pub namespace: Option<Spanned<String>>,
    /// Whose work the build may find in caches and may leave there: `project` or `none`. With `none` it has no cache
    /// mounts and no sccache, so that nothing it runs can change another build, see [caching.md](caching.md#shared-builders).
    ///
    /// - Default: `project`
    /// - As: no `--mount=type=cache`
    pub trust: Option<Spanned<CacheTrust>>,
    /// Whether and where sccache keeps compiled code: `true` is a directory on the builder, a table such as `{ backend
    /// = "s3", bucket = "b", secret = "sccache" }` is a storage on the network, see [caching.md](caching.md#sccache).
    /// The build-arg takes `true` or `false`.
    ///
    /// - Default: `false`
    /// - As: `ENV RUSTC_WRAPPER=sccache`
    pub sccache: Option<Spanned<SccacheKey>>,
}

/// `[image]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImageTable {
    /// The image that the binaries are put on.
    ///
    /// - Default: `gcr.io/distroless/cc-debian12:nonroot`
    /// - As: `FROM`
    pub base: Option<Spanned<String>>,
    /// Packages of the base's distribution to install in it, which the program opens while it runs; libraries that it
    /// links are there without. `"..."` stands for those that the crates are known to need. See
    /// [native-libraries.md](native-libraries.md#when-it-runs).
    ///
    /// - Default: none
    /// - As: `RUN apt-get install` in the last stage
    pub packages: Option<Spanned<Vec<String>>>,
    /// The user that the program runs as.
    ///
    /// - Default: `65532:65532`
    /// - As: `USER`
    pub user: Option<Spanned<String>>,
    /// The working directory, an absolute path.
    ///
    /// - Default: `/`; with a base of your own, the base's
    /// - As: `WORKDIR`
    pub workdir: Option<Spanned<String>>,
    /// The program, in exec form.
    ///
    /// - Default: `["/usr/local/bin/<bin>"]`
    /// - As: `ENTRYPOINT`
    pub entrypoint: Option<Spanned<Vec<String>>>,
    /// Its arguments, in exec form.
    ///
    /// - Default: none
    /// - As: `CMD`
    pub cmd: Option<Spanned<Vec<String>>>,
    /// Variables of the program.
    ///
    /// - Default: none
    /// - As: `ENV`
    pub env: Option<Spanned<BTreeMap<String, String>>>,
    /// Ports that it listens on: `8080` or `"9000/udp"`.
    ///
    /// - Default: none
    /// - As: `EXPOSE`
    pub expose: Option<Spanned<Vec<Port>>>,
    /// Paths that are volumes.
    ///
    /// - Default: none
    /// - As: `VOLUME`
    pub volumes: Option<Spanned<Vec<String>>>,
    /// Labels of the image; an empty value removes one.
    ///
    /// - Default: OCI title, version, description, licenses, source, url, documentation from Cargo, revision from the
    ///   client
    /// - As: `LABEL`
    pub labels: Option<Spanned<BTreeMap<String, String>>>,
    /// The signal that stops the program.
    ///
    /// - Default: the base's
    /// - As: `STOPSIGNAL`
    pub stop_signal: Option<Spanned<String>>,
    /// How the engine asks whether the program is well: one of `http = ":8080/healthz"`, `tcp = ":5432"` and
    /// `cmd = ["/app", "check"]`, and when, see [image.md](image.md#health).
    ///
    /// - Default: the base's
    /// - As: `HEALTHCHECK`
    pub healthcheck: Option<Spanned<HealthTable>>,
    /// Whether a first process passes signals on and reaps what is left behind, see [image.md](image.md#init).
    ///
    /// - Default: `false`
    /// - As: `docker run --init`
    pub init: Option<Spanned<bool>>,
    /// Files of the build context to copy into the image: `[{ from = "config/*.toml", to = "/etc/api/", owner = "0:0",
    /// mode = "0644" }]`, see [image.md](image.md#files).
    ///
    /// - Default: none
    /// - As: `COPY --chown --chmod`
    pub files: Option<Spanned<Vec<FileKey>>>,
    /// What `--target debug` has that the image has not.
    #[serde(default)]
    pub debug: DebugTable,
}

/// How compiled code is kept between builds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CacheMode {
    /// The dependency layer, and a cache mount that links to it for the user's own crates.
    #[default]
    Auto,
    /// The dependency layer only; the user's own crates are compiled anew after every edit.
    Layers,
    /// A cache mount for everything that is compiled, and no dependency layer.
    Mounts,
    /// Nothing: everything is compiled anew after every edit.
    None,
}

impl CacheMode {
    /// Every mode with the word for it.
    pub const WORDS: [(&str, Self); 4] =
        [("auto", Self::Auto), ("layers", Self::Layers), ("mounts", Self::Mounts), ("none", Self::None)];

    /// Whether compiled dependencies are a layer.
    #[must_use]
    pub fn has_layer(self) -> bool {
        match self {
            Self::Auto | Self::Layers => true,
            Self::Mounts | Self::None => false,
        }
    }

    /// Whether compiled code outlives a build in a cache mount.
    #[must_use]
    pub fn has_mount(self) -> bool {
        match self {
            Self::Auto | Self::Mounts => true,
            Self::Layers | Self::None => false,
        }
    }
}

impl fmt::Display for CacheMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(_, mode)| mode == self).map_or("", |(word, _)| word);
        formatter.write_str(word)
    }
}

/// Whose work a build may find in caches and may leave there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CacheTrust {
    /// That of the builds of one project, which share cache mounts.
    #[default]
    Project,
    /// No other build's: for unreviewed changes.
    None,
}

impl CacheTrust {
    /// Every value with the word for it.
    pub const WORDS: [(&str, Self); 2] = [("project", Self::Project), ("none", Self::None)];
}

/// `"a"` or `["a", "b"]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a name or a list of names")]
pub enum OneOrMany {
    /// One name.
    One(String),
    /// A list of names.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The names, in the order written.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Many(names) => names.clone(),
        }
    }
}

/// A port: a number, or text with a protocol.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a port such as `8080` or `\"9000/udp\"`")]
pub enum Port {
    /// A TCP port.
    Number(u16),
    /// `8080/tcp`, `9000/udp`.
    Text(String),
}

impl Port {
    /// Docker's spelling, protocol included.
    #[must_use]
    pub fn to_docker(&self) -> String {
        match self {
            Self::Number(number) => format!("{number}/tcp"),
            Self::Text(text) if text.contains('/') || text == super::REST => text.clone(),
            Self::Text(text) => format!("{text}/tcp"),
        }
    }
}
