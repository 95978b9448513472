//! Questions instead of builds: `docker buildx build --call=NAME`.

mod targets;

use buildkit_proto::gateway::Result as GatewayResult;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::project::Project;

/// An answer: JSON for programs and text for people.
struct Answer {
    json: Value,
    text: String,
    version: &'static str,
}

/// Answers the request `name`. It never solves.
pub fn answer(name: &str, project: &Project) -> Result<GatewayResult, Vec<Diagnostic>> {
    let answer = match name {
        "frontend.targets" => targets::answer(project),
        _ => {
            return Err(vec![
                Diagnostic::error(format!("Supercargo does not answer the request `{name}`"))
                    .hint("It answers `--call=targets`."),
            ]);
        }
    };
    let metadata = [
        ("result.json", answer.json.to_string()),
        ("result.txt", answer.text),
        ("version", answer.version.to_owned()),
    ];
    Ok(GatewayResult {
        metadata: metadata.into_iter().map(|(key, value)| (key.to_owned(), value.into_bytes())).collect(),
        ..GatewayResult::default()
    })
}
