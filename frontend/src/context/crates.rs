//! `--build-context CRATE=…`: files that stand in for a crate of the lockfile.

use std::collections::BTreeSet;

use toml_edit::{DocumentMut, InlineTable, Item, Table, TomlError};

use super::{ContextSource, NamedContext, NamedContexts};
use crate::name::RelPath;
use crate::project::{Lockfile, git_url, is_crates_io};

/// Where such crates are put in the context: as a `[patch]` wants them, beneath the workspace's root.
const DIRECTORY: &str = ".supercargo/crates";

/// A crate that is compiled from other files than the lockfile says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedCrate {
    /// The crate's name.
    pub name: String,
    /// Its files.
    pub source: ContextSource,
    /// What it is patched over, as the keys of `[patch]` are: `crates-io`, or the address of an index or a repository.
    pub over: BTreeSet<String>,
}

impl ReplacedCrate {
    /// Where it lies in the context.
    #[must_use]
    pub fn directory(&self) -> RelPath {
        // A lockfile's names are Cargo's, which have no `/`; one that is no path replaces nothing.
        RelPath::new(&format!("{DIRECTORY}/{}", self.name)).unwrap_or_default()
    }
}

impl NamedContexts {
    /// The crates of `lockfile` that files stand in for.
    #[must_use]
    pub fn crates(&self, lockfile: &Lockfile) -> Vec<ReplacedCrate> {
        let files = self.iter().filter_map(|(name, context)| match context {
            NamedContext::Files { source, .. } => Some((name, source)),
            NamedContext::Image { .. } | NamedContext::OciLayout { .. } => None,
        });
        let replaced = files.map(|(name, source)| ReplacedCrate {
            name: name.to_owned(),
            source: source.clone(),
            over: lockfile
                .packages
                .iter()
                .filter(|package| package.name == name)
                .filter_map(|package| package.source.as_deref().map(patched))
                .collect(),
        });
        replaced.filter(|replaced| !replaced.over.is_empty() && !replaced.directory().is_root()).collect()
    }
}

/// The root manifest with a `[patch]` entry for each of `crates`; an entry of the user's own gives way.
///
/// Errors: a manifest that is no TOML.
pub fn patch(manifest: &str, crates: &[ReplacedCrate]) -> Result<String, TomlError> {
    let mut document: DocumentMut = manifest.parse()?;
    for replaced in crates {
        for over in &replaced.over {
            let mut entry = InlineTable::new();
            entry.insert("path", replaced.directory().as_str().into());
            if let Some(patches) = table(document.as_table_mut(), "patch").and_then(|all| table(all, over)) {
                patches.insert(&replaced.name, entry.into());
            }
        }
    }
    Ok(document.to_string())
}

/// The table at `key`, made where there is none.
fn table<'a>(parent: &'a mut Table, key: &str) -> Option<&'a mut Table> {
    let made = || {
        let mut table = Table::new();
        table.set_implicit(key == "patch");
        Item::Table(table)
    };
    parent.entry(key).or_insert_with(made).as_table_mut()
}

/// The key of `[patch]` that means a lockfile's source.
fn patched(source: &str) -> String {
    if is_crates_io(source) {
        "crates-io".to_owned()
    } else if source.starts_with("git+") {
        git_url(source).to_owned()
    } else {
        source.strip_prefix("registry+").unwrap_or(source).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{ReplacedCrate, patch, patched};
    use crate::context::ContextSource;

    #[test]
    fn the_manifest_gets_an_entry_and_keeps_the_rest() {
        let replaced = |name: &str, over: &str| ReplacedCrate {
            name: name.to_owned(),
            source: ContextSource::Http { url: String::new() },
            over: [over.to_owned()].into(),
        };
        let manifest = "[package]\nname = \"a\" # mine\n\n[patch.crates-io]\nryu = { path = \"r\" }\n";
        let crates = [replaced("itoa", "crates-io"), replaced("b", "https://h/b.git")];
        let text = patch(manifest, &crates).unwrap();
        assert_eq!(
            text,
            "[package]\nname = \"a\" # mine\n\n[patch.crates-io]\nryu = { path = \"r\" }\n\
             itoa = { path = \".supercargo/crates/itoa\" }\n\n[patch.\"https://h/b.git\"]\n\
             b = { path = \".supercargo/crates/b\" }\n"
        );
        assert!(patch("patch = 3", &crates).is_ok() && patch("[", &crates).is_err());
    }

    #[test]
    fn sources_are_patched_by_their_address() {
        for (source, key) in [
            ("registry+https://github.com/rust-lang/crates.io-index", "crates-io"),
            ("sparse+https://index.crates.io/", "crates-io"),
            ("registry+https://h/index", "https://h/index"),
            ("sparse+https://h/index/", "sparse+https://h/index/"),
            ("git+https://h/b.git?branch=x#12", "https://h/b.git"),
        ] {
            assert_eq!(patched(source), key, "{source}");
        }
    }
}
