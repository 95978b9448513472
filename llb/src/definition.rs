//! Definitions: a whole graph, ready for the wire or read back from it.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_proto::pb;
use prost::Message;

use crate::digest::Digest;
use crate::display::DisplayText;
use crate::encode;
use crate::metadata;
use crate::platform::Platform;
use crate::source_map;
use crate::vertex::{self, Output};

/// A marshalled graph: ops in order, inputs before users, with what is said about each and the source map.
///
/// Shape: empty for scratch; otherwise [`ops`](Definition::ops) and a last op that names the result.
///
/// ```
/// use buildkit_llb::{Definition, FileOp, file::MkFile};
///
/// let hello = FileOp::on_scratch().mkfile(MkFile::new("/hello", "world")).output();
/// let definition = hello.marshal().unwrap();
/// assert_eq!(definition.ops().len(), 1);
/// assert_eq!(Definition::from_pb(definition.to_pb()).unwrap(), definition);
/// assert!(definition.caps().contains("file.base"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition {
    ops: Vec<DefinedOp>,
    terminal: Option<DefinedOp>,
    source: Option<pb::Source>,
}

/// One op of a definition.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinedOp {
    pub(crate) digest: Digest,
    pub(crate) bytes: Vec<u8>,
    pub(crate) op: pb::Op,
    pub(crate) metadata: pb::OpMetadata,
}

/// Bytes that are no definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// The bytes are not the message at all.
    #[error("decode the definition")]
    Decode(#[source] prost::DecodeError),
    /// One op is not an op.
    #[error("decode op {index} of the definition")]
    DecodeOp {
        /// The op's place in the definition, from 0.
        index: usize,
        /// What the decoder found.
        #[source]
        source: prost::DecodeError,
    },
    /// An op uses one that does not come before it.
    #[error("op {index} of the definition has the input `{digest}`, which is no op before it")]
    UnknownInput {
        /// The op's place in the definition, from 0.
        index: usize,
        /// The input's digest.
        digest: String,
    },
    /// An op uses a result that cannot be.
    #[error("op {index} of the definition uses result {result} of an input; results are counted from 0")]
    ResultIndex {
        /// The op's place in the definition, from 0.
        index: usize,
        /// The result's number.
        result: i64,
    },
    /// The last op does not name exactly one result.
    #[error("the last op of the definition has {inputs} inputs; it must have one, the result")]
    Terminal {
        /// How many it has.
        inputs: usize,
    },
}

impl DefinedOp {
    /// For bytes that this crate wrote, which decode by construction.
    pub(crate) fn of_own_bytes(digest: Digest, bytes: Vec<u8>, metadata: pb::OpMetadata) -> Self {
        let op = pb::Op::decode(&*bytes).unwrap_or_default();
        Self { digest, bytes, op, metadata }
    }

    /// The digest of the op's bytes.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The op as it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The op decoded.
    #[must_use]
    pub fn op(&self) -> &pb::Op {
        &self.op
    }

    /// What is said about the op.
    #[must_use]
    pub fn metadata(&self) -> &pb::OpMetadata {
        &self.metadata
    }

    /// The name that progress output shows, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        metadata::name(&self.metadata)
    }

    /// The capabilities that the op needs, in order.
    pub fn caps(&self) -> impl Iterator<Item = &str> {
        self.metadata.caps.iter().filter(|(_, needed)| **needed).map(|(cap, _)| cap.as_str())
    }
}

impl Definition {
    pub(crate) fn new(ops: Vec<DefinedOp>, terminal: DefinedOp, source: Option<pb::Source>) -> Self {
        Self { ops, terminal: Some(terminal), source }
    }

    /// Reads a definition back from its message.
    ///
    /// Errors: an op that does not decode, an input that is not there, a last op that names no result.
    pub fn from_pb(definition: pb::Definition) -> Result<Self, DefinitionError> {
        let pb::Definition { def, metadata, source } = definition;
        let mut ops = Vec::with_capacity(def.len());
        let mut known = BTreeSet::new();
        for (index, bytes) in def.into_iter().enumerate() {
            let op = pb::Op::decode(&*bytes).map_err(|source| DefinitionError::DecodeOp { index, source })?;
            if let Some(input) = op.inputs.iter().find(|input| !known.contains(&input.digest)) {
                return Err(DefinitionError::UnknownInput { index, digest: input.digest.clone() });
            }
            if let Some(input) = op.inputs.iter().find(|input| u32::try_from(input.index).is_err()) {
                return Err(DefinitionError::ResultIndex { index, result: input.index });
            }
            let digest = Digest::of(&bytes);
            known.insert(digest.to_string());
            // Not removed: the same op may be listed twice.
            let metadata = metadata.get(digest.as_str()).cloned().unwrap_or_default();
            ops.push(DefinedOp { digest, bytes, op, metadata });
        }
        let terminal = ops.pop();
        let inputs = terminal.as_ref().map_or(1, |terminal| terminal.op.inputs.len());
        if inputs != 1 {
            return Err(DefinitionError::Terminal { inputs });
        }
        Ok(Self { ops, terminal, source })
    }

