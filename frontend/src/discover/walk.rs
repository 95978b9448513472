//! The walk from the root manifest to every other one that Cargo would load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cargo_util_schemas::manifest::{InheritableDependency, TomlDependency, TomlManifest};

use super::document::Document;
use super::members::{Exclusion, PatternError, Patterns};
use super::reader::Reader;
use super::tables::{DependencyKind, Entry, dependencies, path_of};
use super::workspace_root;
use crate::absence;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;

/// A parsed `Cargo.toml`.
pub(crate) type Manifest = Document<TomlManifest>;

/// Every manifest of the project.
#[derive(Clone, Debug)]
pub(crate) struct ManifestSet {
    /// The one at the root of the context.
    pub(crate) root: Arc<Manifest>,
    /// By directory; holds the root's if it has a package.
    pub(crate) manifests: BTreeMap<RelPath, Arc<Manifest>>,
    pub(crate) members: BTreeSet<RelPath>,
    pub(crate) default_members: BTreeSet<RelPath>,
    /// The workspace manifest that each package inherits from, with its directory.
    pub(crate) inherited: BTreeMap<RelPath, (RelPath, Arc<Manifest>)>,
}

/// Why a manifest is loaded: what an error about it points at.
#[derive(Clone, Debug)]
struct Cause {
    span: Span,
    what: String,
    /// Whether `[workspace]` names it.
    is_member: bool,
}

/// One dependency with a path.
struct PathDependency {
    dir: RelPath,
    cause: Cause,
    kind: DependencyKind,
    is_optional: bool,
}

struct Walk<'r, 'a> {
    reader: &'r mut Reader<'a>,
    set: ManifestSet,
    patterns: Patterns<'a>,
    exclusion: Exclusion,
    /// Directories that were asked for and gave no manifest.
    failed: BTreeSet<RelPath>,
    locals: Vec<(RelPath, Cause)>,
}

/// Walks as far as the contents go. What is missing is noted in `reader`.
///
/// `patches` are directories that Cargo's configuration patches in, with the line that does.
pub(crate) fn walk(
    reader: &mut Reader<'_>,
    root: &Arc<Manifest>,
    patches: Vec<(RelPath, Span)>,
) -> ManifestSet {
    let set = ManifestSet {
        root: Arc::clone(root),
        manifests: BTreeMap::new(),
        members: BTreeSet::new(),
        default_members: BTreeSet::new(),
        inherited: BTreeMap::new(),
    };
    let patterns = Patterns::new(reader.tree);
    let exclusion = root.value.workspace.as_ref().map(Exclusion::of).unwrap_or_default();
    let mut walk = Walk { reader, set, patterns, exclusion, failed: BTreeSet::new(), locals: Vec::new() };
    let what = |dir: &RelPath| format!("`[patch]` entry `{dir}`");
    walk.locals = patches
        .into_iter()
        .map(|(dir, span)| (dir.clone(), Cause { span, what: what(&dir), is_member: false }))
        .collect();
    walk.root_package(root);
    walk.workspace_members(root);
    walk.overrides(root);
    walk.local_packages();
    walk.default_members(root);
    walk.set
}

impl Walk<'_, '_> {
    fn root_package(&mut self, root: &Arc<Manifest>) {
        if root.value.package().is_none() {
            return;
        }
        if root.value.workspace.is_some() {
            let span = Span::line(root.file.clone(), 1);
            return self.member(
                RelPath::root(),
                Cause { span, what: "the root package".to_owned(), is_member: false },
                false,
            );
        }
        // Without a `[workspace]` table Cargo takes the one package and makes no member of anything else.
        self.set.members.insert(RelPath::root());
        self.set.manifests.insert(RelPath::root(), Arc::clone(root));
        let dependencies = self.path_dependencies(&RelPath::root(), root);
        self.locals.extend(dependencies.into_iter().map(|dependency| (dependency.dir, dependency.cause)));
    }

    fn workspace_members(&mut self, root: &Arc<Manifest>) {
        let patterns = root.value.workspace.as_ref().and_then(|workspace| workspace.members.clone());
        for (index, pattern) in patterns.unwrap_or_default().into_iter().enumerate() {
            let span = root.item_span(&["workspace", "members"], index);
            let what = format!("workspace member `{pattern}`");
            for dir in self.expand(&pattern, &span, "members") {
                self.member(dir, Cause { span: span.clone(), what: what.clone(), is_member: true }, false);
            }
        }
    }

