//! The lines that buildx writes: BuildKit's `SolveStatus` as JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::Warning;

/// One line. Every field may be absent; the spelling of `vertexes` is BuildKit's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) vertexes: Vec<VertexUpdate>,
    pub(super) logs: Vec<LogChunk>,
    pub(super) warnings: Vec<VertexWarning>,
}

/// What is known of a vertex now; sent again when that changes.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct VertexUpdate {
    pub(super) digest: String,
    pub(super) name: String,
    pub(super) inputs: Vec<String>,
    pub(super) started: Option<String>,
    pub(super) completed: Option<String>,
    pub(super) cached: bool,
    pub(super) error: String,
}

/// A piece of a vertex's output, cut anywhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LogChunk {
    pub(super) vertex: String,
    data: String,
}

/// A warning with its texts in base64.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VertexWarning {
    vertex: String,
    short: String,
    detail: Vec<String>,
    url: String,
}

impl Status {
    /// The status of a line, unless the line is something else.
    pub(super) fn parse(line: &str) -> Option<Self> {
        if !line.starts_with('{') {
            return None;
        }
        serde_json::from_str(line).ok()
    }
}

impl LogChunk {
    pub(super) fn text(&self) -> Vec<u8> {
        bytes(&self.data)
    }
}

impl VertexWarning {
    pub(super) fn into_warning(self, name_of: impl Fn(&str) -> String) -> Warning {
        Warning {
            vertex: name_of(&self.vertex),
            short: text(&self.short),
            detail: self.detail.iter().map(|line| text(line)).collect(),
            url: self.url,
        }
    }
}

fn bytes(encoded: &str) -> Vec<u8> {
    // A piece that is not base64 is of a client newer than this reader: better shown raw than lost.
    STANDARD.decode(encoded).unwrap_or_else(|_| encoded.as_bytes().to_vec())
}

fn text(encoded: &str) -> String {
    String::from_utf8_lossy(&bytes(encoded)).into_owned()
}
