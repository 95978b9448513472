//! From a graph of ours to a definition to solve.

use buildkit_llb::{Definition, Output};
use buildkit_proto::client::Capabilities;

use super::failure::{Failure, Files};
use crate::engine;

/// Marshals a graph of our own making; that it cannot be is a fault of this program.
///
/// Errors: what the graph needs and the engine lacks.
pub(super) fn marshal(output: &Output, capabilities: &Capabilities) -> Result<Definition, Failure> {
    let definition = output
        .marshal()
        .map_err(|error| Failure::Internal(format!("made a graph that cannot be: {error}")))?;
    let needed = definition.ops().iter().flat_map(|op| op.metadata().caps.keys()).map(String::as_str);
    let diagnostics = engine::missing(needed, |id| capabilities.has_llb(id));
    if diagnostics.is_empty() {
        return Ok(definition);
    }
    Err(Failure::Findings { diagnostics, files: Files::new() })
}
