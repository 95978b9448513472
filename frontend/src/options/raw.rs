//! Options as the engine hands them over, before anything is parsed.

use std::collections::BTreeMap;

/// Options exactly as BuildKit sent them, in key order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawOptions(BTreeMap<String, String>);

impl RawOptions {
    /// Reads `BUILDKIT_FRONTEND_OPT_<n>` variables. Their numbers are random, and a value may hold anything, `=` and
    /// line ends included.
    pub fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let options = variables.into_iter().filter_map(|(name, value)| {
            name.strip_prefix("BUILDKIT_FRONTEND_OPT_")?;
            let (key, value) = value.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        });
        Self(options.collect())
    }

    /// The value of `key` as it was sent.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The value of `key`; the empty text counts as not sent.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// The options whose keys start with `prefix`, by what follows it.
    pub(super) fn with_prefix(&self, prefix: &str) -> BTreeMap<String, String> {
        let matching = self.0.iter().filter_map(|(key, value)| {
            let name = key.strip_prefix(prefix)?;
            Some((name.to_owned(), value.clone()))
        });
        matching.collect()
    }

    /// All keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl FromIterator<(String, String)> for RawOptions {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(options: I) -> Self {
        Self(options.into_iter().collect())
    }
}