    /// Reads a definition back from bytes, as [`to_bytes`](Definition::to_bytes) and BuildKit's own tools write them.
    ///
    /// Errors: as [`from_pb`](Definition::from_pb), and bytes that are not the message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DefinitionError> {
        Self::from_pb(pb::Definition::decode(bytes).map_err(DefinitionError::Decode)?)
    }

    /// The message to send.
    #[must_use]
    pub fn to_pb(&self) -> pb::Definition {
        let all = || self.ops.iter().chain(&self.terminal);
        pb::Definition {
            def: all().map(|op| op.bytes.clone()).collect(),
            metadata: all().map(|op| (op.digest.to_string(), op.metadata.clone())).collect(),
            source: self.source.clone(),
        }
    }

    /// The message as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_pb().encode_to_vec()
    }

    /// Whether this is the definition of scratch.
    #[must_use]
    pub fn is_scratch(&self) -> bool {
        self.terminal.is_none()
    }

    /// The ops, inputs before users, without the last one that only names the result.
    #[must_use]
    pub fn ops(&self) -> &[DefinedOp] {
        &self.ops
    }

    /// The last op, which names the result; none for scratch.
    #[must_use]
    pub fn terminal(&self) -> Option<&DefinedOp> {
        self.terminal.as_ref()
    }

    /// The vertex whose result the definition is for, and which of its results; none for scratch.
    #[must_use]
    pub fn head(&self) -> Option<(&Digest, i64)> {
        let input = self.terminal.as_ref()?.op.inputs.first()?;
        let op = self.ops.iter().find(|op| op.digest.as_str() == input.digest)?;
        Some((&op.digest, input.index))
    }

    /// The op of this digest.
    #[must_use]
    pub fn op(&self, digest: &str) -> Option<&DefinedOp> {
        self.ops.iter().find(|op| op.digest.as_str() == digest)
    }

    /// The files and places that the vertices come from.
    #[must_use]
    pub fn source(&self) -> Option<&pb::Source> {
        self.source.as_ref()
    }

    /// The definition's result as a part of a graph of one's own: an input that BuildKit hands to a frontend, say.
    ///
    /// Every op keeps its bytes, so that it stays the vertex that it is elsewhere.
    ///
    /// ```
    /// use buildkit_llb::{Definition, FileOp, file::{MkFile, Rm}};
    ///
    /// let theirs = FileOp::on_scratch().mkfile(MkFile::new("/a", "a")).output().marshal().unwrap();
    /// let read = Definition::from_bytes(&theirs.to_bytes()).unwrap().to_output();
    /// let ours = FileOp::on(read).rm(Rm::new("/a")).output().marshal().unwrap();
    /// assert_eq!(ours.ops()[0], theirs.ops()[0]);
    /// ```
    pub fn to_output(&self) -> Output {
        let mut vertices = BTreeMap::new();
        let find = |vertices: &BTreeMap<&str, _>, input: &pb::Input| {
            let vertex = vertices.get(&*input.digest)?;
            Some(vertex::output(vertex, u32::try_from(input.index).ok()?))
        };
        for op in &self.ops {
            let inputs = op.op.inputs.iter().filter_map(|input| find(&vertices, input)).collect();
            let locations = source_map::locations_of(op.digest.as_str(), self.source.as_ref());
            vertices.insert(op.digest.as_str(), vertex::of_definition(op, inputs, locations));
        }
        let result = self.terminal.as_ref().and_then(|terminal| terminal.op.inputs.first());
        result.and_then(|input| find(&vertices, input)).unwrap_or_else(Output::scratch)
    }

    /// Returns the source that the graph is, for another platform; none for a graph that is not one source alone.
    ///
    /// ```
    /// use buildkit_llb::{Platform, source::Image};
    ///
    /// let image = |arch| Image::new("a:1".parse().unwrap(), Platform::new("linux", arch)).output();
    /// let amd64 = image("amd64").marshal().unwrap();
    /// let arm64 = amd64.on_platform(&Platform::new("linux", "arm64"), "load a").unwrap();
    /// assert_eq!(arm64.marshal().unwrap().head(), image("arm64").marshal().unwrap().head());
    /// ```
    #[must_use]
    pub fn on_platform(&self, platform: &Platform, name: impl Into<DisplayText>) -> Option<Output> {
        let [source] = self.ops.as_slice() else { return None };
        let Some(pb::op::Op::Source(_)) = &source.op.op else { return None };
        let op = pb::Op { platform: Some(platform.into()), ..source.op.clone() };
        let bytes = encode::op(&op);
        let mut metadata = source.metadata.clone();
        metadata.description.insert(metadata::CUSTOM_NAME.to_owned(), name.into().into());
        let op = DefinedOp { digest: Digest::of(&bytes), bytes, op, metadata };
        Some(vertex::output(&vertex::of_definition(&op, Vec::new(), Vec::new()), 0))
    }

    /// Every capability that the graph needs, in order.
    #[must_use]
    pub fn caps(&self) -> BTreeSet<&str> {
        self.ops.iter().chain(&self.terminal).flat_map(DefinedOp::caps).collect()
    }

    /// Which vertices need which capability, by the vertices' digests; for a message that says what needs a newer daemon.
    #[must_use]
    pub fn caps_by_op(&self) -> BTreeMap<&str, Vec<&Digest>> {
        let mut users: BTreeMap<&str, Vec<&Digest>> = BTreeMap::new();
        for op in &self.ops {
            for cap in op.caps() {
                users.entry(cap).or_default().push(&op.digest);
            }
        }
        users
    }
}
