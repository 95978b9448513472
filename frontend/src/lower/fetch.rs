//! `[fetch]` and `[unpack]`: the crates of the lockfile, packed and unpacked.
//!
//! What is downloaded goes into an exported cache. What cargo unpacks from it is several times as large and made
//! again sooner than it is downloaded, so it is a step of its own that stays on its builder.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{Exec, Mount, Sharing};
use buildkit_llb::file::{Copy, FileOp};
use supercargo_report::{Fetch, Job, Lock, Unpack};

use super::Materials;
use super::access;
use super::exec::{agent, cache, locate, mount_private};
use super::manifests::write;
use crate::engine::Abilities;
use crate::name::RelPath;
use crate::plan::access::Access;
use crate::plan::cargo::Invocation;
use crate::plan::trunk::FrontEnd;
use crate::plan::{BuildPlan, paths};

/// What a compile step needs of cargo's home: a compile has two of them, and both have the same sources.
#[derive(Clone, Debug)]
pub(super) struct Crates {
    /// Archives, index and bare repositories.
    pub(super) home: Output,
    /// The archives, unpacked.
    sources: Output,
    /// The revisions of the repositories, checked out.
    checkouts: Output,
}

impl Crates {
    /// Puts it all where cargo looks for it. The step may write, and nobody sees it afterwards.
    pub(super) fn mount(&self, exec: &mut Exec, abilities: Abilities) {
        mount_private(exec, &self.home, paths::CARGO_HOME, abilities);
        mount_private(exec, &self.sources, paths::CARGO_SOURCES, abilities);
        mount_private(exec, &self.checkouts, paths::CARGO_CHECKOUTS, abilities);
    }
}

/// The crates that the dependencies are compiled from.
///
/// What the builder itself can use comes first, in the very vertices that a build for the builder's platform has; so
/// all platforms of a build share them, and one platform more or less changes nothing for the others. What only another
/// platform needs is added on top, and mostly that is nothing.
pub(super) fn fetch(
    plan: &BuildPlan,
    (shared, materials): (&Materials, &Materials),
    manifests: &Output,
) -> Crates {
    let host = plan.cargo.host();
    let name = "[fetch] download crates";
    let exec = fetcher(plan, shared, (Invocation::fetch(host), paths::WORKSPACE), &plan.access, name);
    let home = exec_on(thrown_away(exec), manifests, &Output::scratch());
    let unpacking = (Invocation::unpack(host), paths::WORKSPACE);
    let nothing = &Output::scratch();
    let name = "[unpack] unpack crates";
    let crates = unpack(plan, shared, manifests, (home, nothing, nothing), (name, unpacking));
    if plan.cargo.cross.is_none() {
        return crates;
    }
    let (triple, platform) = (&plan.cargo.triple, &plan.platform);
    let name = format!("[fetch] download crates that only {platform} needs");
    let fetching = (Invocation::fetch(triple), paths::WORKSPACE);
    let exec = fetcher(plan, materials, fetching, &plan.access, &name);
    let home = exec_on(thrown_away(exec), manifests, &crates.home);
    let name = format!("[unpack] unpack crates that only {platform} needs");
    let unpacking = (Invocation::unpack(triple), paths::WORKSPACE);
    unpack(plan, materials, manifests, (home, &crates.sources, &crates.checkouts), (&name, unpacking))
}

/// The crates of a front end, for all platforms: trunk has Cargo describe every one that the lockfile names.
pub(super) fn of_front_end(
    plan: &BuildPlan,
    materials: &Materials,
    (name, front_end): (&str, &FrontEnd),
    manifests: &Output,
) -> Crates {
    let workspace = paths::in_workspace(&front_end.workspace);
    let command = |more: Option<&str>| {
        let locked = Some("--locked").filter(|_| front_end.locked);
        ["cargo", "fetch"].into_iter().chain(locked).chain(more).map(str::to_owned).collect()
    };
    let title = format!("[{name}] download crates");
    let exec = fetcher(plan, materials, (command(None), &workspace), &front_end.access, &title);
    let home = exec_on(thrown_away(exec), manifests, &Output::scratch());
    let unpacking = (command(Some("--offline")), workspace.as_str());
    let nothing = &Output::scratch();
    let title = format!("[{name}] unpack crates");
    unpack(plan, materials, manifests, (home, nothing, nothing), (&title, unpacking))
}

/// The same for the real build. Cargo resolves the user's whole lockfile before it compiles a part of it, so what only
/// dev-dependencies or other members need must be in the index, and a crate that they alone activate as a feature of
/// another must be there. It is a step of its own, because compiled dependencies must not depend on it.
pub(super) fn complete(plan: &BuildPlan, materials: &Materials, fetched: &Crates) -> Crates {
    let Some(index) = &plan.dependencies.index else { return fetched.clone() };
    let everything = workspace(materials, index);
    let name = "[fetch] complete the index for the whole lockfile";
    let access = &plan.dependencies.index_access;
    let mut completing = fetcher(plan, materials, (plan.cargo.complete(), paths::WORKSPACE), access, name);
    // What is unpacked already needs no second time.
    mount_private(&mut completing, &fetched.sources, paths::CARGO_SOURCES, materials.abilities);
    mount_private(&mut completing, &fetched.checkouts, paths::CARGO_CHECKOUTS, materials.abilities);
    Crates { home: exec_on(completing, &everything, &fetched.home), ..fetched.clone() }
}

