//! The `[profile]` tables.

use std::collections::BTreeMap;

/// The `[profile]` tables of the root manifest, as written.
///
/// Shape: values are kept whole, so that a key this version does not know still reaches Cargo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles(pub BTreeMap<String, toml::Table>);

impl Profiles {
    /// The `[profile]` tables in a manifest or configuration file.
    pub(crate) fn of(document: &toml::Table) -> Self {
        let tables = document.get("profile").and_then(toml::Value::as_table).into_iter().flatten();
        Self(tables.filter_map(|(name, table)| Some((name.clone(), table.as_table()?.clone()))).collect())
    }

    /// `profile` and every profile it inherits from, itself first.
    #[must_use]
    pub fn chain(&self, profile: &str) -> Vec<String> {
        let mut chain: Vec<String> = Vec::new();
        let mut next = Some(profile.to_owned());
        while let Some(name) = next.filter(|name| !chain.contains(name)) {
            let inherits = self.0.get(&name).and_then(|table| table.get("inherits")?.as_str());
            next = match (name.as_str(), inherits) {
                ("dev" | "release", _) => None,
                (_, Some(parent)) => Some(parent.to_owned()),
                ("test" | "doc", None) => Some("dev".to_owned()),
                ("bench", None) => Some("release".to_owned()),
                (_, None) => None,
            };
            chain.push(name);
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::Profiles;

    #[test]
    fn the_chain_ends_at_a_root_or_a_loop() {
        let text = "[profile.fast]\ninherits = 'dist'\n[profile.dist]\ninherits = 'release'\n\
                    [profile.a]\ninherits = 'b'\n[profile.b]\ninherits = 'a'\n";
        let profiles = Profiles::of(&toml::from_str(text).unwrap());
        assert_eq!(profiles.chain("fast"), ["fast", "dist", "release"]);
        assert_eq!(profiles.chain("test"), ["test", "dev"]);
        assert_eq!(profiles.chain("a"), ["a", "b"]);
    }
}
