//! The picture as a Mermaid flowchart.

use std::fmt::{self, Display, Formatter};

use super::{Ids, op};
use crate::definition::Definition;

pub(super) fn render(definition: &Definition) -> String {
    Mermaid(definition).to_string()
}

struct Mermaid<'a>(&'a Definition);

impl Display for Mermaid<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ids = Ids::new(self.0);
        writeln!(f, "flowchart TD")?;
        for op in self.0.ops() {
            let sketch = op::sketch(op, &ids);
            let vertex = ids.vertex(op.digest().as_str());
            // The line break is markup, so it goes in after the text is escaped.
            let name = op.name().map(|name| format!("{}<br/>", escape(name))).unwrap_or_default();
            writeln!(f, "  {vertex}[\"{vertex}<br/>{name}{}\"]", escape(&sketch.headline))?;
            for edge in sketch.edges {
                let from = ids.vertex(&edge.from.digest);
                let label = if edge.label.is_empty() {
                    String::new()
                } else {
                    format!("|\"{}\"|", escape(&edge.label))
                };
                writeln!(f, "  {from} -->{label} {vertex}")?;
            }
        }
        writeln!(f, "  result([\"result\"])")?;
        for input in self.0.terminal().iter().flat_map(|terminal| &terminal.op().inputs) {
            writeln!(f, "  {} --> result", ids.vertex(&input.digest))?;
        }
        Ok(())
    }
}

/// Mermaid's own entities, `#` first.
fn escape(text: &str) -> String {
    let entities = [("#", "#35;"), ("\"", "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("\n", " ")];
    entities.into_iter().fold(text.to_owned(), |text, (character, entity)| text.replace(character, entity))
}
