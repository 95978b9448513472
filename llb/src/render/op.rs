//! Ops of every kind as sketches.

use buildkit_proto::pb;
use pb::op::Op;

use super::line::{rest, word};
use super::{Edge, Ids, Places, Sketch, exec, file};
use crate::definition::DefinedOp;
use crate::platform::Platform;

pub(super) fn sketch(op: &DefinedOp, ids: &Ids<'_>) -> Sketch {
    let vertex = ids.vertex(op.digest().as_str());
    let op = op.op();
    let places = Places { vertex: &vertex, ids, inputs: &op.inputs };
    let mut sketch = match &op.op {
        Some(Op::Source(source)) => source_op(source),
        Some(Op::Exec(exec)) => exec::sketch(exec, &places),
        Some(Op::File(file)) => file::sketch(file, &places),
        Some(Op::Merge(merge)) => merge_op(merge, &places),
        Some(Op::Diff(diff)) => diff_op(diff, &places),
        Some(Op::Build(_)) => other("build", &op.inputs, ids),
        None => other("unknown", &op.inputs, ids),
    };
    if let Some(platform) = &op.platform {
        sketch.headline = format!("{} {}", sketch.headline, Platform::from(platform));
    }
    sketch
}

fn source_op(source: &pb::SourceOp) -> Sketch {
    Sketch {
        headline: format!("source {}", word(&source.identifier)),
        details: source.attrs.iter().map(|(key, value)| format!("{key} {}", rest(value))).collect(),
        edges: Vec::new(),
    }
}

fn merge_op(merge: &pb::MergeOp, places: &Places<'_>) -> Sketch {
    let inputs = || merge.inputs.iter().map(|input| input.input);
    let names: Vec<String> = inputs().map(|place| places.name(place)).collect();
    let edges = inputs().zip(1..).filter_map(|(place, layer)| edge(places, place, format!("layer {layer}")));
    Sketch { headline: format!("merge {}", names.join(" ")), details: Vec::new(), edges: edges.collect() }
}

fn diff_op(diff: &pb::DiffOp, places: &Places<'_>) -> Sketch {
    let lower = diff.lower.map_or(-1, |lower| lower.input);
    let upper = diff.upper.map_or(-1, |upper| upper.input);
    let edges = [(lower, "lower"), (upper, "upper")];
    Sketch {
        headline: format!("diff {} {}", places.name(lower), places.name(upper)),
        details: Vec::new(),
        edges: edges.into_iter().filter_map(|(place, label)| edge(places, place, label.to_owned())).collect(),
    }
}

/// An op that this crate does not make, drawn with nothing but its inputs.
fn other(kind: &str, inputs: &[pb::Input], ids: &Ids<'_>) -> Sketch {
    let names: Vec<String> = inputs.iter().map(|input| ids.result(input)).collect();
    let edges = inputs.iter().map(|input| Edge { from: input.clone(), label: String::new() });
    Sketch { headline: format!("{kind} {}", names.join(" ")), details: Vec::new(), edges: edges.collect() }
}

/// The edge from an input of the op; none from scratch.
pub(super) fn edge(places: &Places<'_>, place: i64, label: String) -> Option<Edge> {
    places.input(place).map(|input| Edge { from: input.clone(), label })
}
