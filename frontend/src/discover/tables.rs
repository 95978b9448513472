//! The dependency tables of a manifest, in one list.

use cargo_util_schemas::manifest::{InheritableDependency, TomlDependency, TomlManifest};

/// The table that a dependency stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyKind {
    /// `[dependencies]`.
    Normal,
    /// `[build-dependencies]`.
    Build,
    /// `[dev-dependencies]`.
    Development,
}

/// One dependency as its manifest has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: DependencyKind,
    /// The key of the `[target]` table around it.
    pub(crate) platform: Option<&'a str>,
    /// The table's own name, in the spelling that the manifest uses.
    pub(crate) table: &'static str,
    pub(crate) key: &'a str,
    pub(crate) value: &'a InheritableDependency,
}

impl<'a> Entry<'a> {
    /// The path of keys that leads to it.
    pub(crate) fn path(&self) -> Vec<&'a str> {
        let mut path = Vec::new();
        if let Some(platform) = self.platform {
            path.extend(["target", platform]);
        }
        path.extend([self.table, self.key]);
        path
    }

    /// Whether a feature must activate it.
    pub(crate) fn is_optional(&self) -> bool {
        match self.value {
            InheritableDependency::Value(value) => value.is_optional(),
            InheritableDependency::Inherit(inherited) => inherited.optional.unwrap_or(false),
        }
    }
}

/// Every dependency of `manifest`, by kind, platform and key.
pub(crate) fn dependencies(manifest: &TomlManifest) -> Vec<Entry<'_>> {
    use DependencyKind::{Build, Development, Normal};
    let mut tables = vec![
        (Normal, None, "dependencies", &manifest.dependencies),
        (Build, None, "build-dependencies", &manifest.build_dependencies),
        (Build, None, "build_dependencies", &manifest.build_dependencies2),
        (Development, None, "dev-dependencies", &manifest.dev_dependencies),
        (Development, None, "dev_dependencies", &manifest.dev_dependencies2),
    ];
    for (platform, found) in manifest.target.iter().flatten() {
        let platform = Some(platform.as_str());
        tables.extend([
            (Normal, platform, "dependencies", &found.dependencies),
            (Build, platform, "build-dependencies", &found.build_dependencies),
            (Build, platform, "build_dependencies", &found.build_dependencies2),
            (Development, platform, "dev-dependencies", &found.dev_dependencies),
            (Development, platform, "dev_dependencies", &found.dev_dependencies2),
        ]);
    }
    let mut entries: Vec<_> = tables
        .into_iter()
        .flat_map(|(kind, platform, table, entries)| {
            entries.iter().flatten().map(move |(key, value)| Entry {
                kind,
                platform,
                table,
                key: key.as_str(),
                value,
            })
        })
        .collect();
    entries.sort_by_key(|entry| (entry.kind, entry.platform, entry.key));
    entries
}

/// The `path` of a dependency as written, if it has one.
pub(crate) fn path_of(dependency: &TomlDependency) -> Option<&str> {
    match dependency {
        TomlDependency::Simple(_) => None,
        TomlDependency::Detailed(detailed) => detailed.path.as_deref(),
    }
}
