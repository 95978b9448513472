//! From a graph of ours to a definition to solve.

use buildkit_llb::{Definition, Output};

use super::failure::Failure;

/// Marshals a graph of our own making; that it cannot be is a fault of this program.
pub(super) fn marshal(output: &Output) -> Result<Definition, Failure> {
    output.marshal().map_err(|error| Failure::Internal(format!("made a graph that cannot be: {error}")))
}
