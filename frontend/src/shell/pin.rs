//! Looks images up, so that the graph names them by digest.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildkit_llb::source::{self, Image, OciLayout};
use buildkit_llb::{Digest, DisplayText, ImageRef, Platform};
use buildkit_proto::cap;
use buildkit_proto::client::{Bridge, Capabilities, ImageQuery, ImageStore};
use tonic::Status;

use super::definition::ignore_of;
use super::failure::{Failure, Files, explain};
use crate::context::{ContextSource, NamedContext, NamedContexts};
use crate::diagnostic::Diagnostic;
use crate::engine::Abilities;
use crate::lower::PinnedImage;
use crate::lower::sources::{self, Inputs};
use crate::options::ResolveMode;
use crate::plan::Chosen;

/// The reference of the empty image.
const SCRATCH: &str = "scratch";

/// The configuration of files that are no image: the variable without which nothing is found.
const BARE_CONFIG: &[u8] =
    br#"{"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}}"#;

/// What every look-up of a build needs.
#[derive(Clone, Copy)]
pub(super) struct Pins<'a> {
    pub(super) bridge: &'a Bridge,
    pub(super) capabilities: &'a Capabilities,
    pub(super) named: &'a NamedContexts,
    pub(super) inputs: &'a Inputs,
    pub(super) platform: &'a Platform,
    pub(super) mode: ResolveMode,
}

impl Pins<'_> {
    /// Looks up one image, or what stands in for it; `None` is the empty one.
    ///
    /// `role` is the name by which a build context may replace it whatever its reference is.
    pub(super) async fn pin(
        self,
        image: &Chosen<String>,
        role: &str,
    ) -> Result<Option<PinnedImage>, Failure> {
        match self.named.image(&image.value, role, self.platform) {
            Some((name, NamedContext::Image { reference })) => {
                let image = Chosen { value: reference.clone(), because: format!("build context {name}") };
                self.image(&image, &format!("[context {name}]")).await
            }
            Some((name, NamedContext::OciLayout { store, session, digest })) => {
                self.oci_layout(name, store, session, digest).await.map(Some)
            }
            Some((name, NamedContext::Files { source, metadata })) => {
                self.files(name, source, metadata.as_deref()).await.map(Some)
            }
            None => self.image(image, "[internal]").await,
        }
    }

    async fn image(self, image: &Chosen<String>, group: &str) -> Result<Option<PinnedImage>, Failure> {
        if image.value == SCRATCH {
            return Ok(None);
        }
        let reference = parse(image)?;
        let query = ImageQuery {
            reference: reference.to_string(),
            platform: self.platform.into(),
            resolve_mode: self.mode.as_str().to_owned(),
            log_name: DisplayText::from(format!("{group} load metadata for {reference}")).into(),
            store: ImageStore::Registry,
        };
        let resolved = self
            .bridge
            .resolve_image(&query, self.capabilities.has_gateway(cap::gateway::SOURCE_META_RESOLVER))
            .await
            .map_err(|status| {
                let hint = other_platforms(&status, &reference, self.platform);
                explain(status, &format!("failed to look up the image `{reference}` ({})", image.because))
                    .hint(hint)
            })?;
        let mut reference: ImageRef = resolved.reference.parse().unwrap_or(reference);
        // An image that only the engine's own store knows has no digest to pin.
        if let Some(digest) = resolved.digest.as_deref().and_then(|digest| digest.parse::<Digest>().ok()) {
            reference = reference.with_digest(digest);
        }
        let mut source = Image::new(reference.clone(), self.platform.clone());
        source = match self.mode {
            ResolveMode::Default => source,
            ResolveMode::Pull => source.resolve_mode(source::ResolveMode::ForcePull),
            ResolveMode::PreferLocal => source.resolve_mode(source::ResolveMode::PreferLocal),
        };
        Ok(Some(PinnedImage {
            reference: reference.to_string(),
            output: source.output(),
            config: resolved.config,
            identity: None,
        }))
    }

    async fn oci_layout(
        self,
        name: &str,
        store: &str,
        session: &str,
        digest: &Digest,
    ) -> Result<PinnedImage, Failure> {
        // The engine wants a full name; the store has none that a person would know it by.
        let known = name.split("::").next().unwrap_or(name);
        let named = known.parse::<ImageRef>().map_or_else(
            |_| known.to_owned(),
            |known| format!("{}/{}", known.registry(), known.repository()),
        );
        let reference = format!("{named}@{digest}");
        let query = ImageQuery {
            reference: reference.clone(),
            platform: self.platform.into(),
            resolve_mode: String::new(),
            log_name: DisplayText::from(format!("[context {name}] load metadata for {reference}")).into(),
            store: ImageStore::OciLayout { session: session.to_owned(), store: store.to_owned() },
        };
        let resolved = self.bridge.resolve_image(&query, false).await.map_err(|status| {
            explain(status, &format!("failed to look up the image of the build context `{name}`"))
        })?;
        let output = OciLayout::new(&named, digest.clone(), self.platform.clone())
            .store(session, store)
            .name(format!("[context {name}] load from client"))
            .output();
        Ok(PinnedImage { reference, output, config: resolved.config, identity: None })
    }

    async fn files(
        self,
        name: &str,
        source: &ContextSource,
        metadata: Option<&str>,
    ) -> Result<PinnedImage, Failure> {
        let abilities = Abilities::of(|id| self.capabilities.has_llb(id));
        let ignore = sources::named_ignore(source, name, abilities);
        let excludes = ignore_of(self.bridge, self.capabilities, ignore).await?.patterns();
        let config = metadata.map(config_of).transpose()?.flatten();
        Ok(PinnedImage {
            reference: name.to_owned(),
            output: sources::named_root(source, self.inputs, &excludes, name),
            config: config.unwrap_or_else(|| BARE_CONFIG.to_vec()),
            // A vertex of the client's names the session, which is another in each build.
            identity: matches!(source, ContextSource::Local { .. }).then(|| format!("build context {name}")),
        })
    }
}

