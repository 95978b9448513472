//! Which entry of the lockfile a dependency of a local package is.

use cargo_util_schemas::core::{GitReference as LockedReference, SourceKind};
use cargo_util_schemas::lockfile::TomlLockfileSourceId;

use super::dependency::{Dependency, GitReference, Registry, Source};
use super::lockfile::LockedPackage;
use super::package::Package;
use super::workspace::Project;

/// How lockfiles name crates.io.
const CRATES_IO: [&str; 2] =
    ["registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

/// Whether a lockfile's source is crates.io.
pub(crate) fn is_crates_io(source: &str) -> bool {
    CRATES_IO.contains(&source)
}

impl Project {
    /// The position of `package` in the lockfile.
    #[must_use]
    pub fn locked(&self, package: &Package) -> Option<usize> {
        self.lockfile.as_ref()?.local(&package.name, &package.version)
    }

    /// The position in the lockfile of what `dependency` of `package` resolves to.
    ///
    /// Where several versions satisfy the requirement, Cargo takes the first, which is the lowest.
    #[must_use]
    pub fn locked_dependency(&self, package: &Package, dependency: &Dependency) -> Option<usize> {
        let candidates = self.candidates(package, dependency);
        let fits = |locked: &LockedPackage| dependency.requirement.matches(&locked.version);
        let from_source =
            candidates.iter().find(|(_, locked)| fits(locked) && self.is_from(dependency, locked));
        // A patch stands in for the source that the manifest names, whatever its own source is.
        let is_patched = matches!(dependency.source, Source::Path(_)) || !self.has_overrides();
        let patched = || candidates.iter().find(|(_, locked)| fits(locked)).filter(|_| !is_patched);
        from_source.or_else(patched).map(|(index, _)| *index)
    }

    /// What the lockfile has under the dependency's name for `package`.
    pub(super) fn candidates<'a>(
        &'a self,
        package: &Package,
        dependency: &'a Dependency,
    ) -> Vec<(usize, &'a LockedPackage)> {
        let Some(lockfile) = &self.lockfile else { return Vec::new() };
        let entry = self.locked(package).and_then(|index| lockfile.packages.get(index));
        let dependencies = entry.map(|entry| entry.dependencies.as_slice()).unwrap_or_default();
        lockfile
            .named(&dependency.package)
            .filter(|(index, _)| dependencies.binary_search(index).is_ok())
            .collect()
    }

    fn has_overrides(&self) -> bool {
        !self.workspace.patches.is_empty() || self.workspace.has_replace
    }

    /// Whether `locked` comes from the very source that `dependency` names.
    pub(crate) fn is_from(&self, dependency: &Dependency, locked: &LockedPackage) -> bool {
        match (&dependency.source, &locked.source) {
            (Source::Path(dir), None) => {
                self.packages.get(dir).is_some_and(|package| package.version == locked.version)
            }
            (Source::Path(_), Some(_)) | (_, None) => false,
            (Source::Registry(None), Some(source)) => CRATES_IO.contains(&source.as_str()),
            (Source::Registry(Some(registry)), Some(source)) => self.is_registry(registry, source),
            (Source::Git { url, reference }, Some(source)) => is_git(url, reference, source),
        }
    }

    fn is_registry(&self, registry: &Registry, source: &str) -> bool {
        if CRATES_IO.contains(&source) || source.starts_with("git+") {
            return false;
        }
        let index = match registry {
            Registry::Index(index) => Some(index.as_str()),
            Registry::Name(name) => self
                .cargo_config
                .as_ref()
                .and_then(|config| config.get(&["registries", name, "index"])?.as_str()),
        };
        // A registry that the environment configures has no URL here.
        index.is_none_or(|index| plain(index) == plain(source))
    }
}

/// An index URL without what tells its protocol.
fn plain(url: &str) -> &str {
    let url = url.strip_prefix("registry+").unwrap_or(url);
    url.strip_prefix("sparse+").unwrap_or(url).trim_end_matches('/')
}

fn is_git(url: &str, reference: &GitReference, source: &str) -> bool {
    let Ok(locked) = TomlLockfileSourceId::new(source.to_owned()) else { return false };
    let SourceKind::Git(locked_reference) = locked.kind() else { return false };
    let is_same_reference = match (reference, locked_reference) {
        (GitReference::Default, LockedReference::DefaultBranch) => true,
        (GitReference::Branch(branch), LockedReference::Branch(locked)) => branch == locked,
        // The first lockfile formats took `master` for the default branch.
        (GitReference::Branch(branch), LockedReference::DefaultBranch) => branch == "master",
        (GitReference::Tag(tag), LockedReference::Tag(locked)) => tag == locked,
        (GitReference::Revision(revision), LockedReference::Rev(locked)) => revision == locked,
        _ => false,
    };
    is_same_reference && repository(url) == repository(git_url(source))
}

/// The URL in a git source: no protocol mark, no reference, no commit.
pub(crate) fn git_url(source: &str) -> &str {
    let url = source.strip_prefix("git+").unwrap_or(source);
    url.split(['?', '#']).next().unwrap_or(url)
}

/// Two URLs that Cargo takes for one repository become equal.
fn repository(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let url = url.strip_suffix(".git").unwrap_or(url);
    if url.contains("://github.com/") { url.to_lowercase() } else { url.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{GitReference, is_git};

    #[test]
    fn git_sources_match_as_in_cargo() {
        let branch = |name: &str| GitReference::Branch(name.to_owned());
        for (url, reference, source, expected) in [
            ("https://github.com/A/b.git", GitReference::Default, "git+https://github.com/a/b#abc", true),
            ("https://x.org/b/", branch("f/y"), "git+https://x.org/b?branch=f%2Fy#abc", true),
            ("https://x.org/b/", branch("f/y"), "git+https://x.org/b?branch=f/y#abc", true),
            ("https://x.org/b", branch("f"), "git+https://x.org/b?tag=f#abc", false),
            ("https://x.org/c", GitReference::Default, "git+https://x.org/b#abc", false),
        ] {
            assert_eq!(is_git(url, &reference, source), expected, "{url} {source}");
        }
    }
}
