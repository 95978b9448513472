//! Has Cargo make a lockfile for a project that brings none.

use std::collections::BTreeMap;

use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};

use super::failure::Failure;
use super::graph::marshal;
use crate::lower::{self, Materials};
use crate::name::RelPath;
use crate::plan::access::Access;
use crate::plan::toolchain::Toolchain;

/// The lockfile's contents.
pub(super) async fn make(
    bridge: &Bridge,
    capabilities: &Capabilities,
    toolchain: &Toolchain,
    materials: &Materials,
    files: &BTreeMap<RelPath, Vec<u8>>,
    access: &Access,
) -> Result<Vec<u8>, Failure> {
    let definition = marshal(&lower::lockfile(toolchain, materials, files, access), capabilities)?;
    let reference = bridge.solve(definition.to_pb(), SolveOptions::default()).await?.unwrap_or_default();
    Ok(bridge.read_file(&reference, "Cargo.lock").await?)
}
