//! `--call=schema`: what the configuration may hold, for editors and for people.

use super::answer::Answer;
use crate::config::json_schema;

/// The JSON schema; the text is the same, laid out.
pub(super) fn answer() -> Answer {
    let schema = json_schema();
    Answer { text: format!("{schema:#}\n"), json: schema, version: "1.0.0", status: None }
}
