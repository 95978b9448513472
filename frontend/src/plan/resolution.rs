//! The workspace as Cargo's resolver sees it: every manifest, no code.

use std::collections::BTreeMap;

use super::access;
use crate::name::RelPath;
use crate::project::Project;
use crate::skeleton::SourceView;

/// Files from which Cargo can resolve the real workspace without its sources: real manifests, the lockfile, Cargo's
/// configuration, and an empty file where each target's source would be.
///
/// Nothing is ever compiled from them. Shape: paths relative to the workspace's root.
#[must_use]
pub fn files(project: &Project, view: &SourceView) -> BTreeMap<RelPath, Vec<u8>> {
    let mut files = BTreeMap::new();
    let is_needed = |path: &RelPath| !path.within_any(|directory| view.excluded.contains(directory));
    for package in project.packages.values().filter(|package| is_needed(&package.dir)) {
        files.insert(package.manifest.clone(), package.text.clone().into_bytes());
        for target in &package.targets {
            files.insert(target.path.clone(), Vec::new());
        }
    }
    if let Ok(root) = RelPath::new("Cargo.toml") {
        files.insert(root, project.workspace.text.clone().into_bytes());
    }
    if let (Some(lockfile), Ok(path)) = (&project.lockfile, RelPath::new("Cargo.lock")) {
        files.insert(path, lockfile.text.clone().into_bytes());
    }
    if let Some(config) = &project.cargo_config
        && let Ok(path) = RelPath::new(".cargo/config.toml")
    {
        // Includes are merged and relative paths respelled, so one file says it all but how to log in.
        files.insert(path, access::cleaned(config.table.clone()).to_string().into_bytes());
    }
    files.extend(view.overlays.iter().map(|(path, contents)| (path.clone(), contents.clone())));
    files
}
