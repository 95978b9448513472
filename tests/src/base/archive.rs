//! An image archive that every engine loads: an OCI layout that also has Docker's older manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Image;
use super::layer::Packed;
use crate::docker::Docker;
use crate::place::{Place, hex};
use crate::process::Cmd;

/// No clock: the same layers give the same image on every machine and day.
const CREATED: &str = "1970-01-01T00:00:00Z";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DEADLINE: Duration = Duration::from_mins(10);

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An image that is ready to be loaded.
pub(super) struct Archive {
    names: Vec<String>,
    images: Vec<Written>,
    /// For an image of several platforms.
    index: Option<Blob>,
}

/// The image of one platform.
struct Written {
    platform: Value,
    layers: Vec<Packed>,
    config: Blob,
    manifest: Blob,
}

struct Blob {
    bytes: Vec<u8>,
    digest: String,
}

impl Written {
    fn of(image: &Image, packed: &BTreeMap<String, Packed>) -> Result<Self> {
        let layers = image
            .layers
            .iter()
            .map(|layer| packed.get(&layer.id()).cloned().context("failed to find a layer of a base image"))
            .collect::<Result<Vec<Packed>>>()?;
        let diff_ids: Vec<&String> = layers.iter().map(|layer| &layer.diff_id).collect();
        let history: Vec<Value> = image
            .layers
            .iter()
            .map(|layer| json!({ "created": CREATED, "created_by": format!("test bed: {}", layer.id()) }))
            .collect();
        let platform = platform(&image.platform);
        let mut config = json!({
            "created": CREATED,
            "config": image.config,
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": history,
        });
        if let (Some(config), Some(platform)) = (config.as_object_mut(), platform.as_object()) {
            config.extend(platform.clone());
        }
        let config = Blob::of(&config)?;
        let descriptors: Vec<Value> = layers
            .iter()
            .map(|layer| {
                json!({
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": layer.digest,
                    "size": layer.size,
                })
            })
            .collect();
        let manifest = Blob::of(&json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
            "layers": descriptors,
        }))?;
        Ok(Self { platform, layers, config, manifest })
    }
}

impl Archive {
    /// The archive of an image whose layers are there.
    pub(super) fn of(image: &Image, packed: &BTreeMap<String, Packed>) -> Result<Self> {
        let written = Written::of(image, packed)?;
        Ok(Self { names: image.names.clone(), images: vec![written], index: None })
    }