/// The image configuration in what a client knows of a result that it hands over: base64 by key, as Go writes bytes.
fn config_of(metadata: &str) -> Result<Option<Vec<u8>>, Failure> {
    let broken = |error: String| {
        Failure::Internal(format!("failed to read what the client says of a build context: {error}"))
    };
    let values: BTreeMap<String, String> =
        serde_json::from_str(metadata).map_err(|error| broken(error.to_string()))?;
    let config = values.get("containerimage.config").map(|text| STANDARD.decode(text));
    config.transpose().map_err(|error| broken(error.to_string()))
}

/// What to do about an image that is there, but not for `platform`.
fn other_platforms(status: &Status, reference: &ImageRef, platform: &Platform) -> Option<String> {
    // containerd has no code for it.
    let is_there = status.message().contains("no match for platform");
    is_there.then(|| {
        let debian = if platform.architecture() == "riscv64" { "trixie" } else { "bookworm" };
        format!(
            "The image is not made for `{platform}`; `docker buildx imagetools inspect {reference}` lists what it is made for. \
             For a base that is, write `base = \"debian:{debian}-slim\"` under `[image]`, or `--build-arg IMAGE_BASE=…`."
        )
    })
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
        files: Files::new(),
    })
}

#[cfg(test)]
mod tests {
    use buildkit_llb::Platform;
    use tonic::Status;

    use super::{config_of, other_platforms};

    #[test]
    fn an_image_for_other_platforms_only_is_told_from_one_that_is_not_there() {
        let reference = "gcr.io/distroless/cc-debian12:nonroot".parse().unwrap();
        let hint = |message: &str, architecture: &str| {
            other_platforms(&Status::not_found(message), &reference, &Platform::new("linux", architecture))
        };
        let known = hint("no match for platform in manifest: not found", "riscv64").unwrap();
        assert!(known.contains("`linux/riscv64`") && known.contains("debian:trixie-slim"), "{known}");
        assert_eq!(hint("pull access denied", "riscv64"), None);
    }

    #[test]
    fn the_configuration_is_taken_out_of_what_the_client_says() {
        assert_eq!(config_of(r#"{"containerimage.config":"e30="}"#).unwrap(), Some(b"{}".to_vec()));
        assert_eq!(config_of("{}").unwrap(), None);
        assert!(config_of(r#"{"containerimage.config":"?"}"#).is_err());
    }
}
