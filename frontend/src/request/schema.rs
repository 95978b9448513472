//! `--call=schema`: what the configuration may hold, for editors and for people.

use buildkit_llb::DisplayText;

use super::answer::Answer;
use crate::config::json_schema;

/// The JSON schema; the text is the same, laid out.
pub(super) fn answer() -> Answer {
    let schema = json_schema();
    let text = format!("{schema:#}");
    Answer::new(schema, DisplayText::lines(&text))
}
