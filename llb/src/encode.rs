//! Ops as bytes, equal to what Go's deterministic protobuf encoder writes.
//!
//! BuildKit encodes every op again when it loads a definition and names the vertex by the digest of *its* bytes. Ours must be
//! the same, or source positions and warnings point at vertices that do not exist. Two things differ from prost's own output:
//! Go writes the members of a `oneof` after all other fields, and an entry of a map always has its key and its value,
//! empty or not.

use std::collections::BTreeMap;

use buildkit_proto::pb;
use pb::op::Op;
use prost::encoding::{WireType, encode_key, encode_varint, message, string};

pub(crate) fn op(op: &pb::Op) -> Vec<u8> {
    let mut out = Vec::new();
    message::encode_repeated(1, &op.inputs, &mut out);
    if let Some(platform) = &op.platform {
        message::encode(10, platform, &mut out);
    }
    if let Some(constraints) = &op.constraints {
        message::encode(11, constraints, &mut out);
    }
    match &op.op {
        None => {}
        Some(Op::Exec(exec)) => message::encode(2, exec, &mut out),
        Some(Op::Source(source)) => delimited(3, &source_op(source), &mut out),
        Some(Op::File(file)) => message::encode(4, file, &mut out),
        Some(Op::Build(build)) => message::encode(5, build, &mut out),
        Some(Op::Merge(merge)) => message::encode(6, merge, &mut out),
        Some(Op::Diff(diff)) => message::encode(7, diff, &mut out),
    }
    out
}

fn source_op(source: &pb::SourceOp) -> Vec<u8> {
    let mut out = Vec::new();
    if !source.identifier.is_empty() {
        string::encode(1, &source.identifier, &mut out);
    }
    string_map(2, &source.attrs, &mut out);
    out
}

fn string_map(tag: u32, map: &BTreeMap<String, String>, out: &mut Vec<u8>) {
    for (key, value) in map {
        let mut entry = Vec::new();
        string::encode(1, key, &mut entry);
        string::encode(2, value, &mut entry);
        delimited(tag, &entry, out);
    }
}

fn delimited(tag: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encode_key(tag, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    #[test]
    fn an_empty_value_is_written_and_the_oneof_comes_last() {
        let attrs = BTreeMap::from([("a".to_owned(), String::new())]);
        let message = pb::Op {
            constraints: Some(pb::WorkerConstraints::default()),
            op: Some(Op::Source(pb::SourceOp { identifier: "x".to_owned(), attrs })),
            ..pb::Op::default()
        };
        let bytes = op(&message);
        assert_eq!(bytes, [0x5a, 0, 0x1a, 10, 0x0a, 1, b'x', 0x12, 5, 0x0a, 1, b'a', 0x12, 0]);
        assert_eq!(pb::Op::decode(&*bytes).unwrap(), message);
    }
}
