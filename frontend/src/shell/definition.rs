//! Reads the definition file and the ignore file.

use buildkit_llb::{Definition, Output};
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};
use tonic::Status;

use super::failure::Failure;
use super::files::{names, not_sent};
use super::graph::marshal;
use crate::context::ContextSpec;
use crate::engine::Abilities;
use crate::ignore::IgnoreFile;
use crate::lower::sources::{self, Inputs};
use crate::name::RelPath;

/// What the definition's source holds.
#[derive(Debug)]
pub(super) struct DefinitionFiles {
    /// The definition file, or `None` if there is none under its name.
    pub(super) definition: Option<Vec<u8>>,
    /// The ignore file that applies.
    pub(super) ignore: IgnoreFile,
    /// Its text, to show lines of.
    pub(super) ignore_text: Option<(RelPath, Vec<u8>)>,
    /// The graph that loaded the definition file; warnings are shown at its vertex.
    pub(super) loaded_by: Definition,
}

/// Reads both files, at the same time: they come from two sources, and every build waits for them first.
pub(super) async fn read(
    bridge: &Bridge,
    capabilities: &Capabilities,
    spec: &ContextSpec,
    inputs: &Inputs,
) -> Result<DefinitionFiles, Failure> {
    let abilities = Abilities::of(|id| capabilities.has_llb(id));
    let loaded_by = marshal(&sources::definition(spec, inputs, abilities), capabilities)?;
    let ((definition, beside), own) = tokio::try_join!(
        definition_and_ignore(bridge, spec, &loaded_by),
        ignore_text_of(bridge, capabilities, sources::ignore(spec, abilities)),
    )?;
    let path = |name: &str| RelPath::new(name).unwrap_or_default();
    let ignore_text = match (beside, own) {
        (Some(text), _) => Some((path(&sources::ignore_file(spec)), text)),
        (None, own) => own.map(|text| (path(IGNORE_FILE), text)),
    };
    let ignore = ignore_text.as_ref().map(|(path, text)| parsed(path, text)).unwrap_or_default();
    Ok(DefinitionFiles { definition, ignore, ignore_text, loaded_by })
}

/// The name of the ignore file at the root of a context.
const IGNORE_FILE: &str = ".dockerignore";

fn parsed(path: &RelPath, text: &[u8]) -> IgnoreFile {
    IgnoreFile::parse(path.clone(), &String::from_utf8_lossy(text))
}

/// The definition file and the ignore file beside it, which goes before the context's own.
async fn definition_and_ignore(
    bridge: &Bridge,
    spec: &ContextSpec,
    source: &Definition,
) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>), Failure> {
    let reference = bridge.solve(source.to_pb(), SolveOptions::default()).await?;
    let name = sources::ignore_file(spec);
    let (definition, ignore) = tokio::try_join!(
        read_if_there(bridge, reference.as_deref(), &spec.filename),
        read_if_there(bridge, reference.as_deref(), &name),
    )
    .map_err(not_sent)?;
    if definition.is_some() || spec.filename != "Dockerfile" {
        return Ok((definition, ignore));
    }
    // Docker takes the lower-case name too where the usual one is missing.
    Ok((read_if_there(bridge, reference.as_deref(), "dockerfile").await?, ignore))
}

/// The ignore file at the root of a local source; a remote source has none that counts.
pub(super) async fn ignore_of(
    bridge: &Bridge,
    capabilities: &Capabilities,
    source: Option<Output>,
) -> Result<IgnoreFile, Failure> {
    let text = ignore_text_of(bridge, capabilities, source).await?;
    let path = RelPath::new(IGNORE_FILE).unwrap_or_default();
    Ok(text.map(|text| parsed(&path, &text)).unwrap_or_default())
}

async fn ignore_text_of(
    bridge: &Bridge,
    capabilities: &Capabilities,
    source: Option<Output>,
) -> Result<Option<Vec<u8>>, Failure> {
    let Some(source) = source else { return Ok(None) };
    let reference = bridge.solve(marshal(&source, capabilities)?.to_pb(), SolveOptions::default()).await?;
    Ok(read_if_there(bridge, reference.as_deref(), IGNORE_FILE).await?)
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
