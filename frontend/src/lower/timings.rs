//! `[timings]`: the whole compile in one run, from nothing, with cargo's own clock beside it.
//!
//! The steps of an image are two runs of cargo, and what they find compiled takes no time; neither tells where the time
//! goes. So this one starts with an empty target directory, and leaves every mount of the image's steps alone.

use buildkit_llb::Output;
use buildkit_llb::exec::Mount;
use buildkit_llb::file::{Copy, FileOp};
use supercargo_report::{Compile, Dependencies, Job, Secret, Step};

use super::Materials;
use super::access;
use super::build::{linker, with_repository};
use super::exec::{agent, environment, locate, networked};
use super::fetch::Crates;
use crate::plan::{BuildPlan, paths};

/// Where cargo writes its reports, and the one of the last run.
const DIRECTORY: &str = "cargo-timings";
const REPORT: &str = "/cargo-timing.html";

/// Cargo's report, as `/cargo-timing.html`.
pub(super) fn report(plan: &BuildPlan, materials: &Materials, source: Output, fetched: &Crates) -> Output {
    let secrets: Vec<Secret> = plan.secrets.iter().map(|id| access::secret(id)).collect();
    let job = Job::Compile(Compile {
        step: Step::Build,
        command: plan.cargo.timings(),
        target_dir: paths::TARGET.to_owned(),
        dependencies: Dependencies::Own,
        stubs: Vec::new(),
        freshness: None,
        export: None,
        collect: None,
        secrets: secrets.clone(),
        linker: linker(plan),
        jobs: plan.jobs.as_ref().map(|jobs| jobs.value),
        // What is looked up takes no time either.
        sccache: None,
    });
    let name =
        format!("[timings] compile {} from nothing ({})", plan.cargo.binaries.join(", "), plan.cargo.profile);
    let mut variables = environment(plan, materials);
    variables.extend(plan.last.environment());
    let exec = locate(agent(materials, &variables, &job, &name), materials, plan.anchor.as_ref());
    let mut exec = networked(exec, plan, materials);
    for secret in &secrets {
        // Optional to the engine, because the agent says better than the engine what is missing.
        exec.mount(Mount::secret(&secret.path, &secret.id).optional());
    }
    exec.mount(Mount::bind(with_repository(plan, materials, source), paths::WORKSPACE).no_output());
    fetched.mount(&mut exec, materials.abilities);
    exec.mount(Mount::scratch(paths::TARGET).no_output());
    let reports = exec.mount(Mount::scratch(format!("{}/{DIRECTORY}", paths::TARGET)));
    FileOp::on_scratch()
        .copy(Copy::new(exec.output(&reports), REPORT, REPORT).timestamp(0))
        .name(format!("{}[timings] take the report", materials.prefix))
        .output()
}
