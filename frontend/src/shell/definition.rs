//! Reads the definition file and the ignore file.

use buildkit_llb::Definition;
use buildkit_proto::client::{Bridge, SolveOptions};
use tonic::Status;

use super::failure::Failure;
use super::files::names;
use super::graph::marshal;
use crate::context::ContextSpec;
use crate::lower::sources::{self, Inputs};

/// What the definition's source holds.
#[derive(Debug)]
pub(super) struct DefinitionFiles {
    /// The definition file, or `None` if there is none under its name.
    pub(super) definition: Option<Vec<u8>>,
    /// The ignore file that applies, or `None` if there is none.
    pub(super) ignore: Option<Vec<u8>>,
    /// The graph that loaded the definition file; warnings are shown at its vertex.
    pub(super) loaded_by: Definition,
}

/// Reads both files.
pub(super) async fn read(
    bridge: &Bridge,
    spec: &ContextSpec,
    inputs: &Inputs,
) -> Result<DefinitionFiles, Failure> {
    let loaded_by = marshal(&sources::definition(spec, inputs))?;
    let reference = bridge.solve(loaded_by.to_pb(), SolveOptions::default()).await?;
    let mut definition = read_if_there(bridge, reference.as_deref(), &spec.filename).await?;
    if definition.is_none() && spec.filename == "Dockerfile" {
        // Docker takes the lower-case name too where the usual one is missing.
        definition = read_if_there(bridge, reference.as_deref(), "dockerfile").await?;
    }
    let mut ignore = read_if_there(bridge, reference.as_deref(), &sources::ignore_file(spec)).await?;
    if let (None, Some(source)) = (&ignore, sources::ignore(spec)) {
        let reference = bridge.solve(marshal(&source)?.to_pb(), SolveOptions::default()).await?;
        ignore = read_if_there(bridge, reference.as_deref(), ".dockerignore").await?;
    }
    Ok(DefinitionFiles { definition, ignore, loaded_by })
}

async fn read_if_there(
    bridge: &Bridge,
    reference: Option<&str>,
    path: &str,
) -> Result<Option<Vec<u8>>, Status> {
    let Some(reference) = reference else { return Ok(None) };
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    if !names(bridge, reference, directory).await?.iter().any(|found| found == name) {
        return Ok(None);
    }
    bridge.read_file(reference, path).await.map(Some)
}
