//! `[image]`: the base with the binaries on top, or the binaries alone.

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp};

use super::{Materials, audit, packages};
use crate::plan::BuildPlan;

/// The runtime base with the binaries and the libraries that it lacks, in one layer: most images need no libraries, and a
/// layer of their own would then be an empty one.
pub(super) fn image(plan: &BuildPlan, materials: &Materials, built: &Output) -> Output {
    let base = packages::complete_base(plan, materials);
    let libraries = audit::libraries(plan, materials, built, &base);
    let libraries = Copy::new(libraries, "/", "/").contents_only().timestamp(plan.runtime.timestamp);
    let copies =
        plan.runtime.binaries.iter().fold(FileOp::on(base).copy(libraries), |operation, (name, path)| {
            operation.copy(binary(plan, built, name, path))
        });
    copies.name(format!("{}[image] add {}", materials.prefix, plan.binaries.value.join(", "))).output()
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
