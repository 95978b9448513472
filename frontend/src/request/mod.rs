//! Questions instead of builds: `docker buildx build --call=NAME`.

mod answer;
mod bake;
mod describe;
mod dockerfile;
mod explain;
mod facts;
mod graph;
mod lint;
mod outline;
mod plan;
mod rules;
mod schema;
mod steps;
mod targets;

use std::collections::BTreeSet;

use buildkit_proto::gateway::Result as GatewayResult;

use crate::diagnostic::{Diagnostic, Findings};
use crate::name::RelPath;
use crate::project::LOCK;

pub use facts::Facts;
pub use lint::findings;
pub use rules::Policy;

/// Who answers a question, and with that, what must be known before.
#[derive(Clone, Copy)]
enum Handler {
    /// Nothing of the project.
    Alone(fn() -> answer::Answer),
    /// Whatever could be found out.
    Facts(fn(&Facts<'_>) -> answer::Answer),
    /// The plan; what stands in its way is the answer.
    Plan(fn(&Facts<'_>) -> answer::Answer),
    /// The plan and its graph, for which images are looked up.
    Graph(fn(&Facts<'_>) -> answer::Answer),
}

/// Every question that is answered: its name, what it is, and who answers it.
const REQUESTS: [(&str, &str, Handler); 11] = [
    (
        "frontend.outline",
        "lists the build-args, secrets and caches of a target",
        Handler::Facts(outline::answer),
    ),
    ("frontend.targets", "lists what --target may name", Handler::Facts(targets::answer)),
    ("frontend.lint", "looks for what is legal and probably not meant", Handler::Facts(lint::answer)),
    ("frontend.plan", "tells what a build would do and why", Handler::Graph(plan::answer)),
    ("frontend.explain", "tells of each step what makes it run again", Handler::Graph(explain::answer)),
    ("frontend.graph", "draws the build graph, as Mermaid", Handler::Graph(graph::mermaid)),
    ("frontend.graph.dot", "draws the build graph, as DOT", Handler::Graph(graph::dot)),
    ("frontend.dockerfile", "prints the build as a Dockerfile", Handler::Plan(dockerfile::answer)),
    ("frontend.bake", "prints a bake file with a target per binary", Handler::Facts(bake::answer)),
    ("frontend.schema", "prints the JSON schema of the configuration", Handler::Alone(schema::answer)),
    ("frontend.subrequests.describe", "lists these questions", Handler::Alone(describe::answer)),
];

fn handler(name: &str) -> Option<Handler> {
    REQUESTS.iter().find(|(known, ..)| *known == name).map(|(.., handler)| *handler)
}

/// Answers `name` if that takes no look at the project.
#[must_use]
pub fn answer_without_project(name: &str) -> Option<GatewayResult> {
    match handler(name)? {
        Handler::Alone(answer) => Some(answer().into_result()),
        Handler::Facts(_) | Handler::Plan(_) | Handler::Graph(_) => None,
    }
}

/// Whether the answer to `name` takes a plan, so that what stands in the way of planning is the answer.
#[must_use]
pub fn needs_plan(name: &str) -> bool {
    matches!(handler(name), Some(Handler::Plan(_) | Handler::Graph(_)))
}

/// Whether the answer to `name` takes the graph of a build.
#[must_use]
pub fn needs_graph(name: &str) -> bool {
    matches!(handler(name), Some(Handler::Graph(_)))
}

/// The files to read before the question `name` can be answered, besides those that planning reads.
#[must_use]
pub fn wanted(name: &str, facts: &Facts<'_>) -> BTreeSet<RelPath> {
    if name == "frontend.lint" { rules::wanted(facts) } else { BTreeSet::new() }
}

/// Answers the request `name`. It never solves.
pub fn answer(name: &str, facts: &Facts<'_>) -> Result<GatewayResult, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    match handler(name) {
        Some(Handler::Alone(answer)) => return Ok(answer().into_result()),
        Some(Handler::Plan(_) | Handler::Graph(_)) if facts.plan.is_none() => {
            return Err(vec![no_plan(name)]);
        }
        Some(Handler::Facts(answer) | Handler::Plan(answer) | Handler::Graph(answer)) => {
            return Ok(answer(facts).into_result());
        }
        None => {}
    }
    let known: Vec<&str> =
        REQUESTS.iter().map(|(name, ..)| name.strip_prefix("frontend.").unwrap_or(name)).collect();
    let asked = name.strip_prefix("frontend.").unwrap_or(name);
    findings.push(
        Diagnostic::error(format!("Supercargo does not answer `--call={asked}`"))
            .hint(format!("It answers `{}`; `check` is another word for `lint`.", known.join("`, `"))),
    );
    findings.fail().map(|warned| warned.value)
}

/// What a project without a lockfile is told: to make one takes the toolchain, which no question pulls.
fn no_plan(name: &str) -> Diagnostic {
    let asked = name.strip_prefix("frontend.").unwrap_or(name);
    Diagnostic::error(format!("`--call={asked}` needs a `Cargo.lock`, and the project has none"))
        .hint(format!("Run `{LOCK}` or `cargo generate-lockfile`, and commit Cargo.lock."))
}
