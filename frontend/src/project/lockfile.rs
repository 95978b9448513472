//! `Cargo.lock`.

use std::collections::BTreeMap;

use cargo_util_schemas::lockfile::{TomlLockfile, TomlLockfileDependency, TomlLockfilePackageId};

use crate::diagnostic::Diagnostic;
use crate::discover::Document;
use crate::name::RelPath;

/// A parsed lockfile.
#[derive(Clone, Debug, PartialEq)]
pub struct Lockfile {
    /// The lockfile's text.
    pub text: String,
    /// Which format it has.
    pub version: LockfileVersion,
    /// Every package, sorted by name, version and source.
    pub packages: Vec<LockedPackage>,
}

/// The format of a lockfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockfileVersion {
    /// Checksums in a table of their own, packages named in full.
    V1,
    /// Written before Rust 1.53.
    V2,
    /// Written by Rust 1.53 to 1.82.
    V3,
    /// Written since Rust 1.83; URLs are encoded.
    V4,
}

/// One `[[package]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedPackage {
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// Its source as written, or `None` for a local package.
    pub source: Option<String>,
    /// The checksum of its archive.
    pub checksum: Option<String>,
    /// Which packages it depends on, as positions in [`Lockfile::packages`].
    pub dependencies: Vec<usize>,
    /// Whether a `[replace]` entry stands in for it.
    pub is_replaced: bool,
}

impl LockedPackage {
    /// True for a package of the project itself.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.source.is_none()
    }
}

impl Lockfile {
    /// The position of the local package `name` at `version`.
    #[must_use]
    pub fn local(&self, name: &str, version: &semver::Version) -> Option<usize> {
        let index = self
            .packages
            .partition_point(|package| (package.name.as_str(), &package.version) < (name, version));
        // A package without a source comes before others of the same name and version.
        let package = self.packages.get(index)?;
        (package.is_local() && package.name == name && package.version == *version).then_some(index)
    }

    /// Every package of that name, with its position.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a LockedPackage)> {
        let start = self.packages.partition_point(|package| package.name.as_str() < name);
        self.packages.iter().enumerate().skip(start).take_while(move |(_, package)| package.name == name)
    }
}

/// Parses the file.
///
/// Errors: what is not TOML, a format newer than 4, a version that is none, a dependency that is not listed.
pub(crate) fn parse(bytes: &[u8]) -> Result<Lockfile, Diagnostic> {
    let file = RelPath::new("Cargo.lock").unwrap_or_default();
    let document: Document<TomlLockfile> = Document::parse(&file, bytes)?;
    let mut entries: Vec<&TomlLockfileDependency> = document.value.package.iter().flatten().collect();
    entries.extend(&document.value.root);
    let version = format(&document, &entries)?;
    let mut packages = Vec::new();
    for entry in entries {
        let checksum = entry.checksum.clone().or_else(|| old_checksum(&document.value, entry));
        packages.push((locked(entry, checksum)?, entry));
    }
    packages
        .sort_by(|(a, _), (b, _)| (&a.name, &a.version, &a.source).cmp(&(&b.name, &b.version, &b.source)));
    let listed = packages.iter().map(|(package, _)| package.clone()).collect::<Vec<_>>();
    let index = Index::new(&listed);
    let mut resolved = Vec::new();
    for (mut package, entry) in packages {
        for id in entry.dependencies.iter().flatten() {
            package.dependencies.push(index.find(id).ok_or_else(|| dangling(&package, id))?);
        }
        package.dependencies.sort_unstable();
        package.dependencies.dedup();
        resolved.push(package);
    }
    Ok(Lockfile { text: document.text, version, packages: resolved })
}

fn format(
    document: &Document<TomlLockfile>,
    entries: &[&TomlLockfileDependency],
) -> Result<LockfileVersion, Diagnostic> {
    match document.value.version {
        Some(3) => Ok(LockfileVersion::V3),
        Some(4) => Ok(LockfileVersion::V4),
        Some(version) => Err(Diagnostic::error(format!("`Cargo.lock` has format {version}, newer than 4"))
            .at(document.span(&["version"]))
            .hint("`cargo generate-lockfile` of a stable toolchain writes a format that is known")),
        None if entries.iter().any(|entry| entry.checksum.is_some()) => Ok(LockfileVersion::V2),
        None => Ok(LockfileVersion::V1),
    }
}

