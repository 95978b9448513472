//! A build cache that was exported: which layers it has, and how large they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::container::get_as;

/// The kinds of documents that a cache can be.
const KINDS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";
/// The kind of the one entry that is no layer but says what the layers are results of.
const RECORDS: &str = "cacheconfig";

/// What `--cache-to` left in a registry or in a folder.
#[derive(Debug, Clone)]
pub struct Exported {
    layers: Vec<Layer>,
}

/// One compressed layer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// The digest of the compressed bytes.
    pub digest: String,
    /// How many bytes those are.
    pub size: u64,
    /// How they are compressed.
    pub media_type: String,
}

/// A manifest has layers; an index, which older engines write, has manifests that are in truth layers.
#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    layers: Vec<Layer>,
    #[serde(default)]
    manifests: Vec<Layer>,
}

impl Exported {
    /// The cache `name:tag` of `--cache-to type=registry,ref=<address>/<name>:<tag>`.
    pub fn in_registry(address: &str, reference: &str) -> Result<Self> {
        let (name, tag) = reference.rsplit_once(':').unwrap_or((reference, "latest"));
        let answer = get_as(address, &format!("/v2/{name}/manifests/{tag}"), KINDS)?;
        if answer.status != 200 {
            bail!("the registry answers {} for the cache `{reference}`: {}", answer.status, answer.body);
        }
        Self::parse(answer.body.as_bytes()).with_context(|| format!("failed to read the cache `{reference}`"))
    }

    /// The cache of `--cache-to type=local,dest=<folder>`.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let read = |path: &Path| {
            fs::read(path).with_context(|| format!("failed to read a cache at `{}`", path.display()))
        };
        let index: Document = serde_json::from_slice(&read(&folder.join("index.json"))?)
            .with_context(|| format!("failed to read the cache in `{}`", folder.display()))?;
        let root = index.manifests.first().context("an exported cache names no content")?;
        let blob = folder.join("blobs").join(root.digest.replace(':', "/"));
        Self::parse(&read(&blob)?)
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let Document { layers, manifests } = serde_json::from_slice(bytes)?;
        let layers: BTreeSet<Layer> =
            layers.into_iter().chain(manifests).filter(|layer| !layer.media_type.contains(RECORDS)).collect();
        Ok(Self { layers: layers.into_iter().collect() })
    }

    /// Every layer, each once.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The compressed bytes of all layers.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.size).sum()
    }

    /// The compressed bytes of the layers that are not among these digests, such as those of a base image.
    #[must_use]
    pub fn bytes_beside(&self, digests: &[String]) -> u64 {
        self.layers.iter().filter(|layer| !digests.contains(&layer.digest)).map(|layer| layer.size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Exported;

    #[test]
    fn an_index_and_a_manifest_say_the_same() {
        let layer =
            r#"{"digest":"sha256:a","size":7,"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip"}"#;
        let records =
            r#"{"digest":"sha256:b","size":1,"mediaType":"application/vnd.buildkit.cacheconfig.v0"}"#;
        let index = format!(r#"{{"manifests":[{layer},{layer},{records}]}}"#);
        let manifest = format!(r#"{{"layers":[{layer}],"config":{records}}}"#);
        for document in [index, manifest] {
            let exported = Exported::parse(document.as_bytes()).unwrap();
            assert_eq!((exported.layers().len(), exported.bytes()), (1, 7), "{document}");
            assert_eq!(exported.bytes_beside(&["sha256:a".to_owned()]), 0);
        }
    }
}
