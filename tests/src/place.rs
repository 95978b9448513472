//! Where the bed keeps what it makes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Names the folder of the bed; `.bed` at the root of the workspace without it.
pub const BED_DIR: &str = "SUPERCARGO_BED_DIR";

/// The one folder that holds all of the bed's state: downloads, base images, engine data, logs.
#[derive(Debug, Clone)]
pub struct Place {
    root: PathBuf,
}

impl Place {
    /// The folder that [`BED_DIR`] names, or the workspace's own. Nothing is made of it yet.
    pub fn from_env() -> Result<Self> {
        let root = match std::env::var_os(BED_DIR).filter(|value| !value.is_empty()) {
            Some(folder) => std::path::absolute(folder).context("failed to resolve the bed's folder")?,
            None => workspace_root().join(".bed"),
        };
        Ok(Self { root: resolved(&root) })
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder inside, made if it is not there.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
        Ok(folder)
    }

    /// A short name that no other place on this machine gives to `subject`; for what lives outside of the folder,
    /// such as sockets (whose paths must be short) and network interfaces.
    #[must_use]
    pub fn short_name(&self, subject: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.root.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(subject);
        hex(&hash.finalize()).chars().take(8).collect()
    }
}

/// The one spelling of a path that may not exist yet: two spellings of one folder must not be two beds.
fn resolved(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(path), _, _) => path,
        (Err(_), Some(parent), Some(name)) => resolved(parent).join(name),
        (Err(_), _, _) => path.to_path_buf(),
    }
}

/// The root of the workspace that this test bed belongs to.
#[must_use]
pub fn workspace_root() -> PathBuf {
    // Cargo names the package's folder when it runs the bed; the compiled-in one is for a bed that is run by hand.
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// Lowercase hexadecimal digits of some bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
