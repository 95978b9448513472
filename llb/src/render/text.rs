//! The picture in plain text.

use std::fmt::{self, Display, Formatter};

use buildkit_proto::pb;

use super::line::{Line, word, words};
use super::{Ids, op};
use crate::definition::{DefinedOp, Definition};

pub(super) fn render(definition: &Definition) -> String {
    Text(definition).to_string()
}

struct Text<'a>(&'a Definition);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(terminal) = self.0.terminal() else {
            return writeln!(f, "result scratch");
        };
        let ids = Ids::new(self.0);
        for op in self.0.ops() {
            let sketch = op::sketch(op, &ids);
            let mut line = Line::new(ids.vertex(op.digest().as_str()));
            line.add(sketch.headline);
            metadata(&mut line, op);
            writeln!(f, "{}", line.into_string())?;
            for detail in sketch.details {
                writeln!(f, "   {detail}")?;
            }
            for place in places(op, self.0.source()) {
                writeln!(f, "   from {place}")?;
            }
        }
        let results: Vec<String> = terminal.op().inputs.iter().map(|input| ids.result(input)).collect();
        writeln!(f, "result {}", results.join(" "))?;
        writeln!(f, "needs {}", words(self.0.caps()))
    }
}

fn metadata(line: &mut Line, op: &DefinedOp) {
    let metadata = op.metadata();
    line.flag(metadata.ignore_cache, "ignore-cache");
    if let Some(export) = metadata.export_cache {
        line.add(format!("export-cache={}", export.value));
    }
    if let Some(group) = &metadata.progress_group {
        line.add(format!("group={}", word(&group.id)));
    }
    if let Some(name) = op.name() {
        line.add(format!("{name:?}"));
    }
}

/// `Cargo.toml:3-5`, for every place that the op comes from.
fn places(op: &DefinedOp, source: Option<&pb::Source>) -> Vec<String> {
    let Some(source) = source else {
        return Vec::new();
    };
    let locations = source.locations.get(op.digest().as_str()).map(|locations| &locations.locations);
    let place = |location: &pb::Location| {
        let info = source.infos.get(usize::try_from(location.source_index).ok()?)?;
        let lines: Vec<String> = location.ranges.iter().map(lines).collect();
        Some(format!("{}:{}", word(&info.filename), lines.join(",")))
    };
    locations.into_iter().flatten().filter_map(place).collect()
}

fn lines(range: &pb::Range) -> String {
    let line = |position: Option<pb::Position>| position.map_or(0, |position| position.line);
    let (first, last) = (line(range.start), line(range.end));
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}
