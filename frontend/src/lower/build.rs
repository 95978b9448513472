//! `[source]` and `[build]`: the user's code, compiled on top of the dependencies.

use buildkit_llb::Output;
use buildkit_llb::exec::{ContentCache, Mount, Sharing};
use buildkit_llb::file::{Copy, FileOp};
use supercargo_report::{Collect, Compile, Freshness, Job, Step};

use super::Materials;
use super::exec::{agent, locate, private};
use super::fetch::Crates;
use super::manifests::write;
use crate::config::CacheMode;
use crate::plan::{BuildPlan, paths};

/// The binaries and the report, as `/bin/<name>` and `/report.json`.
pub(super) fn compile(plan: &BuildPlan, materials: &Materials, fetched: &Crates, deps: &Output) -> Output {
    let source = source(plan, materials);
    let freshness = match plan.caches.mode.value {
        CacheMode::Auto => Some(Freshness {
            directory: paths::WORKSPACE.to_owned(),
            ledger: paths::LEDGER.to_owned(),
            pinned: plan.dependencies.patched.iter().map(|path| path.as_str().to_owned()).collect(),
            variables: Vec::new(),
        }),
        CacheMode::Layers => None,
    };
    let job = Job::Compile(Compile {
        step: Step::Build,
        command: plan.cargo.build(),
        target_dir: paths::TARGET.to_owned(),
        stubs: Vec::new(),
        freshness,
        collect: Some(Collect { binaries: plan.cargo.binaries.clone(), into: paths::OUT.to_owned() }),
    });
    let name = format!("[build] compile {} ({})", plan.cargo.binaries.join(", "), plan.cargo.profile);
    let mut exec =
        locate(agent(materials, &plan.cargo.environment, &job, &name), materials, plan.anchor.as_ref());
    exec.mount(Mount::bind(source, paths::WORKSPACE).no_output());
    fetched.mount(&mut exec);
    exec.mount(match plan.caches.mode.value {
        // The mount's identity includes its seed: new dependencies start a new mount that holds them.
        CacheMode::Auto => Mount::cache(paths::TARGET, &plan.caches.target)
            .sharing(Sharing::Locked)
            .seed(deps.clone())
            .content_cache(ContentCache::Off)
            .into(),
        CacheMode::Layers => private(deps, paths::TARGET),
    });
    let out = exec.mount(Mount::scratch(paths::OUT));
    exec.output(&out)
}

/// The context without the members that the selection does not need. Copied, so that the key is the content of what
/// was copied and nothing else.
fn source(plan: &BuildPlan, materials: &Materials) -> Output {
    let excludes: Vec<String> = plan.source.excluded.iter().map(|path| path.as_str().to_owned()).collect();
    let copy = Copy::new(materials.context.clone(), "/", "/")
        .contents_only()
        .exclude_patterns(excludes)
        .timestamp(0);
    let operation = FileOp::on_scratch().copy(copy);
    write(operation, &plan.source.overlays)
        .name(format!("{}[source] copy sources of {}", materials.prefix, plan.package.value))
        // Whoever imports the cache has the sources already.
        .export_cache(false)
        .output()
}
