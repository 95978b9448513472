//! The library of a project that most of it stands on: an edit of it is the dearest one that is done every day.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::metadata::{Metadata, Package};

/// A local library that the binary's package uses itself.
#[derive(Debug, Clone)]
pub struct Library {
    /// The package's name.
    pub package: String,
    /// What the binary's sources call it.
    pub name: String,
    /// Its main file, relative to the project.
    pub file: PathBuf,
    /// The number of local packages that are compiled again when it changes, without itself.
    pub dependents: usize,
}

/// The one with the most dependents; nothing for a project that is one binary.
pub fn of(metadata: &Metadata, package: &Package, root: &Path) -> Result<Option<Library>> {
    let members = closure(metadata, package);
    let mut found: Vec<Library> = Vec::new();
    let own = package.library().map(|library| (package, library.name.clone()));
    let used =
        package.dependencies.iter().filter(|dependency| dependency.is_plain()).filter_map(|dependency| {
            let local = metadata.local(dependency)?;
            let name = dependency.rename.clone().or_else(|| Some(local.library()?.name.clone()))?;
            Some((local, name))
        });
    for (candidate, name) in own.into_iter().chain(used) {
        let Some(library) = candidate.library() else { continue };
        let stands_on = |member: &&&Package| closure(metadata, member).contains_key(candidate.name.as_str());
        let file = library.src_path.strip_prefix(root).map(Path::to_owned);
        found.push(Library {
            package: candidate.name.clone(),
            name: name.replace('-', "_"),
            file: file
                .with_context(|| format!("`{}` is outside of the project", library.src_path.display()))?,
            dependents: members.values().filter(stands_on).count() - 1,
        });
    }
    // The last of equals is the nearest to the front of the alphabet.
    found.sort_by(|a, b| a.dependents.cmp(&b.dependents).then_with(|| b.package.cmp(&a.package)));
    Ok(found.pop())
}

/// The local packages that a package is compiled from, itself among them.
#[must_use]
pub fn closure<'a>(metadata: &'a Metadata, package: &'a Package) -> BTreeMap<&'a str, &'a Package> {
    let mut seen = BTreeMap::from([(package.name.as_str(), package)]);
    let mut open = vec![package];
    while let Some(next) = open.pop() {
        for dependency in next.dependencies.iter().filter(|found| found.kind.as_deref() != Some("dev")) {
            let Some(local) = metadata.local(dependency) else { continue };
            if seen.insert(&local.name, local).is_none() {
                open.push(local);
            }
        }
    }
    seen
}