    fn expand(&mut self, pattern: &str, span: &Span, key: &str) -> Vec<RelPath> {
        let error = match self.patterns.expand(pattern) {
            Ok(directories) => return directories,
            Err(PatternError::Syntax(error)) => {
                Diagnostic::error(format!("`workspace.{key}` has `{pattern}`, which is no pattern: {error}"))
            }
            Err(PatternError::Path(error)) => {
                Diagnostic::error(format!("`workspace.{key}` has `{pattern}`, which {error}"))
                    .hint("the build context must hold the whole workspace: build from the directory above")
            }
            Err(PatternError::Limit(limit)) => Diagnostic::error(format!(
                "`workspace.{key}` has `{pattern}`: the patterns match against more than {limit} names, which is the limit"
            ))
            .hint("List the directories, or use fewer `**`."),
        };
        self.reader.findings.push(error.at(span.clone()));
        Vec::new()
    }

    /// Makes `dir` a member, and every path dependency of it.
    fn member(&mut self, dir: RelPath, cause: Cause, is_path_dependency: bool) {
        let mut queue = vec![(dir, cause, is_path_dependency)];
        while let Some((dir, cause, is_path_dependency)) = queue.pop() {
            if self.set.members.contains(&dir) {
                continue;
            }
            if self.is_excluded(&dir) {
                if is_path_dependency {
                    self.locals.push((dir, cause));
                }
                continue;
            }
            let Some(manifest) = self.load(&dir, &cause) else { continue };
            if !dir.is_root() && manifest.value.workspace.is_some() {
                self.reader.findings.push(
                    Diagnostic::error(format!(
                        "`{}` is a workspace root inside of this workspace",
                        manifest.file
                    ))
                    .at(cause.span)
                    .hint(format!("add `exclude = [\"{dir}\"]` to `[workspace]` in `Cargo.toml`")),
                );
                continue;
            }
            self.set.members.insert(dir.clone());
            let dependencies = self.path_dependencies(&dir, &manifest);
            queue.extend(dependencies.into_iter().map(|dependency| (dependency.dir, dependency.cause, true)));
        }
    }

    fn is_excluded(&self, dir: &RelPath) -> bool {
        self.exclusion.excludes(dir)
    }

    /// `[patch]` and `[replace]` paths of the root manifest: Cargo loads them even if nothing uses them.
    fn overrides(&mut self, root: &Arc<Manifest>) {
        for (source, entries) in root.value.patch.iter().flatten() {
            for (key, dependency) in entries {
                self.override_path(root, &["patch", source, key.as_str()], dependency);
            }
        }
        for (spec, dependency) in root.value.replace.iter().flatten() {
            self.override_path(root, &["replace", spec], dependency);
        }
    }

    fn override_path(&mut self, root: &Arc<Manifest>, path: &[&str], dependency: &TomlDependency) {
        let Some(text) = path_of(dependency) else { return };
        let cause =
            Cause { span: root.span(path), what: format!("`[{}]` entry", path.join(".")), is_member: false };
        if let Some(dir) = self.join(&RelPath::root(), text, &cause) {
            self.locals.push((dir, cause));
        }
    }

    /// Loads what is local and no member. Cargo ignores the dev-dependencies of such packages.
    fn local_packages(&mut self) {
        let mut visited = BTreeSet::new();
        while let Some((dir, cause)) = self.locals.pop() {
            if self.set.members.contains(&dir) || !visited.insert(dir.clone()) {
                continue;
            }
            let Some(manifest) = self.load(&dir, &cause) else { continue };
            for dependency in self.path_dependencies(&dir, &manifest) {
                let is_missing = !self.reader.tree.is_file(&manifest_in(&dependency.dir));
                let is_unused =
                    dependency.kind == DependencyKind::Development || (dependency.is_optional && is_missing);
                if !is_unused {
                    self.locals.push((dependency.dir, dependency.cause));
                }
            }
        }
    }

    fn default_members(&mut self, root: &Arc<Manifest>) {
        let listed = root.value.workspace.as_ref().and_then(|workspace| workspace.default_members.clone());
        let Some(listed) = listed else {
            let is_virtual = root.value.package().is_none();
            let all = if is_virtual { self.set.members.clone() } else { BTreeSet::from([RelPath::root()]) };
            self.set.default_members = all;
            return;
        };
        for (index, pattern) in listed.iter().enumerate() {
            let span = root.item_span(&["workspace", "default-members"], index);
            for dir in self.expand(pattern, &span, "default-members") {
                if self.set.members.contains(&dir) {
                    self.set.default_members.insert(dir);
                } else if !self.is_excluded(&dir) && self.reader.wanted.is_empty() {
                    self.reader.findings.push(
                        Diagnostic::error(format!("`default-members` has `{dir}`, which is no member"))
                            .at(span.clone())
                            .hint("add it to `members`, or take it out of `default-members`"),
                    );
                }
            }
        }
    }

