//! Has Cargo make a lockfile for a project that brings none.

use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};

use super::failure::Failure;
use super::graph::marshal;
use crate::lower::{self, Materials};
use crate::plan::lock::Resolution;

/// The lockfile's contents.
pub(super) async fn make(
    bridge: &Bridge,
    capabilities: &Capabilities,
    needed: &Resolution,
    materials: &Materials,
) -> Result<Vec<u8>, Failure> {
    let definition = marshal(&lower::lockfile(needed, materials), capabilities)?;
    let reference = bridge.solve(definition.to_pb(), SolveOptions::default()).await?.unwrap_or_default();
    Ok(bridge.read_file(&reference, "Cargo.lock").await?)
}
