//! What crates need of the system: `table.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

const TEXT: &str = include_str!("table.toml");

/// What one crate needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// What the packages are for, in a few words.
    pub links: String,
    /// Packages as `apt-get install` takes them.
    pub apt: Vec<String>,
    /// Packages as `apk add` takes them.
    pub apk: Vec<String>,
    /// Whether the library is found with pkg-config.
    #[serde(default)]
    pub pkg_config: bool,
    /// Whether the packages are for the build itself and not for the platform of the image.
    #[serde(default)]
    pub host: bool,
    /// Features with which the crate brings its own copy.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Packages that it depends on only if it brings its own copy.
    #[serde(default)]
    pub unless_with: Vec<String>,
    /// Crates that have it as a dependency and do not use it.
    #[serde(default)]
    pub not_for: Vec<String>,
    /// What else there is to know.
    pub note: Option<String>,
}

/// Every crate that is known, by its name.
///
/// The table is a part of the program, and a test reads it; one that cannot be read counts as empty.
#[must_use]
pub fn table() -> &'static BTreeMap<String, Entry> {
    static TABLE: OnceLock<BTreeMap<String, Entry>> = OnceLock::new();
    TABLE.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Entry, TEXT, table};
    use crate::plan::native::packages::is_name;

    #[test]
    fn every_entry_is_well_formed() {
        let read: BTreeMap<String, Entry> = toml::from_str(TEXT).unwrap();
        assert_eq!(&read, table());
        assert!(table().len() > 60, "{}", table().len());
        for (name, entry) in table() {
            let sorted =
                |names: &[String]| names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]);
            assert!(!entry.links.is_empty() && !entry.links.ends_with('.'), "{name}: links");
            assert!(!entry.apt.is_empty() && !entry.apk.is_empty(), "{name}: packages of both distributions");
            assert!(sorted(&entry.apt) && sorted(&entry.apk), "{name}: sorted packages");
            assert!(entry.apt.iter().chain(&entry.apk).all(|package| is_name(package)), "{name}: names");
            assert!(!entry.apt.iter().any(|package| package.contains(':')), "{name}: no architecture");
            assert!(
                entry.note.as_ref().is_none_or(|note| note.ends_with('.')),
                "{name}: the note is a sentence"
            );
            assert!(!entry.not_for.contains(name) && !entry.unless_with.contains(name), "{name}: itself");
        }
        let headings = TEXT.lines().filter(|line| line.starts_with('[')).collect::<Vec<_>>();
        assert!(headings.is_sorted(), "the entries are sorted");
    }
}
