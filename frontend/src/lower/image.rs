//! `[image]`: the base with files and binaries on top, or the binaries alone.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp, Mkdir, Owner};

use super::layer::Layer;
use super::task::{self, Built};
use super::{Materials, audit, packages};
use crate::plan::BuildPlan;
use crate::plan::files::FileCopied;

/// The runtime base with the libraries that it lacks, the files of the context and the binaries.
///
/// Files have a layer of their own, and libraries where packages are known to bring some; else the layer of the
/// binaries takes what the audit finds, which is most often nothing.
pub(super) fn image(plan: &BuildPlan, materials: &Materials, built: &Built) -> Output {
    let base = packages::complete_base(plan, materials);
    let timestamp = plan.runtime.timestamp;
    let lacking = audit::libraries(plan, materials, &built.binaries, &base);
    let libraries = Copy::new(lacking, "/", "/").contents_only().timestamp(timestamp);
    let (base, with_binaries) = if plan.runtime.has_libraries {
        let layer = Layer {
            what: "libraries".to_owned(),
            copies: vec![libraries],
            directories: BTreeSet::new(),
            special: BTreeMap::new(),
            timestamp,
        };
        (layer.on(&base, materials), None)
    } else {
        (base, Some(libraries))
    };
    // Under the binaries, which change with every edit of the code: an edit of either leaves the other's layer as it is.
    let base = tools(plan, materials).on(&base, materials);
    let base = files(plan, materials).on(&base, materials);
    let base = task::layer(built, plan.runtime.timestamp).on(&base, materials);
    let base = symbols(plan, &built.binaries).on(&base, materials);
    let built = &built.binaries;
    let runtime = &plan.runtime;
    let binaries = Layer {
        what: plan.binaries.value.join(", "),
        copies: with_binaries
            .into_iter()
            .chain(runtime.binaries.iter().map(|(name, path)| binary(plan, built, name, path)))
            .collect(),
        directories: runtime.binaries.values().map(|path| parent(path)).collect(),
        special: BTreeMap::new(),
        timestamp,
    };
    binaries.on(&base, materials)
}

/// The programs of ours that the image needs.
fn tools(plan: &BuildPlan, materials: &Materials) -> Layer {
    let runtime = &plan.runtime;
    let copies = runtime.tools.iter().map(|tool| {
        Copy::new(materials.tools.clone(), format!("/{}", tool.name()), &tool.path())
            .mode(0o755)
            .owner(Owner::ids(0, 0))
            .timestamp(runtime.timestamp)
    });
    let names: Vec<&str> = runtime.tools.iter().map(|tool| tool.name()).collect();
    Layer {
        what: names.join(", "),
        copies: copies.collect(),
        directories: runtime.tools.iter().map(|tool| parent(&tool.path())).collect(),
        special: BTreeMap::new(),
        timestamp: runtime.timestamp,
    }
}

/// The files of the context that the user asked for.
fn files(plan: &BuildPlan, materials: &Materials) -> Layer {
    let files = &plan.runtime.files;
    Layer {
        what: "files".to_owned(),
        copies: files.iter().map(|file| file_copy(plan, materials, file)).collect(),
        directories: files.iter().map(FileCopied::directory).collect(),
        special: files
            .iter()
            .filter(|file| file.is_directory)
            .map(|file| directory(plan, materials, file))
            .collect(),
        timestamp: plan.runtime.timestamp,
    }
}

/// The directory that the contents of another are copied into: like them, it belongs to whom the user says.
///
/// It is copied and not made, because an engine makes directories under its umask and without the sticky bit.
fn directory(plan: &BuildPlan, materials: &Materials, file: &FileCopied) -> (String, Copy) {
    let ((user, group), path) = (file.owner, file.directory());
    let path = path.trim_end_matches('/').to_owned();
    let (above, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let empty = FileOp::on_scratch()
        .mkdir(Mkdir::new(format!("/in/{name}")).parents().timestamp(0))
        .name(format!("{}[image] make an empty directory", materials.prefix))
        .output();
    // Of a directory whose contents are copied the engine takes no mode; of those in it, it does.
    let copy = Copy::new(empty, "/in", &format!("{above}/"))
        .contents_only()
        .owner(Owner::ids(user, group))
        .mode(file.mode.unwrap_or(0o755))
        .timestamp(plan.runtime.timestamp);
    (path, copy)
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

/// The symbols of the binaries, where debuggers look for them.
fn symbols(plan: &BuildPlan, built: &Output) -> Layer {
    let (symbols, timestamp) = (&plan.runtime.symbols, plan.runtime.timestamp);
    Layer {
        what: "symbols".to_owned(),
        copies: symbols.iter().map(|(name, path)| symbol_file(plan, built, name, path)).collect(),
        directories: symbols.values().map(|path| parent(path)).collect(),
        special: BTreeMap::new(),
        timestamp,
    }
}

/// The symbols of the binaries alone, at the root.
pub(super) fn symbols_alone(plan: &BuildPlan, materials: &Materials, built: &Output) -> Output {
    let copies = plan.binaries.value.iter().fold(FileOp::on_scratch(), |operation, name| {
        operation.copy(symbol_file(plan, built, name, &format!("/{name}.debug")))
    });
    copies
        .name(format!("{}[symbols] take those of {}", materials.prefix, plan.binaries.value.join(", ")))
        .output()
}

fn symbol_file(plan: &BuildPlan, built: &Output, name: &str, path: &str) -> Copy {
    Copy::new(built.clone(), format!("/symbols/{name}.debug"), path)
        .create_dest_path()
        .mode(0o644)
        .timestamp(plan.runtime.timestamp)
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
