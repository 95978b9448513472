//! Questions instead of builds: `docker buildx build --call=NAME`.

mod answer;
mod describe;
mod facts;
mod lint;
mod outline;
mod rules;
mod targets;

use std::collections::BTreeSet;

use buildkit_proto::gateway::Result as GatewayResult;

use crate::diagnostic::{Diagnostic, Findings};
use crate::name::RelPath;

pub use facts::Facts;
pub use lint::findings;
pub use rules::Policy;

/// What is known by the time that a question is to be answered.
type Handler = fn(&Facts<'_>) -> answer::Answer;

/// Every question that is answered: its name, what it is, and who answers it.
const REQUESTS: [(&str, &str, Handler); 4] = [
    ("frontend.outline", "lists the build-args and caches of a target", outline::answer),
    ("frontend.targets", "lists what --target may name", targets::answer),
    ("frontend.lint", "looks for what is legal and probably not meant", lint::answer),
    ("frontend.subrequests.describe", "lists these questions", describe::answer),
];

/// Answers `name` if that takes no look at the project.
#[must_use]
pub fn answer_without_project(name: &str) -> Option<GatewayResult> {
    (name == "frontend.subrequests.describe").then(|| describe::of(&REQUESTS).into_result())
}

/// The files to read before the question `name` can be answered, besides those that planning reads.
#[must_use]
pub fn wanted(name: &str, facts: &Facts<'_>) -> BTreeSet<RelPath> {
    if name == "frontend.lint" { rules::wanted(facts) } else { BTreeSet::new() }
}

/// Answers the request `name`. It never solves.
pub fn answer(name: &str, facts: &Facts<'_>) -> Result<GatewayResult, Vec<Diagnostic>> {
    let mut findings = Findings::default();
    if let Some((_, _, handler)) = REQUESTS.iter().find(|(known, ..)| *known == name) {
        return Ok(handler(facts).into_result());
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
