//! `[deps]`: what the compiler makes of the crates of the lockfile.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{Exec, Mount, Sharing};
use buildkit_llb::file::{Copy, FileOp};
use supercargo_report::{Compile, Dependencies, Export, Job, Step};

use super::Materials;
use super::exec::{agent, confined, environment, locate, networked};
use super::fetch::Crates;
use super::manifests::write;
use super::sccache;
use crate::config::CacheMode;
use crate::name::RelPath;
use crate::plan::cargo::Invocation;
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
        jobs: plan.jobs.as_ref().map(|jobs| jobs.value),
        sccache: sccache::job(plan),
    });
    let name = format!("[deps] compile dependencies ({})", plan.cargo.profile);
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
            Mount::cache(paths::TARGET, &id).sharing(Sharing::Locked).into()
        }
        // `layers` keeps nothing between runs; in the last two modes no build needs this step.
        CacheMode::Layers | CacheMode::Mounts | CacheMode::None => {
            Mount::bind(Output::scratch(), paths::TARGET).no_output().into()
        }
    }
}

/// `Cargo.lock` for a project that has none, or whose own no longer fits its manifests.
pub(super) fn lockfile(materials: &Materials, files: &BTreeMap<RelPath, Vec<u8>>) -> Output {
    let manifests = write(FileOp::on_scratch(), files)
        .name(format!("{}[manifests] write the manifests of the workspace", materials.prefix))
        .output();
    // With a lockfile at hand only what must move moves.
    let has_lockfile = files.keys().any(|path| path.as_str() == "Cargo.lock");
    let command: &[&str] =
        if has_lockfile { &["cargo", "update", "--workspace"] } else { &["cargo", "generate-lockfile"] };
    let name = format!("{}[lock] resolve the dependencies", materials.prefix);
    let mut exec = Exec::new(materials.toolchain.output.clone(), command.iter().copied())
        .cwd(paths::WORKSPACE)
        .name(name);
    for (name, value) in materials.toolchain.environment() {
        exec = exec.env(name, value);
    }
    for (name, value) in Invocation::environment() {
        exec = exec.env(name, value);
    }
    if let Some(proxy) = &materials.proxy {
        exec = exec.proxy_env(proxy.clone());
    }
    exec = confined(exec, materials).network(materials.sandbox.network);
    if materials.no_cache.covers("lock") {
        exec = exec.ignore_cache();
    }
    exec.mount(Mount::tmpfs(paths::CARGO_HOME));
    let workspace = exec.mount(Mount::bind(manifests, paths::WORKSPACE));
    FileOp::on_scratch()
        .copy(Copy::new(exec.output(&workspace), "/Cargo.lock", "/Cargo.lock"))
        .name(format!("{}[lock] take Cargo.lock", materials.prefix))
        .output()
}
