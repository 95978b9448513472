//! `[source]` and `[build]`: the user's code, compiled on top of the dependencies.

use buildkit_llb::Output;
use buildkit_llb::exec::{CacheMount, Mount, Sharing};
use buildkit_llb::file::{Copy, FileOp, Rm};
use supercargo_report::{Collect, Compile, Dependencies, Freshness, Job, Secret, Step};

use super::Materials;
use super::access;
use super::exec::{agent, environment, locate, mount_private};
use super::fetch::Crates;
use super::manifests::write;
use super::sccache;
use crate::config::CacheMode;
use crate::plan::{BuildPlan, paths};

/// The binaries and the report, as `/bin/<name>` and `/report.json`.
pub(super) fn compile(
    plan: &BuildPlan,
    materials: &Materials,
    source: &Output,
    fetched: &Crates,
    deps: &Output,
) -> Output {
    let mode = plan.caches.mode.value;
    let freshness = mode.has_mount().then(|| Freshness {
        directory: paths::WORKSPACE.to_owned(),
        ledger: paths::LEDGER.to_owned(),
        pinned: match mode {
            CacheMode::Auto => {
                plan.dependencies.patched.iter().map(|path| path.as_str().to_owned()).collect()
            }
            // Nobody compiled them before.
            CacheMode::Layers | CacheMode::Mounts | CacheMode::None => Vec::new(),
        },
        variables: Vec::new(),
    });
    let secrets: Vec<Secret> = plan.secrets.iter().map(|id| access::secret(id)).collect();
    let job = Job::Compile(Compile {
        step: Step::Build,
        command: plan.cargo.build(),
        target_dir: paths::TARGET.to_owned(),
        dependencies: match mode {
            CacheMode::Auto => Dependencies::Linked { directory: paths::DEPS.to_owned() },
            CacheMode::Layers => Dependencies::Given,
            CacheMode::Mounts | CacheMode::None => Dependencies::Own,
        },
        stubs: Vec::new(),
        freshness,
        export: None,
        collect: Some(Collect { binaries: plan.cargo.binaries.clone(), into: paths::OUT.to_owned() }),
        secrets: secrets.clone(),
        sccache: sccache::job(plan),
    });
    let name = format!("[build] compile {} ({})", plan.cargo.binaries.join(", "), plan.cargo.profile);
    let mut exec =
        locate(agent(materials, &environment(plan, materials), &job, &name), materials, plan.anchor.as_ref());
    exec = sccache::attach(exec, plan, materials);
    for secret in &secrets {
        // Optional to the engine, because the agent says better than the engine what is missing.
        exec.mount(Mount::secret(&secret.path, &secret.id).optional());
    }
    exec.mount(Mount::bind(source.clone(), paths::WORKSPACE).no_output());
    fetched.mount(&mut exec, materials.abilities);
    match mode {
        CacheMode::Auto => {
            exec.mount(target_mount(plan));
            mount_private(&mut exec, deps, paths::DEPS, materials.abilities);
        }
        CacheMode::Layers => mount_private(&mut exec, deps, paths::TARGET, materials.abilities),
        CacheMode::Mounts => exec.mount(target_mount(plan)),
        // A mount of its own, or what is compiled would stay behind in the root's layer.
        CacheMode::None => exec.mount(Mount::scratch(paths::TARGET).no_output()),
    }
    let out = exec.mount(Mount::scratch(paths::OUT));
    exec.output(&out)
}

/// The target directory that outlives builds. Nothing seeds it: its identity would include the seed, so each new
/// dependency layer would start an empty one and leave the old one behind.
fn target_mount(plan: &BuildPlan) -> CacheMount {
    Mount::cache(paths::TARGET, &plan.caches.target).sharing(Sharing::Locked)
}

/// The context without the members that the selection does not need. Copied, so that the key is the content of what
/// was copied and nothing else.
pub(super) fn source(plan: &BuildPlan, materials: &Materials) -> Output {
    let excludes = plan.source.excluded.iter().map(|path| path.as_str().to_owned());
    let copy = Copy::new(materials.context.clone(), "/", "/").contents_only().timestamp(0);
    let operation = if materials.abilities.copy_patterns {
        FileOp::on_scratch().copy(copy.exclude_patterns(excludes))
    } else {
        excludes.fold(FileOp::on_scratch().copy(copy), |operation, path| {
            operation.rm(Rm::new(path).allow_not_found())
        })
    };
    write(operation, &plan.source.overlays)
        .name(format!("{}[source] copy sources of {}", materials.prefix, plan.package.value))
        // Whoever imports the cache has the sources already.
        .export_cache(false)
        .output()
}
