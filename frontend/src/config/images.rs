//! `[images.NAME]`: further images of the project, each with what is its own.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::schema::{ImageTable, OneOrMany};
use super::{Config, Setting, Spanned};
use crate::config::Origin;

/// One `[images.NAME]`, as it is written: everything of `[image]`, and what is compiled for it.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct NamedTable {
    /// What is compiled.
    #[schemars(flatten)]
    pub selection: SelectionTable,
    /// The image.
    #[schemars(flatten)]
    pub image: ImageTable,
}

/// What is compiled for one image.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub struct SelectionTable {
    /// The package to build, as `cargo --package`.
    pub package: Option<Spanned<String>>,
    /// The binary or binaries of this image, as `cargo --bin`; without it the binary of the image's name, if there is one.
    pub bin: Option<Spanned<OneOrMany>>,
    /// Features to enable, as `cargo --features`.
    pub features: Option<Spanned<Vec<String>>>,
    /// As `cargo --all-features`.
    pub all_features: Option<Spanned<bool>>,
    /// As `cargo --no-default-features`.
    pub no_default_features: Option<Spanned<bool>>,
    /// The profile, as `cargo --profile`.
    pub profile: Option<Spanned<String>>,
}

/// One image of several, as far as it differs from the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedImage {
    /// Where it stands.
    pub origin: Origin,
    /// `package`.
    pub package: Option<Setting<String>>,
    /// Everything else.
    pub config: Config,
}

/// The images of a higher home over those of a lower one, name by name and key by key.
pub(super) fn or(
    mut above: BTreeMap<String, NamedImage>,
    below: BTreeMap<String, NamedImage>,
) -> BTreeMap<String, NamedImage> {
    for (name, below) in below {
        let merged = match above.remove(&name) {
            Some(above) => NamedImage {
                origin: above.origin,
                package: above.package.or(below.package),
                config: above.config.or(below.config),
            },
            None => below,
        };
        above.insert(name, merged);
    }
    above
}

impl<'de> Deserialize<'de> for NamedTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By hand, because serde's `flatten` would lose the places of the values.
        deserializer.deserialize_map(TableVisitor)
    }
}

struct TableVisitor;

impl<'de> Visitor<'de> for TableVisitor {
    type Value = NamedTable;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table such as `{ bin = \"worker\" }`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NamedTable, A::Error> {
        let mut selection = SelectionTable::default();
        let rest = Rest { map, selection: &mut selection };
        let image = ImageTable::deserialize(MapAccessDeserializer::new(rest))?;
        Ok(NamedTable { selection, image })
    }
}

/// The entries of a table but for those that say what is compiled, which are taken out on the way.
struct Rest<'a, A> {
    map: A,
    selection: &'a mut SelectionTable,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            match key.as_str() {
                "package" => self.selection.package = Some(self.map.next_value()?),
                "bin" => self.selection.bin = Some(self.map.next_value()?),
                "features" => self.selection.features = Some(self.map.next_value()?),
                "all-features" => self.selection.all_features = Some(self.map.next_value()?),
                "no-default-features" => self.selection.no_default_features = Some(self.map.next_value()?),
                "profile" => self.selection.profile = Some(self.map.next_value()?),
                _ => return seed.deserialize(serde::de::value::StringDeserializer::new(key)).map(Some),
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
