//! Looks images up, so that the graph names them by digest.

use buildkit_llb::source::{self, Image};
use buildkit_llb::{Digest, ImageRef, Platform};
use buildkit_proto::cap;
use buildkit_proto::client::{Bridge, Capabilities, ImageQuery, ImageStore};

use super::failure::{Failure, explain};
use crate::diagnostic::Diagnostic;
use crate::lower::PinnedImage;
use crate::options::ResolveMode;
use crate::plan::Chosen;

/// The reference of the empty image.
const SCRATCH: &str = "scratch";

/// Looks up one image; `None` is the empty one.
pub(super) async fn pin(
    bridge: &Bridge,
    capabilities: &Capabilities,
    image: &Chosen<String>,
    platform: &Platform,
    mode: ResolveMode,
) -> Result<Option<PinnedImage>, Failure> {
    if image.value == SCRATCH {
        return Ok(None);
    }
    let reference = parse(image)?;
    let query = ImageQuery {
        reference: reference.to_string(),
        platform: platform.into(),
        resolve_mode: mode.as_str().to_owned(),
        log_name: format!("[internal] load metadata for {reference}"),
        store: ImageStore::Registry,
    };
    let resolved = bridge
        .resolve_image(&query, capabilities.has_gateway(cap::gateway::SOURCE_META_RESOLVER))
        .await
        .map_err(|status| {
            explain(status, &format!("failed to look up the image `{reference}` ({})", image.because))
        })?;
    let mut reference: ImageRef = resolved.reference.parse().unwrap_or(reference);
    // An image that only the engine's own store knows has no digest to pin.
    if let Some(digest) = resolved.digest.as_deref().and_then(|digest| digest.parse::<Digest>().ok()) {
        reference = reference.with_digest(digest);
    }
    let mut source = Image::new(reference.clone(), platform.clone());
    source = match mode {
        ResolveMode::Default => source,
        ResolveMode::Pull => source.resolve_mode(source::ResolveMode::ForcePull),
        ResolveMode::PreferLocal => source.resolve_mode(source::ResolveMode::PreferLocal),
    };
    Ok(Some(PinnedImage { reference, output: source.output(), config: resolved.config }))
}

fn parse(image: &Chosen<String>) -> Result<ImageRef, Failure> {
    image.value.parse().map_err(|error| Failure::Findings {
        diagnostics: vec![
            Diagnostic::error(format!(
                "failed to parse the image reference `{}` ({}): {error}",
                image.value, image.because
            ))
            .hint("Write it as after `FROM`: `name`, `name:tag` or `registry/name:tag@sha256:…`."),
        ],
        files: super::failure::Files::new(),
    })
}
