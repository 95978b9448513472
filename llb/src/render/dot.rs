//! The picture for Graphviz.

use std::fmt::{self, Display, Formatter};

use super::{Ids, op};
use crate::definition::Definition;

pub(super) fn render(definition: &Definition) -> String {
    Dot(definition).to_string()
}

struct Dot<'a>(&'a Definition);

impl Display for Dot<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ids = Ids::new(self.0);
        writeln!(f, "digraph llb {{")?;
        writeln!(f, "  node [shape=box];")?;
        for op in self.0.ops() {
            let sketch = op::sketch(op, &ids);
            let vertex = ids.vertex(op.digest().as_str());
            let name = op.name().map(|name| format!("{name}\n")).unwrap_or_default();
            let label = format!("{vertex}\n{name}{}", sketch.headline);
            writeln!(f, "  {vertex} [label=\"{}\"];", escape(&label))?;
            for edge in sketch.edges {
                let from = ids.vertex(&edge.from.digest);
                writeln!(f, "  {from} -> {vertex} [label=\"{}\"];", escape(&edge.label))?;
            }
        }
        writeln!(f, "  result [shape=oval];")?;
        for input in self.0.terminal().iter().flat_map(|terminal| &terminal.op().inputs) {
            writeln!(f, "  {} -> result;", ids.vertex(&input.digest))?;
        }
        writeln!(f, "}}")
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