    /// The archive of images of several platforms that have one name, that of the first.
    pub(super) fn of_several(images: &[Image], packed: &BTreeMap<String, Packed>) -> Result<Self> {
        let written =
            images.iter().map(|image| Written::of(image, packed)).collect::<Result<Vec<Written>>>()?;
        let manifests: Vec<Value> = written
            .iter()
            .map(|one| {
                let mut entry = one.manifest.descriptor(MANIFEST);
                if let Some(entry) = entry.as_object_mut() {
                    entry.insert("platform".to_owned(), one.platform.clone());
                }
                entry
            })
            .collect();
        let index = Blob::of(&json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests }))?;
        let names = images.first().map(|image| image.names.clone()).unwrap_or_default();
        Ok(Self { names, images: written, index: Some(index) })
    }

    /// True for the id under which an engine lists this image: its manifest with containerd's store, else its configuration.
    pub(super) fn has_id(&self, id: &str) -> bool {
        match &self.index {
            Some(index) => id == index.digest,
            None => self.images.iter().any(|one| id == one.config.digest || id == one.manifest.digest),
        }
    }

    /// Loads the image under all of its names.
    pub(super) fn load(&self, place: &Place, docker: &Docker) -> Result<()> {
        let folder = place.folder("base")?;
        let scratch =
            tempfile::tempdir_in(&folder).context("failed to create a folder to write an image in")?;
        let layout = scratch.path().join("layout");
        self.write(&layout)?;
        let tar = scratch.path().join("image.tar");
        Cmd::new("tar")
            .args(["--create", "--dereference", "--file"])
            .arg(&tar)
            .arg("--directory")
            .arg(&layout)
            .arg(".")
            .deadline(DEADLINE)
            .run()?;
        docker.command(["load", "--quiet", "--input"]).arg(&tar).deadline(DEADLINE).run()?;
        Ok(())
    }

    fn write(&self, layout: &Path) -> Result<()> {
        let blobs = layout.join("blobs/sha256");
        fs::create_dir_all(&blobs).context("failed to create an image layout")?;
        let documents = self.images.iter().flat_map(|one| [&one.config, &one.manifest]);
        for blob in documents.chain(&self.index) {
            fs::write(blobs.join(plain(&blob.digest)), &blob.bytes)
                .context("failed to write an image layout")?;
        }
        for layer in self.images.iter().flat_map(|one| &one.layers) {
            std::os::unix::fs::symlink(&layer.file, blobs.join(plain(&layer.digest)))
                .context("failed to write an image layout")?;
        }
        let entries: Vec<Value> =
            self.names.iter().flat_map(|name| self.roots().map(|root| named(root, name))).collect();
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
        let mut files = vec![("index.json", index), ("oci-layout", json!({ "imageLayoutVersion": "1.0.0" }))];
        // Docker's older manifest has no word for a platform.
        if let (Some(one), None) = (self.images.first(), &self.index) {
            let path = |digest: &str| format!("blobs/sha256/{}", plain(digest));
            let legacy = json!([{
                "Config": path(&one.config.digest),
                "RepoTags": self.names,
                "Layers": one.layers.iter().map(|layer| path(&layer.digest)).collect::<Vec<_>>(),
            }]);
            files.push(("manifest.json", legacy));
        }
        for (name, value) in files {
            fs::write(layout.join(name), serde_json::to_vec(&value)?)
                .context("failed to write an image layout")?;
        }
        Ok(())
    }

    /// The documents that names are given to.
    fn roots(&self) -> impl Iterator<Item = Value> {
        let images = self.images.iter().filter(|_| self.index.is_none()).map(|one| {
            let mut entry = one.manifest.descriptor(MANIFEST);
            if let Some(entry) = entry.as_object_mut() {
                entry.insert("platform".to_owned(), one.platform.clone());
            }
            entry
        });
        images.chain(self.index.iter().map(|index| index.descriptor(INDEX)))
    }
}

/// The entry of an index with a name.
fn named(mut entry: Value, name: &str) -> Value {
    if let Some(entry) = entry.as_object_mut() {
        entry.insert("annotations".to_owned(), json!({ "io.containerd.image.name": full_name(name) }));
    }
    entry
}

impl Blob {
    fn of(value: &Value) -> Result<Self> {
        let bytes = serde_json::to_vec(value)?;
        let digest = format!("sha256:{}", hex(&Sha256::digest(&bytes)));
        Ok(Self { bytes, digest })
    }

    fn descriptor(&self, media_type: &str) -> Value {
        json!({ "mediaType": media_type, "digest": self.digest, "size": self.bytes.len() })
    }
}

fn plain(digest: &str) -> &str {
    digest.trim_start_matches("sha256:")
}

/// The name with the registry that Docker means when none is written.
fn full_name(name: &str) -> String {
    match name.split_once('/') {
        None => format!("docker.io/library/{name}"),
        Some((registry, _)) if registry.contains(['.', ':']) => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
    }
}

/// A platform such as `linux/arm/v7` as OCI's documents have it.
fn platform(name: &str) -> Value {
    let mut words = name.split('/');
    let mut platform = json!({ "os": words.next(), "architecture": words.next() });
    if let (Some(platform), Some(variant)) = (platform.as_object_mut(), words.next()) {
        platform.insert("variant".to_owned(), json!(variant));
    }
    platform
}
