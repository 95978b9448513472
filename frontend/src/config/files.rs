//! `image.files`: what is copied from the build context into the image.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Unexpected, Visitor};

use super::list::REST;
use super::schema::OneOrMany;
use super::{Setting, Spanned};

/// One entry of `image.files`, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum FileKey {
    /// The entries that would be there without this list.
    Inherited(Rest),
    /// `{ from = "config/*.toml", to = "/etc/api/" }`.
    Copy(FileTable),
}

/// What stands for the rest of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
pub enum Rest {
    /// `"..."`.
    #[schemars(rename = "...")]
    Dots,
}

/// The table of one entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FileTable {
    /// Paths in the build context; `*`, `?` and `[a-z]` match within a name, as in `COPY`. Of a directory, what is in it is copied.
    pub from: Spanned<OneOrMany>,
    /// Absolute path in the image; one that ends in `/` is a directory to copy into.
    pub to: Spanned<String>,
    /// `user` or `user:group` in numbers; `0:0` unless said otherwise.
    pub owner: Option<Spanned<String>>,
    /// Permission bits as octal text, such as `"0644"`, for every file and directory; those of the context unless said otherwise.
    pub mode: Option<Spanned<String>>,
}

/// One entry of `image.files`, each part with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileRule {
    /// The entries of the homes below.
    Inherited,
    /// Files to copy.
    Copy(Box<FileCopy>),
}

/// Files to copy into the image, unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCopy {
    /// `from`.
    pub from: Setting<Vec<String>>,
    /// `to`.
    pub to: Setting<String>,
    /// `owner`.
    pub owner: Option<Setting<String>>,
    /// `mode`.
    pub mode: Option<Setting<String>>,
}

/// The rules of a higher home; `"..."` among them stands for those of the lower one.
pub(super) fn or(
    above: Option<Setting<Vec<FileRule>>>,
    below: Option<Setting<Vec<FileRule>>>,
) -> Option<Setting<Vec<FileRule>>> {
    match (above, below) {
        (Some(above), Some(below)) => {
            let rules = above.value.into_iter().flat_map(|rule| match rule {
                FileRule::Inherited => below.value.clone(),
                FileRule::Copy(_) => vec![rule],
            });
            Some(Setting { value: rules.collect(), origin: above.origin })
        }
        (above, below) => above.or(below),
    }
}

impl<'de> Deserialize<'de> for FileKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because a derived untagged enum would lose the places of the table's values.
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = FileKey;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .write_str("a table such as `{ from = \"config/*.toml\", to = \"/etc/api/\" }`, or `\"...\"`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<FileKey, E> {
        if text == REST {
            return Ok(FileKey::Inherited(Rest::Dots));
        }
        Err(E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FileKey, A::Error> {
        FileTable::deserialize(MapAccessDeserializer::new(map)).map(FileKey::Copy)
    }
}
