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

/// An image that is ready to be loaded.
pub(super) struct Archive {
    names: Vec<String>,
    layers: Vec<Packed>,
    config: Blob,
    manifest: Blob,
}

struct Blob {
    bytes: Vec<u8>,
    digest: String,
}

impl Archive {
    /// The archive of an image whose layers are there.
    pub(super) fn of(image: &Image, packed: &BTreeMap<String, Packed>) -> Result<Self> {
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
        let config = Blob::of(&json!({
            "architecture": architecture(),
            "os": "linux",
            "created": CREATED,
            "config": image.config,
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": history,
        }))?;
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
        Ok(Self { names: image.names.clone(), layers, config, manifest })
    }

    /// True for the id under which an engine lists this image: its manifest with containerd's store, else its configuration.
    pub(super) fn has_id(&self, id: &str) -> bool {
        id == self.config.digest || id == self.manifest.digest
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
        for blob in [&self.config, &self.manifest] {
            fs::write(blobs.join(plain(&blob.digest)), &blob.bytes)
                .context("failed to write an image layout")?;
        }
        for layer in &self.layers {
            std::os::unix::fs::symlink(&layer.file, blobs.join(plain(&layer.digest)))
                .context("failed to write an image layout")?;
        }
        let entries: Vec<Value> = self.names.iter().map(|name| self.manifest.named(name)).collect();
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": entries,
        });
        let path = |digest: &str| format!("blobs/sha256/{}", plain(digest));
        let legacy = json!([{
            "Config": path(&self.config.digest),
            "RepoTags": self.names,
            "Layers": self.layers.iter().map(|layer| path(&layer.digest)).collect::<Vec<_>>(),
        }]);
        for (name, value) in [
            ("index.json", index),
            ("manifest.json", legacy),
            ("oci-layout", json!({ "imageLayoutVersion": "1.0.0" })),
        ] {
            fs::write(layout.join(name), serde_json::to_vec(&value)?)
                .context("failed to write an image layout")?;
        }
        Ok(())
    }
}

impl Blob {
    fn of(value: &Value) -> Result<Self> {
        let bytes = serde_json::to_vec(value)?;
        let digest = format!("sha256:{}", hex(&Sha256::digest(&bytes)));
        Ok(Self { bytes, digest })
    }

    /// The entry of an index that gives this manifest a name.
    fn named(&self, name: &str) -> Value {
        json!({
            "mediaType": MANIFEST,
            "digest": self.digest,
            "size": self.bytes.len(),
            "platform": { "architecture": architecture(), "os": "linux" },
            "annotations": { "io.containerd.image.name": full_name(name) },
        })
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
    if name.contains('/') { name.to_owned() } else { format!("docker.io/library/{name}") }
}

/// This machine's architecture in OCI's spelling.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
