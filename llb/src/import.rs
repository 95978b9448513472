//! Graphs that somebody else made, as parts of our own.

use std::collections::BTreeMap;
use std::sync::Arc;

use buildkit_proto::pb;

use crate::definition::{DefinedOp, Definition};
use crate::metadata::Metadata;
use crate::platform::Platform;
use crate::vertex::{self, Output, Vertex};

impl Definition {
    /// The result that the definition is for, to build on: a graph that was handed over becomes part of one's own.
    ///
    /// The ops keep their bytes and so their digests, whoever encoded them. Places in source files are not taken over.
    ///
    /// ```
    /// use buildkit_llb::{Definition, FileOp, file::{Copy, MkFile}};
    ///
    /// let theirs = FileOp::on_scratch().mkfile(MkFile::new("/hello", "world")).output().marshal().unwrap();
    /// let ours = FileOp::on_scratch().copy(Copy::new(theirs.output(), "/hello", "/hi")).output().marshal().unwrap();
    /// assert_eq!(ours.ops()[0].bytes(), theirs.ops()[0].bytes());
    /// ```
    #[must_use]
    pub fn output(&self) -> Output {
        let mut vertices: BTreeMap<&str, Arc<Vertex>> = BTreeMap::new();
        for op in self.ops() {
            let vertex = import(op, &vertices);
            vertices.insert(op.digest().as_str(), vertex);
        }
        let head = self.head().and_then(|(digest, index)| {
            Some(vertex::output(vertices.get(digest.as_str())?, u32::try_from(index).ok()?))
        });
        head.unwrap_or_else(Output::scratch)
    }
}

/// A definition is only made of ops whose inputs come before them, so each input is found.
fn import(op: &DefinedOp, vertices: &BTreeMap<&str, Arc<Vertex>>) -> Arc<Vertex> {
    let input = |input: &pb::Input| {
        Some(vertex::output(vertices.get(input.digest.as_str())?, u32::try_from(input.index).ok()?))
    };
    Arc::new(Vertex {
        digest: op.digest.clone(),
        bytes: op.bytes.clone(),
        inputs: op.op.inputs.iter().filter_map(input).collect(),
        platform: op.op.platform.as_ref().map(Platform::from),
        metadata: Metadata::from(op.metadata.clone()),
        problems: Vec::new(),
    })
}
