//! `cache.sccache`: a switch, or a table that says where compiled code is kept.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::{Origin, Setting, Spanned};
use crate::diagnostic::Span;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sccache {
    /// Off, or on with a directory on the builder.
    Switch(bool),
    /// The keys of the table, each where it stands.
    Table(BTreeMap<String, Setting<String>>),
}

/// `cache.sccache` as it is written.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum SccacheKey {
    /// `true` or `false`.
    Switch(bool),
    /// `{ backend = "s3", bucket = "b" }`; which keys there may be depends on the backend.
    Table(BTreeMap<String, Spanned<SccacheValue>>),
}

/// A value in the table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a text, a number, `true`, `false` or a list of texts")]
pub enum SccacheValue {
    /// `true` or `false`.
    Switch(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
}

impl Sccache {
    /// The key with the places of its parts.
    pub(super) fn from_key(key: SccacheKey, span: impl Fn(Range<usize>) -> Span) -> Self {
        match key {
            SccacheKey::Switch(on) => Self::Switch(on),
            SccacheKey::Table(entries) => {
                let settings = entries.into_iter().map(|(key, value)| {
                    let origin = Origin::File(span(value.span()));
                    (key, Setting { value: value.into_inner().to_text(), origin })
                });
                Self::Table(settings.collect())
            }
        }
    }
}

impl SccacheValue {
    /// The spelling that sccache's own variables use.
    fn to_text(&self) -> String {
        match self {
            Self::Switch(on) => on.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Texts(texts) => texts.join(","),
        }
    }
}

impl<'de> Deserialize<'de> for SccacheKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because a derived untagged enum would lose the places of the table's values.
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = SccacheKey;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`true`, `false` or a table such as `{ backend = \"s3\", bucket = \"…\" }`")
    }

    fn visit_bool<E>(self, on: bool) -> Result<SccacheKey, E> {
        Ok(SccacheKey::Switch(on))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SccacheKey, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, Spanned<SccacheValue>>()? {
            entries.insert(key, value);
        }
        Ok(SccacheKey::Table(entries))
    }
}
