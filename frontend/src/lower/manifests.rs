//! `[manifests]`: generated files on scratch. Nothing of the context is in it, but for crates that external crates
//! are patched with.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp, MkFile, Mkdir};

use super::Materials;
use crate::name::RelPath;
use crate::plan::BuildPlan;

/// The time that generated files carry, in seconds since 1970. Any would do that is not newer than what Cargo makes
/// of them.
const TIMESTAMP: u64 = 0;

/// The skeleton's files.
pub(super) fn skeleton(plan: &BuildPlan, materials: &Materials) -> Output {
    let dependencies = &plan.dependencies;
    let written = write(FileOp::on_scratch(), &dependencies.files)
        .name(format!(
            "{}[manifests] write manifests of the dependencies of {}",
            materials.prefix, plan.package.value
        ))
        .output();
    if dependencies.patched.is_empty() {
        return written;
    }
    let copies = dependencies.patched.iter().fold(FileOp::on(written), |operation, path| {
        let path = format!("/{}", path.as_str());
        let copy = Copy::new(materials.context.clone(), &path, &path);
        operation.copy(copy.contents_only().create_dest_path().timestamp(TIMESTAMP))
    });
    copies
        .name(format!("{}[manifests] add the sources that dependencies need", materials.prefix))
        // Whoever imports the cache has the sources already.
        .export_cache(false)
        .output()
}

/// Adds files and the directories that hold them.
pub(super) fn write(mut operation: FileOp, files: &BTreeMap<RelPath, Vec<u8>>) -> FileOp {
    let directories: BTreeSet<RelPath> =
        files.keys().filter_map(RelPath::parent).filter(|directory| !directory.is_root()).collect();
    for directory in &directories {
        // A directory that holds another one is made along with it.
        if directories.iter().any(|other| other != directory && other.is_within(directory)) {
            continue;
        }
        operation = operation
            .mkdir(Mkdir::new(format!("/{}", directory.as_str())).mode(0o755).parents().timestamp(TIMESTAMP));
    }
    for (path, contents) in files {
        operation = operation.mkfile(
            MkFile::new(format!("/{}", path.as_str()), contents.clone()).mode(0o644).timestamp(TIMESTAMP),
        );
    }
    operation
}
