//! Images from a registry or the engine's store.

use buildkit_proto::{attr, cap};

use super::SourceDraft;
use crate::digest::Digest;
use crate::metadata::{Metadata, metadata_methods};
use crate::platform::Platform;
use crate::reference::ImageRef;
use crate::vertex::Output;

/// The root file system of an image for one platform.
///
/// ```
/// use buildkit_llb::{ImageRef, Platform, source::Image};
///
/// let rust: ImageRef = "rust:1.95".parse().unwrap();
/// let output = Image::new(rust, Platform::new("linux", "amd64")).name("[toolchain] rust:1.95").output();
/// assert_eq!(output.platform(), Some(&Platform::new("linux", "amd64")));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Image {
    reference: ImageRef,
    platform: Platform,
    resolve_mode: Option<ResolveMode>,
    internal: bool,
    layer_limit: Option<u32>,
    checksum: Option<Digest>,
    metadata: Metadata,
}

/// Where an image is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolveMode {
    /// As the daemon sees fit, said aloud.
    Default,
    /// Ask the registry even if the image is at hand.
    ForcePull,
    /// Take the image at hand if there is one.
    PreferLocal,
}

metadata_methods!(Image);

impl Image {
    /// The image of this reference for this platform.
    pub fn new(reference: ImageRef, platform: Platform) -> Self {
        let metadata = Metadata::default();
        Self {
            reference,
            platform,
            resolve_mode: None,
            internal: false,
            layer_limit: None,
            checksum: None,
            metadata,
        }
    }

    /// Says where the image is looked for.
    pub fn resolve_mode(mut self, mode: ResolveMode) -> Self {
        self.resolve_mode = Some(mode);
        self
    }

    /// Marks the image as one that the user did not ask for.
    pub fn internal(mut self) -> Self {
        self.internal = true;
        self
    }

    /// Takes the first layers only.
    pub fn layer_limit(mut self, layers: u32) -> Self {
        self.layer_limit = Some(layers);
        self
    }

    /// The digest that the reference must resolve to, or the build fails.
    pub fn checksum(mut self, digest: Digest) -> Self {
        self.checksum = Some(digest);
        self
    }

    /// The image's root file system.
    pub fn output(self) -> Output {
        let identifier = format!("docker-image://{}", self.reference);
        let mut source = SourceDraft::new(identifier, cap::SOURCE_IMAGE, self.metadata);
        if let Some(mode) = self.resolve_mode {
            source.attr(attr::IMAGE_RESOLVE_MODE, mode.on_wire());
        }
        // A wish may go unheard, a demand may not: only this mode needs the capability.
        if self.resolve_mode == Some(ResolveMode::ForcePull) {
            source.metadata.caps.insert(cap::SOURCE_IMAGE_RESOLVE_MODE);
        }
        if self.internal {
            source.attr(attr::IMAGE_RECORD_TYPE, attr::IMAGE_RECORD_TYPE_INTERNAL);
        }
        let limit = self.layer_limit.map(|layers| layers.to_string());
        source.option_with_cap(attr::IMAGE_LAYER_LIMIT, limit, cap::SOURCE_IMAGE_LAYER_LIMIT);
        let checksum = self.checksum.as_ref().map(Digest::as_str);
        source.option_with_cap(attr::IMAGE_CHECKSUM, checksum, cap::SOURCE_IMAGE_CHECKSUM);
        source.into_output(Some(self.platform))
    }
}

impl ResolveMode {
    fn on_wire(self) -> &'static str {
        match self {
            Self::Default => attr::IMAGE_RESOLVE_MODE_DEFAULT,
            Self::ForcePull => attr::IMAGE_RESOLVE_MODE_PULL,
            Self::PreferLocal => attr::IMAGE_RESOLVE_MODE_LOCAL,
        }
    }
}
