//! `[image]`: the base with the binaries on top, or the binaries alone.

use buildkit_llb::Output;
use buildkit_llb::file::{Copy, FileOp};

use super::Materials;
use super::task::{self, Built};
use crate::plan::BuildPlan;

/// The runtime base with the binaries, in one layer.
pub(super) fn image(plan: &BuildPlan, materials: &Materials, built: &Built) -> Output {
    let base = materials.base.as_ref().map_or_else(Output::scratch, |image| image.output.clone());
    let base = task::lay(materials, base, built, plan.runtime.timestamp);
    let built = &built.binaries;
    let copies =
        plan.runtime.binaries.iter().fold(FileOp::on(base), |operation, (name, path)| {
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