    fn load(&mut self, dir: &RelPath, cause: &Cause) -> Option<Arc<Manifest>> {
        if let Some(manifest) = self.set.manifests.get(dir) {
            return Some(Arc::clone(manifest));
        }
        if self.failed.contains(dir) {
            return None;
        }
        let manifest = self.read(dir, cause);
        match &manifest {
            Some(manifest) => {
                self.set.manifests.insert(dir.clone(), Arc::clone(manifest));
                self.inherit(dir, manifest);
            }
            None => drop(self.failed.insert(dir.clone())),
        }
        manifest
    }

    fn read(&mut self, dir: &RelPath, cause: &Cause) -> Option<Arc<Manifest>> {
        if dir.is_root() {
            return Some(Arc::clone(&self.set.root));
        }
        let file = manifest_in(dir);
        if !self.reader.tree.is_file(&file) {
            let absence = absence::reason(self.reader.tree, &file);
            // Cargo takes a member for a directory to pass by; a path dependency it needs.
            let can_pass = cause.is_member && absence.is_none() && self.reader.tree.is_directory(dir);
            let mut error =
                Diagnostic::error(format!("{} has no manifest: there is no `{file}`", cause.what))
                    .at(cause.span.clone())
                    .hints(absence);
            if can_pass {
                error =
                    error.hint(format!("`exclude = [\"{dir}\"]` in `[workspace]` makes Cargo pass it by"));
            }
            self.reader.findings.push(error);
            return None;
        }
        let manifest: Arc<Manifest> = Arc::new(self.reader.document(&file)?);
        if manifest.value.package().is_none() {
            self.reader.findings.push(
                Diagnostic::error(format!("{} is no package: `{file}` has no `[package]` table", cause.what))
                    .at(cause.span.clone()),
            );
            return None;
        }
        Some(manifest)
    }

    /// Notes which workspace manifest `manifest` inherits from.
    fn inherit(&mut self, dir: &RelPath, manifest: &Arc<Manifest>) {
        let root = if self.set.root.value.workspace.is_some() && !self.is_excluded(dir) {
            Some((RelPath::root(), Arc::clone(&self.set.root)))
        } else {
            workspace_root::find(self.reader, dir, manifest)
        };
        if let Some(root) = root {
            self.set.inherited.insert(dir.clone(), root);
        }
    }

    fn path_dependencies(&mut self, dir: &RelPath, manifest: &Manifest) -> Vec<PathDependency> {
        dependencies(&manifest.value)
            .into_iter()
            .filter_map(|entry| self.path_dependency(dir, manifest, &entry))
            .collect()
    }

    fn path_dependency(
        &mut self,
        dir: &RelPath,
        manifest: &Manifest,
        entry: &Entry<'_>,
    ) -> Option<PathDependency> {
        let inherited = self.set.inherited.get(dir).cloned();
        let (base, text) = match (entry.value, &inherited) {
            (InheritableDependency::Value(value), _) => (dir.clone(), path_of(value)?.to_owned()),
            (InheritableDependency::Inherit(_), Some((base, workspace))) => {
                let workspace = workspace.value.workspace.as_ref()?;
                let found = workspace.dependencies.as_ref()?.get(entry.key)?;
                (base.clone(), path_of(found)?.to_owned())
            }
            (InheritableDependency::Inherit(_), None) => return None,
        };
        let cause = Cause {
            span: manifest.span(&entry.path()),
            what: format!("path dependency `{}`", entry.key),
            is_member: false,
        };
        let dir = self.join(&base, &text, &cause)?;
        Some(PathDependency { dir, cause, kind: entry.kind, is_optional: entry.is_optional() })
    }

    fn join(&mut self, base: &RelPath, text: &str, cause: &Cause) -> Option<RelPath> {
        match base.join(text) {
            Ok(dir) => Some(dir),
            Err(error) => {
                self.reader.findings.push(
                    Diagnostic::error(format!("{} has path `{text}`, which {error}", cause.what))
                        .at(cause.span.clone())
                        .hint(
                            "the build context must hold every path dependency: build from a directory above",
                        ),
                );
                None
            }
        }
    }
}

/// The manifest of the package in `dir`.
pub(crate) fn manifest_in(dir: &RelPath) -> RelPath {
    dir.join("Cargo.toml").unwrap_or_default()
}
