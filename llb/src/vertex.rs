//! Vertices and their outputs: the nodes and the edges of the graph.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use buildkit_proto::pb;

use crate::definition::DefinedOp;
use crate::digest::Digest;
use crate::encode;
use crate::error::{Problem, ProblemKind};
use crate::metadata::{self, Metadata};
use crate::platform::Platform;
use crate::source_map::Location;

/// One op with its inputs: immutable, named by the digest of its bytes.
///
/// A vertex is complete when it is made; marshalling only collects. Two vertices of equal content are one vertex to BuildKit,
/// whatever they are called here.
pub struct Vertex {
    digest: Digest,
    bytes: Vec<u8>,
    inputs: Vec<Output>,
    platform: Option<Platform>,
    metadata: pb::OpMetadata,
    locations: Vec<Location>,
    problems: Vec<Problem>,
}

impl Vertex {
    /// The vertex's name: the SHA-256 digest of its bytes.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The op as it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the vertex reads, each output once.
    pub fn inputs(&self) -> &[Output] {
        &self.inputs
    }

    /// The name that progress output shows, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        metadata::name(&self.metadata)
    }

    /// What is said about the vertex: its description, its cache flags and the capabilities that it needs.
    #[must_use]
    pub fn metadata(&self) -> &pb::OpMetadata {
        &self.metadata
    }

    pub(crate) fn locations(&self) -> &[Location] {
        &self.locations
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Lets go of the inputs one after another. The default, one within another, would overflow the stack on a long chain.
impl Drop for Vertex {
    fn drop(&mut self) {
        let mut pending = std::mem::take(&mut self.inputs);
        while let Some(output) = pending.pop() {
            let last_handle = output.source.and_then(|(vertex, _)| Arc::into_inner(vertex));
            if let Some(mut vertex) = last_handle {
                pending.append(&mut vertex.inputs);
            }
        }
    }
}

/// Vertices are equal when their bytes are.
impl PartialEq for Vertex {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Vertex {}

impl fmt::Debug for Vertex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vertex")
            .field("digest", &self.digest)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// One result of a vertex, or scratch: the empty file system.
///
/// A cheap handle that can be cloned, shared between threads, and used as often as one likes. Outputs are equal when their
/// vertices' bytes are, so an `Output` is as good a key as a digest.
#[derive(Clone)]
#[must_use = "what no other vertex uses and nobody marshals is no part of the graph"]
pub struct Output {
    source: Option<(Arc<Vertex>, u32)>,
}

impl Output {
    /// The empty file system.
    pub fn scratch() -> Self {
        Self { source: None }
    }

    /// Whether this is the empty file system.
    #[must_use]
    pub fn is_scratch(&self) -> bool {
        self.source.is_none()
    }

    /// The vertex whose result this is; none for scratch.
    #[must_use]
    pub fn vertex(&self) -> Option<&Vertex> {
        self.source.as_ref().map(|(vertex, _)| &**vertex)
    }

    /// Which of the vertex's results this is; 0 for scratch.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.source.as_ref().map_or(0, |(_, index)| *index)
    }

    /// The platform that an exec on top of this output runs on: that of the image below it.
    #[must_use]
    pub fn platform(&self) -> Option<&Platform> {
        self.vertex()?.platform.as_ref()
    }

    pub(crate) fn source(&self) -> Option<&Arc<Vertex>> {
        self.source.as_ref().map(|(vertex, _)| vertex)
    }

    fn identity(&self) -> Option<(&Digest, u32)> {
        self.source.as_ref().map(|(vertex, index)| (&vertex.digest, *index))
    }

    pub(crate) fn to_input(&self) -> Option<pb::Input> {
        let (digest, index) = self.identity()?;
        Some(pb::Input { digest: digest.to_string(), index: i64::from(index) })
    }
}

impl PartialEq for Output {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Output {}

impl Hash for Output {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl PartialOrd for Output {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Output {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.identity() {
            None => f.write_str("Output(scratch)"),
            Some((digest, index)) => write!(f, "Output({}:{index})", digest.short()),
        }
    }
}

/// The inputs of an op under construction. Each output has one place, however often it is used.
#[derive(Default)]
pub(crate) struct Inputs {
    outputs: Vec<Output>,
    places: BTreeMap<Output, i64>,
}

impl Inputs {
    /// The place of an output in the op's list of inputs; -1 stands for scratch.
    pub(crate) fn place(&mut self, output: &Output) -> i64 {
        if output.is_scratch() {
            return -1;
        }
        if let Some(place) = self.places.get(output) {
            return *place;
        }
        let place = self.len();
        self.places.insert(output.clone(), place);
        self.outputs.push(output.clone());
        place
    }

    pub(crate) fn len(&self) -> i64 {
        i64::try_from(self.outputs.len()).unwrap_or(i64::MAX)
    }
}

/// A vertex about to be made.
pub(crate) struct Draft {
    /// What kind of op it is, to speak of it when it has no name.
    pub(crate) kind: &'static str,
    pub(crate) op: pb::op::Op,
    pub(crate) inputs: Inputs,
    /// The platform in the op itself.
    pub(crate) op_platform: Option<Platform>,
    /// The platform that execs on top of the vertex inherit.
    pub(crate) platform: Option<Platform>,
    pub(crate) metadata: Metadata,
    pub(crate) problems: Vec<ProblemKind>,
}

impl Draft {
    pub(crate) fn finish(self) -> Arc<Vertex> {
        let op = pb::Op {
            inputs: self.inputs.outputs.iter().filter_map(Output::to_input).collect(),
            platform: self.op_platform.as_ref().map(pb::Platform::from),
            constraints: Some(pb::WorkerConstraints::default()),
            op: Some(self.op),
        };
        let name = self.metadata.name().unwrap_or(self.kind).to_owned();
        let problems = self.problems.into_iter().map(|kind| Problem::new(&name, kind)).collect();
        let bytes = encode::op(&op);
        Arc::new(Vertex {
            digest: Digest::of(&bytes),
            bytes,
            inputs: self.inputs.outputs,
            platform: self.platform,
            metadata: self.metadata.to_pb(),
            locations: self.metadata.locations,
            problems,
        })
    }

    /// The vertex's only output.
    pub(crate) fn into_output(self) -> Output {
        output(&self.finish(), 0)
    }
}

/// A vertex as a definition has it, bytes and all, whoever wrote them. It runs on its own platform, or that of its first input.
pub(crate) fn of_definition(op: &DefinedOp, inputs: Vec<Output>, locations: Vec<Location>) -> Arc<Vertex> {
    let own = op.op().platform.as_ref().map(Platform::from);
    Arc::new(Vertex {
        digest: op.digest().clone(),
        bytes: op.bytes().to_vec(),
        platform: own.or_else(|| inputs.iter().find_map(Output::platform).cloned()),
        inputs,
        metadata: op.metadata().clone(),
        locations,
        problems: Vec::new(),
    })
}

pub(crate) fn output(vertex: &Arc<Vertex>, index: u32) -> Output {
    Output { source: Some((Arc::clone(vertex), index)) }
}
