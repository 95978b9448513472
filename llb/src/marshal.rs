//! From an output to a definition.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use buildkit_proto::{cap, pb};

use crate::definition::{DefinedOp, Definition};
use crate::digest::Digest;
use crate::encode;
use crate::error::{InvalidGraph, Problem};
use crate::metadata;
use crate::source_map::SourceMap;
use crate::vertex::{Output, Vertex};

impl Output {
    /// Everything that leads to this output, ready for BuildKit.
    ///
    /// Reads, never writes: marshalling twice gives the same bytes. Scratch gives the empty definition.
    ///
    /// Errors: [`InvalidGraph`] with every problem of every vertex that the output needs.
    pub fn marshal(&self) -> Result<Definition, InvalidGraph> {
        let Some((root, terminal)) = self.source().zip(self.to_input()) else {
            return Ok(Definition::default());
        };
        let mut walk = Walk::default();
        for vertex in inputs_first(root) {
            walk.visit(&vertex);
        }
        if !walk.problems.is_empty() {
            return Err(InvalidGraph::new(walk.problems));
        }
        let bytes = encode::op(&pb::Op { inputs: vec![terminal], ..pb::Op::default() });
        let caps = terminal_caps(walk.ops.iter().map(|op| &op.metadata));
        let metadata = pb::OpMetadata { caps, ..pb::OpMetadata::default() };
        let terminal = DefinedOp::of_own_bytes(Digest::of(&bytes), bytes, metadata);
        Ok(Definition::new(walk.ops, terminal, walk.source_map.into_pb()))
    }
}

/// The vertices that lead to one, inputs before users, in the order of the inputs. A stack instead of recursion, so that a
/// long chain of vertices cannot overflow the thread's own.
fn inputs_first(root: &Arc<Vertex>) -> Vec<Arc<Vertex>> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::from([Arc::as_ptr(root)]);
    let mut stack = vec![(Arc::clone(root), 0)];
    while let Some((vertex, next)) = stack.pop() {
        let Some(input) = vertex.inputs().get(next) else {
            order.push(vertex);
            continue;
        };
        let input = input.source().cloned();
        stack.push((vertex, next + 1));
        // By address: a twin of equal content may say more about itself, which `Walk::visit` joins.
        stack.extend(input.filter(|input| seen.insert(Arc::as_ptr(input))).map(|input| (input, 0)));
    }
    order
}

#[derive(Default)]
struct Walk {
    ops: Vec<DefinedOp>,
    places: BTreeMap<Digest, usize>,
    source_map: SourceMap,
    problems: Vec<Problem>,
}

impl Walk {
    fn visit(&mut self, vertex: &Vertex) {
        let metadata = vertex.metadata().clone();
        self.source_map.add(vertex.digest().as_str(), vertex.locations());
        let known = self.places.get(vertex.digest()).and_then(|place| self.ops.get_mut(*place));
        if let Some(twin) = known {
            metadata::merge(&mut twin.metadata, metadata);
            return;
        }
        self.problems.extend_from_slice(vertex.problems());
        self.places.insert(vertex.digest().clone(), self.ops.len());
        self.ops.push(DefinedOp::of_own_bytes(vertex.digest().clone(), vertex.bytes().to_vec(), metadata));
    }
}

/// The last op names what the definition as a whole needs.
fn terminal_caps<'a>(all: impl Iterator<Item = &'a pb::OpMetadata>) -> BTreeMap<String, bool> {
    let mut caps = BTreeSet::from([cap::CONSTRAINTS, cap::PLATFORM]);
    for metadata in all {
        if metadata.ignore_cache {
            caps.insert(cap::META_IGNORE_CACHE);
        }
        if !metadata.description.is_empty() {
            caps.insert(cap::META_DESCRIPTION);
        }
        if metadata.export_cache.is_some() {
            caps.insert(cap::META_EXPORT_CACHE);
        }
    }
    caps.into_iter().map(|cap| (cap.to_owned(), true)).collect()
}