/// Files from which Cargo can resolve the whole workspace.
pub(super) fn workspace(materials: &Materials, files: &BTreeMap<RelPath, Vec<u8>>) -> Output {
    write(FileOp::on_scratch(), files)
        .name(format!("{}[manifests] write the manifests of the workspace", materials.prefix))
        .output()
}

/// Unpacks what was fetched beside what was unpacked before.
fn unpack(
    plan: &BuildPlan,
    materials: &Materials,
    manifests: &Output,
    (home, sources, checkouts): (Output, &Output, &Output),
    (name, (command, workspace)): (&str, (Vec<String>, &str)),
) -> Crates {
    let directories = [paths::CARGO_SOURCES, paths::CARGO_CHECKOUTS];
    let job = Job::Unpack(Unpack { command, directories: directories.map(str::to_owned).to_vec() });
    let exec = agent(materials, &plan.cargo.environment, &job, name).cwd(workspace).export_cache(false);
    let mut exec = locate(exec, materials, plan.anchor.as_ref());
    exec.mount(Mount::bind(manifests.clone(), paths::WORKSPACE).no_output());
    mount_private(&mut exec, &home, paths::CARGO_HOME, materials.abilities);
    let sources = exec.mount(Mount::bind(sources.clone(), paths::CARGO_SOURCES));
    let checkouts = exec.mount(Mount::bind(checkouts.clone(), paths::CARGO_CHECKOUTS));
    Crates { home, sources: exec.output(&sources), checkouts: exec.output(&checkouts) }
}

fn fetcher(
    plan: &BuildPlan,
    materials: &Materials,
    (command, workspace): (Vec<String>, &str),
    access: &Access,
    name: &str,
) -> Exec {
    let lockfile = format!("{workspace}/Cargo.lock");
    let job = Fetch { lockfile, ..job(plan, command, access) };
    fetching(plan, materials, job, access, name).cwd(workspace)
}

/// The job of downloading what the lockfile in the workspace names.
pub(super) fn job(plan: &BuildPlan, command: Vec<String>, access: &Access) -> Fetch {
    Fetch {
        command,
        workspace: paths::WORKSPACE.to_owned(),
        cargo_home: paths::CARGO_HOME.to_owned(),
        downloads: plan.caches.has_mounts.then(|| paths::DOWNLOADS.to_owned()),
        lockfile: format!("{}/Cargo.lock", paths::WORKSPACE),
        output: None,
        access: access::job(access),
    }
}

/// A step that does `job`, with the network and what `access` asks for.
pub(super) fn fetching(
    plan: &BuildPlan,
    materials: &Materials,
    job: Fetch,
    access: &Access,
    name: &str,
) -> Exec {
    let has_mount = job.downloads.is_some();
    let name = access::titled(name, access);
    let exec = agent(materials, &plan.cargo.environment, &Job::Fetch(job), &name);
    let mut exec = locate(connected(exec, access, materials), materials, plan.anchor.as_ref());
    if has_mount {
        exec.mount(cache(paths::DOWNLOADS, &plan.caches.downloads).sharing(Sharing::Shared));
    }
    exec
}

/// Cargo unpacks what it downloads, whether one wants it or not: here to where it is thrown away.
pub(super) fn thrown_away(mut exec: Exec) -> Exec {
    for directory in [paths::CARGO_SOURCES, paths::CARGO_CHECKOUTS] {
        exec.mount(Mount::bind(Output::scratch(), directory).no_output());
    }
    exec
}

fn exec_on(mut exec: Exec, manifests: &Output, home: &Output) -> Output {
    exec.mount(Mount::bind(manifests.clone(), paths::WORKSPACE).no_output());
    let home = exec.mount(Mount::bind(home.clone(), paths::CARGO_HOME));
    exec.output(&home)
}

/// Gives a step the network and what it takes to be let in there.
pub(super) fn connected(exec: Exec, access: &Access, materials: &Materials) -> Exec {
    let exec = exec.network(materials.sandbox.network);
    let exec = match &materials.proxy {
        Some(proxy) => exec.proxy_env(proxy.clone()),
        None => exec,
    };
    access::attach(exec, access, materials)
}

/// `Cargo.lock` for a project that has none, or whose own no longer fits its manifests.
pub(super) fn lockfile(materials: &Materials, files: &BTreeMap<RelPath, Vec<u8>>, access: &Access) -> Output {
    let manifests = workspace(materials, files);
    // With a lockfile at hand only what must move moves.
    let has_lockfile = files.keys().any(|path| path.as_str() == "Cargo.lock");
    let command: &[&str] =
        if has_lockfile { &["cargo", "update", "--workspace"] } else { &["cargo", "generate-lockfile"] };
    let job = Job::Lock(Lock {
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        workspace: paths::WORKSPACE.to_owned(),
        cargo_home: paths::CARGO_HOME.to_owned(),
        access: access::job(access),
    });
    let name = access::titled("[lock] resolve the dependencies", access);
    let exec = agent(materials, &Invocation::environment(), &job, &name);
    let mut exec = connected(exec, access, materials);
    exec.mount(Mount::tmpfs(paths::CARGO_HOME));
    let workspace = exec.mount(Mount::bind(manifests, paths::WORKSPACE));
    taken(exec.output(&workspace), materials)
}

/// The context's own `Cargo.lock`, which matches its manifests.
pub(super) fn present_lockfile(materials: &Materials) -> Output {
    taken(materials.context.clone(), materials)
}

fn taken(from: Output, materials: &Materials) -> Output {
    FileOp::on_scratch()
        .copy(Copy::new(from, "/Cargo.lock", "/Cargo.lock"))
        .name(format!("{}[lock] take Cargo.lock", materials.prefix))
        .output()
}
