//! `--call=subrequests.describe`: which questions there are.

use serde_json::json;

use super::REQUESTS;
use super::answer::Answer;

/// Source: `frontend/subrequests` of BuildKit.
pub(super) fn answer() -> Answer {
    let list: Vec<_> = REQUESTS
        .iter()
        .map(|(name, description, _)| {
            json!({
                "name": name, "version": "1.0.0", "type": "rpc", "description": description,
                "opts": null, "inputs": null, "metadata": [{"name": "result.json"}, {"name": "result.txt"}],
                "refs": null,
            })
        })
        .collect();
    let width = REQUESTS.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let lines = REQUESTS.iter().map(|(name, description, _)| format!("{name:width$}  {description}"));
    Answer::with_layout(json!(list), lines)
}
