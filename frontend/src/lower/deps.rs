//! `[fetch]` and `[deps]`: the crates of the lockfile, and what the compiler makes of them.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{Exec, Mount, Sharing};
use buildkit_llb::file::{Copy, FileOp};
use supercargo_report::{Compile, Fetch, Job, Step};

use super::Materials;
use super::exec::{agent, confined, locate, private};
use super::manifests::write;
use super::sccache;
use crate::name::RelPath;
use crate::plan::cargo::Invocation;
use crate::plan::{BuildPlan, paths};

/// A `CARGO_HOME` with the crates that the dependencies are compiled from.
pub(super) fn fetch(plan: &BuildPlan, materials: &Materials, manifests: &Output) -> Output {
    let exec = fetcher(plan, materials, plan.cargo.fetch(), "[fetch] download crates");
    exec_on(exec, manifests, &Output::scratch())
}

/// The same `CARGO_HOME` for the real build. Cargo resolves the user's whole lockfile before it compiles a part of it,
/// so what only dev-dependencies or other members need must be in the index. It is a step of its own, because
/// compiled dependencies must not depend on it.
pub(super) fn complete(plan: &BuildPlan, materials: &Materials, fetched: &Output) -> Output {
    let Some(index) = &plan.dependencies.index else { return fetched.clone() };
    let everything = write(FileOp::on_scratch(), index)
        .name(format!("{}[manifests] write the manifests of the workspace", materials.prefix))
        .output();
    let completing =
        fetcher(plan, materials, plan.cargo.index(), "[fetch] complete the index for the whole lockfile");
    exec_on(completing, &everything, fetched)
}

/// What every dependency compiles to. The skeleton's own artifacts are not in it.
pub(super) fn compile(
    plan: &BuildPlan,
    materials: &Materials,
    manifests: &Output,
    fetched: &Output,
) -> Output {
    let job = Job::Compile(Compile {
        step: Step::Deps,
        command: plan.cargo.deps(&plan.dependencies.selection),
        target_dir: paths::TARGET.to_owned(),
        stubs: plan.dependencies.stubs.clone(),
        freshness: None,
        collect: None,
        sccache: sccache::job(plan),
    });
    let name = format!("[deps] compile dependencies ({})", plan.cargo.profile);
    let mut exec =
        locate(agent(materials, &plan.cargo.environment, &job, &name), materials, plan.anchor.as_ref());
    exec = sccache::attach(exec, plan, materials);
    exec.mount(Mount::bind(manifests.clone(), paths::WORKSPACE).no_output());
    exec.mount(private(fetched, paths::CARGO_HOME));
    let target = exec.mount(Mount::scratch(paths::TARGET));
    exec.output(&target)
}

/// `Cargo.lock` for a project that has none.
pub(super) fn lockfile(materials: &Materials, files: &BTreeMap<RelPath, Vec<u8>>) -> Output {
    let manifests = write(FileOp::on_scratch(), files)
        .name(format!("{}[manifests] write the manifests of the workspace", materials.prefix))
        .output();
    let command: Vec<String> = ["cargo", "generate-lockfile"].map(str::to_owned).to_vec();
    let name = format!("{}[lock] resolve the dependencies", materials.prefix);
    let mut exec = Exec::new(materials.toolchain.output.clone(), command).cwd(paths::WORKSPACE).name(name);
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

fn fetcher(plan: &BuildPlan, materials: &Materials, command: Vec<String>, name: &str) -> Exec {
    let job = Job::Fetch(Fetch {
        command,
        cargo_home: paths::CARGO_HOME.to_owned(),
        downloads: paths::DOWNLOADS.to_owned(),
        lockfile: format!("{}/Cargo.lock", paths::WORKSPACE),
    });
    let exec = agent(materials, &plan.cargo.environment, &job, name).network(materials.sandbox.network);
    let exec = match &materials.proxy {
        Some(proxy) => exec.proxy_env(proxy.clone()),
        None => exec,
    };
    let mut exec = locate(exec, materials, plan.anchor.as_ref());
    exec.mount(Mount::cache(paths::DOWNLOADS, &plan.caches.downloads).sharing(Sharing::Shared));
    exec
}

fn exec_on(mut exec: Exec, manifests: &Output, home: &Output) -> Output {
    exec.mount(Mount::bind(manifests.clone(), paths::WORKSPACE).no_output());
    let home = exec.mount(Mount::bind(home.clone(), paths::CARGO_HOME));
    exec.output(&home)
}
