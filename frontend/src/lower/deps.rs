//! `[deps]`: what the compiler makes of the crates of the lockfile.

use buildkit_llb::Output;
use buildkit_llb::exec::{Mount, Sharing};
use supercargo_report::{Compile, Dependencies, Export, Job, Step};

use super::Materials;
use super::build;
use super::exec::{agent, cache, environment, locate, networked};
use super::fetch::Crates;
use super::sccache;
use crate::config::CacheMode;
use crate::plan::{BuildPlan, paths};

/// What every dependency compiles to. The skeleton's own artifacts are not in it.
pub(super) fn compile(
    plan: &BuildPlan,
    materials: &Materials,
    manifests: &Output,
    fetched: &Crates,
) -> Output {
    let job = Job::Compile(Compile {
        step: Step::Deps,
        command: plan.cargo.deps(&plan.dependencies.selection),
        target_dir: paths::TARGET.to_owned(),
        dependencies: Dependencies::Own,
        stubs: plan.dependencies.stubs.clone(),
        freshness: None,
        export: Some(Export {
            into: paths::DEPS.to_owned(),
            skeleton: paths::WORKSPACE.to_owned(),
            pinned: plan.pinned(),
        }),
        collect: None,
        secrets: Vec::new(),
        linker: build::linker(plan),
        jobs: plan.jobs.as_ref().map(|jobs| jobs.value),
        sccache: sccache::job(plan),
    });
    let verb = if plan.cargo.command.only_checks() { "check" } else { "compile" };
    let name = format!("[deps] {verb} dependencies ({})", plan.cargo.profile);
    let mut exec =
        locate(agent(materials, &environment(plan, materials), &job, &name), materials, plan.anchor.as_ref());
    exec = networked(sccache::attach(exec, plan, materials), plan, materials);
    exec.mount(Mount::bind(manifests.clone(), paths::WORKSPACE).no_output());
    fetched.mount(&mut exec, materials.abilities);
    exec.mount(target(plan, materials));
    let exported = exec.mount(Mount::scratch(paths::DEPS));
    exec.output(&exported)
}

/// The directory that cargo compiles in, which is never the step's result.
fn target(plan: &BuildPlan, materials: &Materials) -> Mount {
    match plan.caches.mode.value {
        CacheMode::Auto => {
            let toolchain = materials.toolchain.identity();
            let id = plan.caches.dependencies_with(&toolchain, &environment(plan, materials));
            cache(paths::TARGET, &id).sharing(Sharing::Locked).into()
        }
        // `layers` keeps nothing between runs; in the last two modes no build needs this step.
        CacheMode::Layers | CacheMode::Mounts | CacheMode::None => {
            Mount::bind(Output::scratch(), paths::TARGET).no_output().into()
        }
    }
}
