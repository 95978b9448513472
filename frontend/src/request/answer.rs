//! What every answer consists of.

use std::collections::HashMap;

use buildkit_proto::gateway::Result as GatewayResult;
use serde_json::Value;

/// An answer: JSON for programs and text for people.
pub(super) struct Answer {
    /// As the client's own printer reads it.
    pub(super) json: Value,
    /// For a client that does not know the version.
    pub(super) text: String,
    /// Of the JSON's schema.
    pub(super) version: &'static str,
    /// What the client exits with; 0 unless said otherwise.
    pub(super) status: Option<u8>,
}

impl Answer {
    pub(super) fn into_result(self) -> GatewayResult {
        let mut metadata = HashMap::from([
            ("result.json".to_owned(), self.json.to_string().into_bytes()),
            ("result.txt".to_owned(), self.text.into_bytes()),
            ("version".to_owned(), self.version.into()),
        ]);
        if let Some(status) = self.status {
            metadata.insert("result.statuscode".to_owned(), status.to_string().into_bytes());
        }
        GatewayResult { metadata: metadata.into_iter().collect(), ..GatewayResult::default() }
    }
}
