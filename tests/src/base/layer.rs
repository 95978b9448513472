//! One layer of a base image: a recipe, and the compressed archive that it gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::place::{Place, hex};
use crate::process::Cmd;
use crate::progress::step;

const DEADLINE: Duration = Duration::from_mins(15);

/// Fills an empty folder with the files of a layer.
pub(super) type Recipe = Box<dyn Fn(&Place, &Path) -> Result<()> + Send + Sync>;

/// A layer and how it is made.
pub(super) struct Layer {
    name: &'static str,
    inputs: Vec<String>,
    recipe: Recipe,
}

/// A layer as a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Packed {
    /// The compressed archive. Not noted: the bed's folder may be moved.
    #[serde(skip)]
    pub(super) file: PathBuf,
    /// The digest of the compressed bytes.
    pub(super) digest: String,
    /// The digest of the archive before compression.
    pub(super) diff_id: String,
    /// How long the compressed archive is, in bytes.
    pub(super) size: u64,
}

impl Layer {
    /// A layer made by a recipe. It is made again when `inputs` change: a revision of the recipe, and what it reads.
    pub(super) fn new(name: &'static str, inputs: Vec<String>, recipe: Recipe) -> Self {
        Self { name, inputs, recipe }
    }

    /// A name that changes with what goes into the layer.
    pub(super) fn id(&self) -> String {
        let mut hash = Sha256::new();
        for input in &self.inputs {
            hash.update(input);
            hash.update([0]);
        }
        let digest: String = hex(&hash.finalize()).chars().take(16).collect();
        format!("{}-{digest}", self.name)
    }

    /// The layer as it was made earlier.
    pub(super) fn packed(&self, place: &Place) -> Result<Option<Packed>> {
        let note = folder(place)?.join(format!("{}.json", self.id()));
        let Ok(text) = fs::read(&note) else { return Ok(None) };
        let mut packed: Packed =
            serde_json::from_slice(&text).with_context(|| format!("failed to read `{}`", note.display()))?;
        packed.file = self.file(place)?;
        Ok(packed.file.is_file().then_some(packed))
    }

    fn file(&self, place: &Place) -> Result<PathBuf> {
        Ok(folder(place)?.join(format!("{}.tar.gz", self.id())))
    }

    /// Makes the layer.
    pub(super) fn pack(&self, place: &Place) -> Result<Packed> {
        let doing = step(format!("assembling {}", self.name));
        let folder = folder(place)?;
        let scratch = tempfile::Builder::new()
            .prefix(self.name)
            .tempdir_in(&folder)
            .context("failed to create a folder to assemble a layer in")?;
        let tree = scratch.path().join("tree");
        fs::create_dir(&tree).context("failed to create a folder to assemble a layer in")?;
        (self.recipe)(place, &tree).with_context(|| format!("failed to assemble `{}`", self.name))?;

        let tar = scratch.path().join("layer.tar");
        Cmd::new("tar")
            .args(["--create", "--sort=name", "--numeric-owner", "--file"])
            .arg(&tar)
            .arg("--directory")
            .arg(&tree)
            .arg(".")
            .deadline(DEADLINE)
            .run()?;
        let diff_id = digest_of(&tar)?;
        let file = self.file(place)?;
        let compressed = scratch.path().join("layer.tar.gz");
        // The fastest level: the engine unpacks it once, and nothing but tests ever downloads it.
        Cmd::new("gzip").args(["-1", "-n", "-c"]).arg(&tar).deadline(DEADLINE).run_into(&compressed)?;
        let size = fs::metadata(&compressed).context("failed to measure a layer")?.len();
        let packed = Packed { digest: digest_of(&compressed)?, diff_id, size, file };
        fs::rename(&compressed, &packed.file).context("failed to keep a layer")?;
        let note = folder.join(format!("{}.json", self.id()));
        fs::write(&note, serde_json::to_vec(&packed)?).context("failed to note a layer")?;
        doing.done();
        Ok(packed)
    }
}

/// The digest of a file in OCI's spelling.
fn digest_of(file: &Path) -> Result<String> {
    // The system's program is many times faster than a debug build of ours on a gigabyte.
    let line = Cmd::new("sha256sum").arg(file).deadline(DEADLINE).run()?;
    let digest = line.split_whitespace().next().context("failed to read the answer of `sha256sum`")?;
    Ok(format!("sha256:{digest}"))
}

fn folder(place: &Place) -> Result<PathBuf> {
    place.folder("base/layers")
}
