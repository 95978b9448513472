//! Reads files out of the tree, and notes which are still to be read.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::document::Document;
use crate::diagnostic::{Diagnostic, Findings};
use crate::name::RelPath;
use crate::tree::{Entry, Tree};

/// The largest manifest or configuration file that is read. Cargo's own limit for a manifest in a package is a
/// fraction of it.
const MAX_MANIFEST: u64 = 4 << 20;
/// The largest lockfile that is read: some ten thousand packages.
const MAX_LOCKFILE: u64 = 16 << 20;

/// The tree, the files that are missing from it, and what was found on the way.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) wanted: BTreeSet<RelPath>,
    pub(crate) findings: Findings,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        Self { tree, wanted: BTreeSet::new(), findings: Findings::default() }
    }

    /// The file's bytes, or `None` once it is noted as wanted or as too large.
    pub(crate) fn bytes(&mut self, file: &RelPath) -> Option<&'a [u8]> {
        let limit = if file.file_name() == Some("Cargo.lock") { MAX_LOCKFILE } else { MAX_MANIFEST };
        let size = match (self.tree.contents(file), self.tree.entry(file)) {
            (Some(bytes), _) => bytes.len() as u64,
            (None, Some(Entry::File { size })) => *size,
            (None, _) => 0,
        };
        if size > limit {
            self.findings.push(
                Diagnostic::error(format!("`{file}` has {size} bytes, more than the {limit} that are read"))
                    .hint("move data out of the file; Cargo reads it on every build"),
            );
            return None;
        }
        let bytes = self.tree.contents(file);
        if bytes.is_none() {
            self.wanted.insert(file.clone());
        }
        bytes
    }

    /// The parsed file, or `None` once it is noted as wanted or its fault as found.
    pub(crate) fn document<T: DeserializeOwned>(&mut self, file: &RelPath) -> Option<Document<T>> {
        let bytes = self.bytes(file)?;
        match Document::parse(file, bytes) {
            Ok(document) => Some(document),
            Err(error) => {
                self.findings.push(error);
                None
            }
        }
    }
}
