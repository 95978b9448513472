//! One step of the walk, and the same walk once every file is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::config::{self, ConfigFile};
use super::reader::Reader;
use super::root;
use super::walk::{self, Manifest, ManifestSet};
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::tree::Tree;

/// What the walk needs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The contents of these files; every one of them is a listed regular file (links followed) of a size that
    /// is allowed.
    Need(BTreeSet<RelPath>),
    /// Nothing: [`crate::project::load`] will find all it asks for.
    Done,
}

/// Everything the walk read.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) manifests: ManifestSet,
    pub(crate) config: Vec<ConfigFile>,
    /// The lockfile's bytes.
    pub(crate) lockfile: Option<Vec<u8>>,
    /// The toolchain file with its bytes.
    pub(crate) toolchain: Option<(RelPath, Vec<u8>)>,
}

/// Says what to read next.
///
/// Errors: no manifest at the root, a manifest that is too large, not UTF-8, not TOML, or that names a member,
/// a path dependency or a file that is not in the context.
pub fn step(tree: &Tree) -> Checked<Step> {
    let (wanted, findings, _) = run(tree);
    if wanted.is_empty() {
        return findings.finish(Step::Done);
    }
    // Whatever is wrong so far is found again once everything is read, together with the rest.
    Findings::default().finish(Step::Need(wanted))
}

/// What the walk found, once [`step`] said [`Step::Done`].
pub(crate) fn find(tree: &Tree) -> Checked<Found> {
    let (_, findings, found) = run(tree);
    match found {
        Some(found) => findings.finish(found),
        None => findings.fail(),
    }
}

fn run(tree: &Tree) -> (BTreeSet<RelPath>, Findings, Option<Found>) {
    let mut reader = Reader::new(tree);
    let found = read(&mut reader);
    (reader.wanted, reader.findings, found)
}

fn read(reader: &mut Reader<'_>) -> Option<Found> {
    if let Some(error) = root::missing(reader.tree) {
        reader.findings.push(error);
        return None;
    }
    let lockfile = optional(reader, "Cargo.lock").map(|(_, bytes)| bytes);
    // rustup prefers the name without a suffix when both exist.
    let toolchain = optional(reader, "rust-toolchain").or_else(|| optional(reader, "rust-toolchain.toml"));
    let config = config::read(reader);
    let patches = config::patch_paths(&config);
    let root: Arc<Manifest> = Arc::new(reader.document(&RelPath::new("Cargo.toml").ok()?)?);
    if root.value.package().is_none() && root.value.workspace.is_none() {
        reader.findings.push(root::neither_package_nor_workspace(&root));
        return None;
    }
    let manifests = walk::walk(reader, &root, patches);
    Some(Found { manifests, config, lockfile, toolchain })
}

/// A file at the root that need not exist.
fn optional(reader: &mut Reader<'_>, name: &str) -> Option<(RelPath, Vec<u8>)> {
    let file = RelPath::new(name).ok()?;
    if !reader.tree.is_file(&file) {
        return None;
    }
    reader.bytes(&file).map(|bytes| (file.clone(), bytes.to_vec()))
}
