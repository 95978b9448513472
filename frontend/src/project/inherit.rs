//! What a package takes from `[workspace.package]` and `[workspace.dependencies]`.

use std::collections::BTreeSet;

use cargo_util_schemas::manifest::{
    InheritableDependency, InheritableField, InheritablePackage, TomlDependency, TomlDetailedDependency,
    TomlInheritedDependency,
};

use super::dependency::{
    Artifact, Dependency, DependencyKind, GitReference, Registry, Requirement, Source, parse_platform,
};
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::discover::{Entry, Manifest};
use crate::name::RelPath;

/// A package's manifest with the workspace's that it inherits from.
pub(super) struct Heir<'a> {
    pub(super) dir: &'a RelPath,
    pub(super) manifest: &'a Manifest,
    pub(super) workspace: Option<(&'a RelPath, &'a Manifest)>,
}

impl Heir<'_> {
    /// The value of a `[package]` key: its own, or the one of `[workspace.package]`.
    pub(super) fn field<T: Clone>(
        &self,
        key: &str,
        own: Option<&InheritableField<T>>,
        of: impl Fn(&InheritablePackage) -> Option<T>,
        findings: &mut Findings,
    ) -> Option<T> {
        let own = own?;
        if let Some(value) = own.as_value() {
            return Some(value.clone());
        }
        let package = self.workspace.and_then(|(_, root)| root.value.workspace.as_ref()?.package.as_ref());
        let found = package.and_then(of);
        if found.is_none() {
            let span = self.manifest.span(&["package", key]);
            findings.push(self.nothing_to_inherit(&format!("package.{key}"), "workspace.package", key, span));
        }
        found
    }

    fn nothing_to_inherit(&self, what: &str, table: &str, key: &str, span: Span) -> Diagnostic {
        let file = &self.manifest.file;
        match self.workspace {
            Some((_, root)) => Diagnostic::error(format!(
                "`{file}` inherits `{what}`, but `[{table}]` in `{}` has no `{key}`",
                root.file
            )),
            None => Diagnostic::error(format!("`{file}` inherits `{what}`, but belongs to no workspace")),
        }
        .at(span)
    }

    /// The dependency that `entry` describes.
    pub(super) fn dependency(
        &self,
        entry: &Entry<'_>,
        edition: &str,
        findings: &mut Findings,
    ) -> Option<Dependency> {
        let span = self.manifest.span(&entry.path());
        let (base, detail) = match entry.value {
            InheritableDependency::Value(value) => (self.dir, detailed(value)),
            InheritableDependency::Inherit(inherited) => {
                let Some((base, found)) = self.inherited(entry.key) else {
                    let what = entry.path().join(".");
                    findings.push(self.nothing_to_inherit(&what, "workspace.dependencies", entry.key, span));
                    return None;
                };
                (base, merged(detailed(found), inherited, edition))
            }
        };
        let platform = match entry.platform.map(parse_platform).transpose() {
            Ok(platform) => platform,
            Err(error) => {
                findings.push(Diagnostic::error(format!("`[target]` has a bad key: {error}")).at(span));
                return None;
            }
        };
        let mut dependency = described(entry.key, base, &detail, span, findings)?;
        dependency.kind = entry.kind;
        dependency.platform = platform;
        Some(dependency)
    }

    fn inherited(&self, key: &str) -> Option<(&RelPath, &TomlDependency)> {
        let (base, root) = self.workspace?;
        Some((base, root.value.workspace.as_ref()?.dependencies.as_ref()?.get(key)?))
    }
}

/// The dependency under `key`, paths relative to `base`, without kind and platform.
pub(super) fn described(
    key: &str,
    base: &RelPath,
    detail: &TomlDetailedDependency,
    span: Span,
    findings: &mut Findings,
) -> Option<Dependency> {
    let requirement = match detail.version.as_deref().map(semver::VersionReq::parse) {
        Some(Ok(parsed)) => Requirement { parsed: Some(parsed), text: detail.version.clone() },
        None => Requirement { parsed: None, text: None },
        Some(Err(error)) => {
            let text = detail.version.as_deref().unwrap_or_default();
            findings.push(
                Diagnostic::error(format!("dependency `{key}` asks for version `{text}`: {error}")).at(span),
            );
            return None;
        }
    };
    let features: BTreeSet<String> = detail.features.iter().flatten().cloned().collect();
    Some(Dependency {
        key: key.to_owned(),
        package: detail.package.as_ref().map_or_else(|| key.to_owned(), ToString::to_string),
        kind: DependencyKind::Normal,
        platform: None,
        source: source(base, detail)?,
        requirement,
        features: features.into_iter().collect(),
        default_features: detail.default_features().unwrap_or(true),
        optional: detail.optional.unwrap_or(false),
        artifact: detail.artifact.as_ref().map(|kinds| Artifact {
            kinds: kinds.0.clone(),
            lib: detail.lib.unwrap_or(false),
            target: detail.target.clone(),
        }),
        line: span.start,
    })
}

/// The source, or `None` for a path that the walk already refused.
fn source(base: &RelPath, detail: &TomlDetailedDependency) -> Option<Source> {
    if let Some(path) = &detail.path {
        return base.join(path).ok().map(Source::Path);
    }
    if let Some(url) = &detail.git {
        let reference = match (&detail.branch, &detail.tag, &detail.rev) {
            (Some(branch), _, _) => GitReference::Branch(branch.clone()),
            (_, Some(tag), _) => GitReference::Tag(tag.clone()),
            (_, _, Some(revision)) => GitReference::Revision(revision.clone()),
            (None, None, None) => GitReference::Default,
        };
        return Some(Source::Git { url: url.clone(), reference });
    }
    let registry = match (&detail.registry, &detail.registry_index) {
        (Some(name), _) if name.as_str() == "crates-io" => None,
        (Some(name), _) => Some(Registry::Name(name.to_string())),
        (None, Some(index)) => Some(Registry::Index(index.clone())),
        (None, None) => None,
    };
    Some(Source::Registry(registry))
}

pub(super) fn detailed(dependency: &TomlDependency) -> TomlDetailedDependency {
    match dependency {
        TomlDependency::Simple(version) => {
            TomlDetailedDependency { version: Some(version.clone()), ..TomlDetailedDependency::default() }
        }
        TomlDependency::Detailed(detail) => detail.clone(),
    }
}

/// Cargo's rules: features add up; a member may turn default features on, and from the 2024 edition also off.
fn merged(
    mut detail: TomlDetailedDependency,
    member: &TomlInheritedDependency,
    edition: &str,
) -> TomlDetailedDependency {
    detail.features.get_or_insert_default().extend(member.features.iter().flatten().cloned());
    detail.optional = member.optional;
    detail.default_features = match (member.default_features(), detail.default_features()) {
        (Some(true), _) => Some(true),
        (Some(false), None | Some(true)) => Some(edition < "2024"),
        (_, workspace) => workspace,
    };
    detail
}
