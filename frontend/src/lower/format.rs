//! `[fmt]`: the sources beside what rustfmt makes of them. It compiles nothing, so it needs no dependency and no network.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::Mount;
use supercargo_report::{Job, Run};

use super::Materials;
use super::exec::{agent, locate};
use super::toolchain::with_component;
use crate::plan::{BuildPlan, paths};

/// Nothing, if the sources are formatted; else the step fails with rustfmt's differences.
pub(super) fn check(plan: &BuildPlan, materials: &Materials, source: Output) -> Output {
    let materials = &with_component(plan, materials, plan.cargo.command.component());
    let job = Job::Run(Run { command: plan.cargo.format() });
    let name = format!("[fmt] cargo fmt of {}", plan.package.value);
    let exec = agent(materials, &BTreeMap::new(), &job, &name);
    let mut exec = locate(exec, materials, plan.anchor.as_ref());
    exec.mount(Mount::bind(source, paths::WORKSPACE).readonly());
    let nothing = exec.mount(Mount::scratch(paths::OUT));
    exec.output(&nothing)
}
