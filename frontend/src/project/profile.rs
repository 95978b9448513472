//! The `[profile]` tables.

use std::collections::BTreeMap;

/// The `[profile]` tables of the root manifest, as written.
///
/// Shape: values are kept whole, so that a key this version does not know still reaches Cargo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles(pub BTreeMap<String, toml::Table>);
