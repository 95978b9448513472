//! Images from an OCI layout of the client.

use buildkit_proto::{attr, cap};

use super::SourceDraft;
use crate::digest::Digest;
use crate::metadata::{Metadata, metadata_methods};
use crate::platform::Platform;
use crate::vertex::Output;

/// The root file system of an image that lies in an OCI layout at the client.
///
/// ```
/// use buildkit_llb::{Digest, Platform, source::OciLayout};
///
/// let base = OciLayout::new("example/store", Digest::of(b""), Platform::new("linux", "amd64")).store("id", "st").output();
/// # let _ = base;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct OciLayout {
    name: String,
    digest: Digest,
    platform: Platform,
    store: Option<(String, String)>,
    layer_limit: Option<u32>,
    metadata: Metadata,
}

metadata_methods!(OciLayout);

impl OciLayout {
    /// The image of this digest in the layout of this name, for this platform.
    pub fn new(name: impl Into<String>, digest: Digest, platform: Platform) -> Self {
        Self {
            name: name.into(),
            digest,
            platform,
            store: None,
            layer_limit: None,
            metadata: Metadata::default(),
        }
    }

    /// The session and the store within it that hold the layout; otherwise the name is the store's id.
    pub fn store(mut self, session: impl Into<String>, store: &str) -> Self {
        self.store = Some((session.into(), store.to_owned()));
        self
    }

    /// Takes the first layers only.
    pub fn layer_limit(mut self, layers: u32) -> Self {
        self.layer_limit = Some(layers);
        self
    }

    /// The image's root file system.
    pub fn output(self) -> Output {
        let identifier = format!("oci-layout://{}@{}", self.name, self.digest);
        let mut source = SourceDraft::new(identifier, cap::SOURCE_OCI_LAYOUT, self.metadata);
        if let Some((session, store)) = self.store {
            source.attr(attr::OCI_SESSION, session);
            source.attr(attr::OCI_STORE, store);
        }
        if let Some(layers) = self.layer_limit {
            source.attr(attr::OCI_LAYER_LIMIT, layers.to_string());
        }
        source.into_output(Some(self.platform))
    }
}
