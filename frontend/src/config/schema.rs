//! The schema: every key that the definition file and the metadata tables may hold.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Spanned;
use super::build::BuildTable;
use super::files::FileKey;
use super::sccache::SccacheKey;
use super::task::AssetTable;

/// One home of the configuration, as it is written.
///
/// Every key is optional; an unknown one is an error.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Table {
    /// The package to build, as `cargo --package`.
    pub package: Option<Spanned<String>>,
    /// The binary or binaries to put into the image, as `cargo --bin`.
    pub bin: Option<Spanned<OneOrMany>>,
    /// Features to enable, as `cargo --features`.
    pub features: Option<Spanned<Vec<String>>>,
    /// As `cargo --all-features`.
    pub all_features: Option<Spanned<bool>>,
    /// As `cargo --no-default-features`.
    pub no_default_features: Option<Spanned<bool>>,
    /// The profile, as `cargo --profile`.
    pub profile: Option<Spanned<String>>,
    /// The compiler.
    #[serde(default)]
    pub toolchain: ToolchainTable,
    /// What the compile steps are given.
    #[serde(default)]
    pub build: BuildTable,
    /// Files that other tools make, by a name of yours.
    #[serde(default)]
    pub assets: BTreeMap<String, Spanned<AssetTable>>,
    /// The caches.
    #[serde(default)]
    pub cache: CacheTable,
    /// The image that comes out.
    #[serde(default)]
    pub image: ImageTable,
}

/// `[toolchain]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ToolchainTable {
    /// `stable`, `1.95`, `nightly`, …
    pub channel: Option<Spanned<String>>,
    /// Any image that has cargo.
    pub image: Option<Spanned<String>>,
    /// Components that the compile needs, as `rustup component add`; `"..."` stands for those of the toolchain file.
    pub components: Option<Spanned<Vec<String>>>,
    /// Targets whose standard library the compile needs, as `rustup target add`; `"..."` stands for those of the
    /// toolchain file.
    pub targets: Option<Spanned<Vec<String>>>,
}

/// `[cache]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CacheTable {
    /// How compiled code is kept between builds.
    pub mode: Option<Spanned<CacheMode>>,
    /// What the ids of cache mounts start with.
    pub namespace: Option<Spanned<String>>,
    /// Whether and where sccache keeps compiled code.
    pub sccache: Option<Spanned<SccacheKey>>,
}

/// `[image]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImageTable {
    /// The image the binary is put on, as `FROM`.
    pub base: Option<Spanned<String>>,
    /// As `USER`.
    pub user: Option<Spanned<String>>,
    /// As `WORKDIR`.
    pub workdir: Option<Spanned<String>>,
    /// As `ENTRYPOINT` in exec form.
    pub entrypoint: Option<Spanned<Vec<String>>>,
    /// As `CMD` in exec form.
    pub cmd: Option<Spanned<Vec<String>>>,
    /// As `ENV`.
    pub env: Option<Spanned<BTreeMap<String, String>>>,
    /// As `EXPOSE`: `8080` or `"9000/udp"`.
    pub expose: Option<Spanned<Vec<Port>>>,
    /// As `VOLUME`.
    pub volumes: Option<Spanned<Vec<String>>>,
    /// As `LABEL`.
    pub labels: Option<Spanned<BTreeMap<String, String>>>,
    /// As `STOPSIGNAL`.
    pub stop_signal: Option<Spanned<String>>,
    /// As `COPY`: files of the build context, `[{ from = "config/*.toml", to = "/etc/api/", owner = "0:0", mode = "0644" }]`.
    pub files: Option<Spanned<Vec<FileKey>>>,
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