fn locked(entry: &TomlLockfileDependency, checksum: Option<String>) -> Result<LockedPackage, Diagnostic> {
    let version = entry.version.parse().map_err(|error| {
        Diagnostic::error(format!("`Cargo.lock` has `{}` at `{}`: {error}", entry.name, entry.version))
    })?;
    Ok(LockedPackage {
        name: entry.name.clone(),
        version,
        source: entry.source.as_ref().map(|source| source.source_str().clone()),
        checksum,
        dependencies: Vec::new(),
        is_replaced: entry.replace.is_some(),
    })
}

/// The oldest format keeps checksums apart, by the package's full name.
fn old_checksum(lockfile: &TomlLockfile, entry: &TomlLockfileDependency) -> Option<String> {
    let source = entry.source.as_ref()?.source_str();
    let key = format!("checksum {} {} ({source})", entry.name, entry.version);
    lockfile.metadata.as_ref()?.get(&key).filter(|checksum| *checksum != "<none>").cloned()
}

/// The position of the first package that goes by a name, a version and a source, each of the last two if it is given.
struct Index<'a>(BTreeMap<(&'a str, Option<&'a semver::Version>, Option<&'a str>), usize>);

impl<'a> Index<'a> {
    fn new(listed: &'a [LockedPackage]) -> Self {
        let mut index = BTreeMap::new();
        for (position, package) in listed.iter().enumerate() {
            let source = package.source.as_deref().map(without_commit);
            for version in [None, Some(&package.version)] {
                index.entry((package.name.as_str(), version, None)).or_insert(position);
                if source.is_some() {
                    index.entry((package.name.as_str(), version, source)).or_insert(position);
                }
            }
        }
        Self(index)
    }

    fn find(&self, id: &TomlLockfilePackageId) -> Option<usize> {
        let version: Option<semver::Version> = id.version.as_deref().and_then(|version| version.parse().ok());
        let source = id.source.as_ref().map(|source| without_commit(source.source_str()));
        self.0.get(&(id.name.as_str(), version.as_ref(), source)).copied()
    }
}

/// A git source names its commit in the package, but not in what depends on it.
pub(crate) fn without_commit(source: &str) -> &str {
    source.split_once('#').map_or(source, |(source, _)| source)
}

fn dangling(package: &LockedPackage, id: &TomlLockfilePackageId) -> Diagnostic {
    Diagnostic::error(format!(
        "`Cargo.lock` says that `{}` needs `{id}`, but has no such package",
        package.name
    ))
    .hint("the file was edited by hand or badly merged: `cargo generate-lockfile` writes it anew")
}

#[cfg(test)]
mod tests {
    use super::{LockfileVersion, parse};

    #[test]
    fn the_newest_format_is_read() {
        let text = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\n \"b 1.0.0\",\n \"b 2.0.0\",\n]\n\n\
                    [[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
                    [[package]]\nname = \"b\"\nversion = \"1.0.0\"\n";
        let lockfile = parse(text.as_bytes()).unwrap();
        assert_eq!(lockfile.version, LockfileVersion::V4);
        let versions: Vec<_> = lockfile.packages.iter().map(|package| package.version.to_string()).collect();
        assert_eq!(versions, ["0.1.0", "1.0.0", "2.0.0"]);
        assert_eq!(lockfile.packages[0].dependencies, [1, 2]);
    }

    #[test]
    fn the_oldest_format_keeps_its_checksums() {
        let text = "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\n \"b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\",\n]\n\n\
                    [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
                    [metadata]\n\"checksum b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"abc\"\n";
        let lockfile = parse(text.as_bytes()).unwrap();
        assert_eq!(lockfile.version, LockfileVersion::V1);
        assert_eq!(lockfile.packages[1].checksum.as_deref(), Some("abc"));
        assert_eq!(lockfile.packages[0].dependencies, [1]);
    }

    #[test]
    fn what_is_not_listed_is_named() {
        let text = "version = 4\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\"b\"]\n";
        assert!(parse(text.as_bytes()).unwrap_err().message.contains("`a` needs `b`"));
        assert!(parse(b"version = 9\n").unwrap_err().message.contains("format 9"));
    }
}
