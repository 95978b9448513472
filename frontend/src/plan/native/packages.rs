//! Names of packages, by distribution.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::plan::Chosen;

/// Packages by the names that each distribution has for them. Which distribution an image holds is seen in the image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Names {
    /// As `apt-get install` takes them, on Debian and its relatives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apt: Vec<String>,
    /// As `apk add` takes them, on Alpine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apk: Vec<String>,
}

impl Names {
    /// The same names whatever the distribution is: those that the user wrote.
    #[must_use]
    pub fn everywhere(names: Vec<String>) -> Self {
        Self { apt: names.clone(), apk: names }
    }
}

/// Packages with the reason for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SystemPackages(pub Vec<Chosen<Names>>);

impl SystemPackages {
    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them as Debian calls them, sorted.
    #[must_use]
    pub fn apt(&self) -> Vec<String> {
        self.all(|names| &names.apt)
    }

    /// All of them as Alpine calls them, sorted.
    #[must_use]
    pub fn apk(&self) -> Vec<String> {
        self.all(|names| &names.apk)
    }

    fn all(&self, of: impl Fn(&Names) -> &Vec<String>) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.iter().flat_map(|chosen| of(&chosen.value)).collect();
        names.into_iter().cloned().collect()
    }
}

/// Whether a package manager takes `text` for the name of a package, with an architecture or a version behind it, and
/// for nothing else.
pub(super) fn is_name(text: &str) -> bool {
    let (name, rest) = text.split_at(text.find([':', '=', '~']).unwrap_or(text.len()));
    let is_word =
        |text: &str, more: &str| text.chars().all(|one| one.is_ascii_alphanumeric() || more.contains(one));
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && is_word(name, "+.-_")
        && is_word(rest, ":=~+.-_")
        && !rest.ends_with([':', '='])
}
