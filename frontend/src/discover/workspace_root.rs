//! The workspace that a package outside of the project's own workspace belongs to.

use std::sync::Arc;

use cargo_util_schemas::manifest::{InheritableDependency, InheritableField};

use super::members::Exclusion;
use super::reader::Reader;
use super::tables::dependencies;
use super::walk::{Manifest, manifest_in};
use crate::name::RelPath;

/// The workspace manifest that the package in `dir` inherits from, with its directory. Looked for only if the
/// package inherits anything.
pub(crate) fn find(
    reader: &mut Reader<'_>,
    dir: &RelPath,
    manifest: &Arc<Manifest>,
) -> Option<(RelPath, Arc<Manifest>)> {
    if manifest.value.workspace.is_some() {
        return Some((dir.clone(), Arc::clone(manifest)));
    }
    if !inherits(manifest) {
        return None;
    }
    if let Some(root) = manifest.value.package().and_then(|package| package.workspace.as_deref()) {
        let root = dir.join(root).ok()?;
        let found = reader.document(&manifest_in(&root))?;
        return Some((root, Arc::new(found)));
    }
    let mut ancestor = dir.parent();
    while let Some(root) = ancestor {
        let file = manifest_in(&root);
        if reader.tree.is_file(&file) {
            let found: Arc<Manifest> = Arc::new(reader.document(&file)?);
            if let Some(workspace) = &found.value.workspace {
                let below = dir.strip_prefix(&root).unwrap_or_default();
                if !Exclusion::of(workspace).excludes(&below) {
                    return Some((root, found));
                }
            }
        }
        ancestor = root.parent();
    }
    None
}

fn inherits(manifest: &Manifest) -> bool {
    fn is<T>(field: Option<&InheritableField<T>>) -> bool {
        field.is_some_and(InheritableField::is_inherited)
    }
    let inherits_dependency = dependencies(&manifest.value)
        .iter()
        .any(|entry| matches!(entry.value, InheritableDependency::Inherit(_)));
    let inherits_field = manifest.value.package().is_some_and(|package| {
        is(package.version.as_ref())
            || is(package.edition.as_ref())
            || is(package.rust_version.as_ref())
            || is(package.license.as_ref())
            || is(package.description.as_ref())
            || is(package.repository.as_ref())
            || is(package.homepage.as_ref())
            || is(package.documentation.as_ref())
            || is(package.authors.as_ref())
            || is(package.publish.as_ref())
    });
    inherits_dependency || inherits_field
}
