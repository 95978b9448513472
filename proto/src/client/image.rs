//! Looking up an image's digest and configuration.

use crate::pb::Platform;

/// Which image, for which platform, and how hard to look.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageQuery {
    /// A full reference, `docker.io/library/rust:1.95`.
    pub reference: String,
    /// The platform whose manifest is wanted.
    pub platform: Platform,
    /// `default`, `pull` or `local`, as BuildKit spells them; empty means `default`.
    pub resolve_mode: String,
    /// What progress shows while the engine looks.
    pub log_name: String,
    /// Where the image lives.
    pub store: ImageStore,
}

/// Where an image lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageStore {
    /// A registry, or the engine's own image store.
    Registry,
    /// An OCI layout on the client's side.
    OciLayout {
        /// The client session that serves the layout.
        session: String,
        /// The layout's id within the session.
        store: String,
    },
}

/// What the engine found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The reference to use from now on; a source policy may have rewritten it.
    pub reference: String,
    /// Digest of the index or manifest. An image that only the engine's own store knows may have none.
    pub digest: Option<String>,
    /// The image configuration as raw JSON, unknown fields included.
    pub config: Vec<u8>,
}
