//! Which local packages Cargo must be able to load for a selection, whether it compiles them or not.

use std::collections::BTreeSet;

use crate::name::RelPath;
use crate::project::{Dependency, DependencyKind, Package, Project, Source};

/// Which dependencies count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All but dev-dependencies.
    Compiled,
    /// All; Cargo resolves the dev-dependencies of every member.
    Everything,
}

/// The directories of `roots` and of the local packages that they lead to, however they do.
pub(super) fn needed<'p>(
    project: &'p Project,
    roots: impl IntoIterator<Item = &'p RelPath>,
    reach: Reach,
) -> BTreeSet<&'p RelPath> {
    let mut found = BTreeSet::new();
    let mut queue: Vec<&RelPath> = roots.into_iter().collect();
    while let Some(dir) = queue.pop() {
        let Some((dir, package)) = project.packages.get_key_value(dir) else { continue };
        if found.insert(dir) {
            let counted = package.dependencies.iter().filter(|dependency| counts(package, dependency, reach));
            queue.extend(counted.filter_map(|dependency| local(project, package, dependency)));
        }
    }
    found
}

fn counts(package: &Package, dependency: &Dependency, reach: Reach) -> bool {
    dependency.kind != DependencyKind::Development || (package.is_member && reach == Reach::Everything)
}

/// The directory of the local package that `dependency` is, by its path or by a patch.
pub(super) fn local<'p>(
    project: &'p Project,
    package: &Package,
    dependency: &'p Dependency,
) -> Option<&'p RelPath> {
    if let Source::Path(dir) = &dependency.source {
        return Some(dir);
    }
    if project.workspace.patches.is_empty() {
        return None;
    }
    let index = project.locked_dependency(package, dependency)?;
    let locked = project.lockfile.as_ref()?.packages.get(index).filter(|locked| locked.is_local())?;
    let is_it = |package: &&Package| package.name == locked.name && package.version == locked.version;
    project.packages.values().find(is_it).map(|package| &package.dir)
}

/// True for a package that Cargo would make a member if nothing excluded it: a member has it as a path dependency.
///
/// A package that only a patch leads to is no member either way, and may inherit from the workspace if it is not
/// excluded.
pub(super) fn is_excluded(project: &Project, package: &Package) -> bool {
    let depends = |member: &Package| {
        member.dependencies.iter().any(|dependency| dependency.source == Source::Path(package.dir.clone()))
    };
    !package.is_member && project.members().any(depends)
}
