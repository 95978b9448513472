//! `[image]`: the base with files and binaries on top, or the binaries alone.

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp, Owner};

use super::Materials;
use super::layer::Layer;
use super::task::{self, Built};
use crate::plan::BuildPlan;
use crate::plan::files::FileCopied;

/// The runtime base with the files of the context and the binaries, each in a layer of its own.
pub(super) fn image(plan: &BuildPlan, materials: &Materials, built: &Built) -> Output {
    let base = materials.base.as_ref().map_or_else(Output::scratch, |image| image.output.clone());
    // Under the binaries, which change with every edit of the code: an edit of either leaves the other's layer as it is.
    let base = files(plan, materials).on(&base, materials);
    let base = task::layer(built, plan.runtime.timestamp).on(&base, materials);
    let built = &built.binaries;
    let runtime = &plan.runtime;
    let binaries = Layer {
        what: plan.binaries.value.join(", "),
        copies: runtime.binaries.iter().map(|(name, path)| binary(plan, built, name, path)).collect(),
        directories: runtime.binaries.values().map(|path| parent(path)).collect(),
        timestamp: runtime.timestamp,
    };
    binaries.on(&base, materials)
}

/// The files of the context that the user asked for.
fn files(plan: &BuildPlan, materials: &Materials) -> Layer {
    let files = &plan.runtime.files;
    Layer {
        what: "files".to_owned(),
        copies: files.iter().map(|file| file_copy(plan, materials, file)).collect(),
        directories: files.iter().map(FileCopied::directory).collect(),
        timestamp: plan.runtime.timestamp,
    }
}

/// As `COPY` does it: of a directory its contents, and what a link leads to.
fn file_copy(plan: &BuildPlan, materials: &Materials, file: &FileCopied) -> Copy {
    let (user, group) = file.owner;
    let mut copy = Copy::new(materials.context.clone(), format!("/{}", file.from), &file.to)
        .contents_only()
        .follow_symlinks()
        .owner(Owner::ids(user, group))
        .timestamp(plan.runtime.timestamp);
    if file.is_pattern {
        copy = copy.allow_wildcard();
    }
    match file.mode {
        Some(mode) => copy.mode(mode),
        None => copy,
    }
}

/// The binaries alone, at the root.
pub(super) fn binaries(plan: &BuildPlan, materials: &Materials, built: &Output) -> Output {
    let copies = plan.binaries.value.iter().fold(FileOp::on_scratch(), |operation, name| {
        operation.copy(binary(plan, built, name, &format!("/{name}")))
    });
    copies.name(format!("{}[binaries] take {}", materials.prefix, plan.binaries.value.join(", "))).output()
}

fn binary(plan: &BuildPlan, built: &Output, name: &str, path: &str) -> Copy {
    Copy::new(built.clone(), format!("/bin/{name}"), path)
        .create_dest_path()
        .mode(0o755)
        .timestamp(plan.runtime.timestamp)
}

/// The directory that holds an absolute path.
fn parent(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()
}
