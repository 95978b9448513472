//! `--cache-from`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{RawOptions, key};
use crate::diagnostic::Diagnostic;

/// One cache to import: `--cache-from`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CacheImport {
    /// `registry`, `local`, `gha`, …
    #[serde(rename = "Type", alias = "type")]
    pub kind: String,
    /// Attributes of that kind.
    #[serde(rename = "Attrs", alias = "attrs", default)]
    pub attributes: BTreeMap<String, String>,
}

/// The caches of either option: clients of today send JSON, old ones a list of references.
pub(super) fn parse(raw: &RawOptions) -> Result<Vec<CacheImport>, Diagnostic> {
    if let Some(json) = raw.text(key::CACHE_IMPORTS) {
        return serde_json::from_str(json).map_err(|error| {
            Diagnostic::error(format!("failed to parse `{}`: {error}", key::CACHE_IMPORTS))
        });
    }
    let references = raw.get(key::CACHE_FROM).unwrap_or_default().split(',').filter(|text| !text.is_empty());
    let registry = |reference: &str| CacheImport {
        kind: "registry".to_owned(),
        attributes: BTreeMap::from([("ref".to_owned(), reference.to_owned())]),
    };
    Ok(references.map(registry).collect())
}
