//! A definition as a picture: text for goldens and reviews, DOT and Mermaid for graphs.

mod dot;
mod exec;
mod file;
mod line;
mod mermaid;
mod op;
mod text;

use std::collections::BTreeMap;

use buildkit_proto::pb;

use crate::definition::Definition;

impl Definition {
    /// The graph as text: a vertex per paragraph, inputs before users, everything that counts on a line of its own.
    ///
    /// Equal graphs give equal text. Vertices are called `v1`, `v2`, … in their order, so that a change shows where it is made
    /// and not in every digest that follows from it; `v2.1` is the second result of `v2`. Long file contents are shown as their
    /// size and the start of their SHA-256.
    ///
    /// ```
    /// use buildkit_llb::{FileOp, file::{MkFile, Mkdir}};
    ///
    /// let skeleton = FileOp::on_scratch()
    ///     .mkdir(Mkdir::new("/src").parents())
    ///     .mkfile(MkFile::new("/src/lib.rs", "//! Empty.\n").timestamp(0))
    ///     .name("[manifests] stubs")
    ///     .output();
    /// assert_eq!(
    ///     skeleton.marshal().unwrap().to_text(),
    ///     r#"v1 file on scratch "[manifests] stubs"
    ///    mkdir /src 0755 parents
    ///    mkfile /src/lib.rs 0644 time=0 "//! Empty.\n"
    /// result v1
    /// needs constraints file.base meta.description platform
    /// "#
    /// );
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// The graph in Graphviz's language.
    #[must_use]
    pub fn to_dot(&self) -> String {
        dot::render(self)
    }

    /// The graph as a Mermaid flowchart, which code hosts draw in Markdown.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        mermaid::render(self)
    }
}

/// What the vertices are called in a picture.
struct Ids<'a>(BTreeMap<&'a str, usize>);

impl<'a> Ids<'a> {
    fn new(definition: &'a Definition) -> Self {
        Self(definition.ops().iter().zip(1..).map(|(op, number)| (op.digest().as_str(), number)).collect())
    }

    fn vertex(&self, digest: &str) -> String {
        self.0.get(digest).map_or_else(|| "?".to_owned(), |number| format!("v{number}"))
    }

    fn result(&self, input: &pb::Input) -> String {
        result(&self.vertex(&input.digest), input.index)
    }
}

/// What one result of a vertex is called.
fn result(vertex: &str, index: i64) -> String {
    if index == 0 { vertex.to_owned() } else { format!("{vertex}.{index}") }
}

/// The inputs of one op, by the numbers that the op uses for them.
struct Places<'a> {
    /// The vertex whose op it is.
    vertex: &'a str,
    ids: &'a Ids<'a>,
    inputs: &'a [pb::Input],
}

impl Places<'_> {
    fn input(&self, place: i64) -> Option<&pb::Input> {
        self.inputs.get(usize::try_from(place).ok()?)
    }

    /// What stands at a place: an input, scratch, or, in a file op, the result of an earlier action.
    fn name(&self, place: i64) -> String {
        if place < 0 {
            return "scratch".to_owned();
        }
        let first_result = i64::try_from(self.inputs.len()).unwrap_or(i64::MAX);
        self.input(place)
            .map_or_else(|| format!("action {}", place - first_result + 1), |input| self.ids.result(input))
    }
}

/// One vertex, ready to be drawn.
struct Sketch {
    /// The op's kind and what it is about, on one line.
    headline: String,
    /// The rest, a line each.
    details: Vec<String>,
    edges: Vec<Edge>,
}

/// Where an input goes.
struct Edge {
    from: pb::Input,
    label: String,
}
