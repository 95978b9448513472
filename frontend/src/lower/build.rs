//! `[source]` and `[build]`: the user's code, compiled on top of the dependencies. A check is a `[build]` of another name.

use buildkit_llb::Output;
use buildkit_llb::exec::{CacheMount, Mount, Sharing};
use buildkit_llb::file::{Copy, FileOp, Rm};
use supercargo_report::{
    Collect, Compile, Dependencies, Freshness, Job, Linker, Scripts, Secret, Step, Symbols,
};

use super::exec::{agent, cache, environment, locate, mount_private, networked};
use super::fetch::Crates;
use super::manifests::write;
use super::sccache;
use super::{Materials, access, chosen};
use crate::config::CacheMode;
use crate::plan::command::Command;
use crate::plan::{BuildPlan, paths};

/// The binaries and the report, as `/bin/<name>` and `/report.json`; of a check nothing, or `/doc`.
pub(super) fn compile(
    plan: &BuildPlan,
    materials: &Materials,
    source: &Output,
    fetched: &Crates,
    deps: &Output,
) -> Output {
    let (mode, command) = (plan.caches.mode.value, plan.cargo.command);
    let freshness = mode.has_mount().then(|| Freshness {
        directory: paths::WORKSPACE.to_owned(),
        ledger: paths::LEDGER.to_owned(),
        configuration: plan.source.configuration.iter().map(ToString::to_string).collect(),
        variables: watched(plan),
        scripts: scripts(plan),
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
        collect: (command == Command::Build).then(|| Collect {
            binaries: plan.cargo.binaries.clone(),
            into: paths::OUT.to_owned(),
            symbols: symbols(plan),
        }),
        secrets: secrets.clone(),
        linker: linker(plan),
        jobs: plan.jobs.as_ref().map(|jobs| jobs.value),
        sccache: sccache::job(plan),
    });
    let profile = &plan.cargo.profile;
    let name = match command {
        Command::Build => format!("[build] compile {} ({profile})", plan.cargo.binaries.join(", ")),
        _ => format!("[{0}] cargo {0} of {1} ({profile})", command.word(), plan.package.value),
    };
    let mut variables = environment(plan, materials);
    variables.extend(plan.last.environment());
    let mut exec = locate(agent(materials, &variables, &job, &name), materials, plan.anchor.as_ref());
    exec = networked(sccache::attach(exec, plan, materials), plan, materials);
    for secret in &secrets {
        // Optional to the engine, because the agent says better than the engine what is missing.
        exec.mount(Mount::secret(&secret.path, &secret.id).optional());
    }
    let source = with_repository(plan, materials, source.clone());
    exec.mount(Mount::bind(source, paths::WORKSPACE).no_output());
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
    if command == Command::Doc {
        // Laid over the target directory, so that nothing of an earlier run is in it.
        let docs = exec.mount(Mount::scratch(format!("{}/{}/doc", paths::TARGET, plan.cargo.triple)));
        return FileOp::on_scratch()
            .copy(Copy::new(exec.output(&docs), "/", "/doc").contents_only().create_dest_path().timestamp(0))
            .name(format!("{}[doc] take the documentation", materials.prefix))
            .output();
    }
    let out = exec.mount(Mount::scratch(paths::OUT));
    exec.output(&out)
}

/// The target directory that outlives builds. Nothing seeds it: its identity would include the seed, so each new
/// dependency layer would start an empty one and leave the old one behind.
fn target_mount(plan: &BuildPlan) -> CacheMount {
    cache(paths::TARGET, &plan.caches.target).sharing(Sharing::Locked)
}

/// The sources with their history, if it was asked for. A step of its own, so that a commit of nothing sends nothing else.
pub(super) fn with_repository(plan: &BuildPlan, materials: &Materials, source: Output) -> Output {
    let is_wanted = plan.last.git.as_ref().is_some_and(|git| git.value.directory);
    let Some(repository) = materials.repository.as_ref().filter(|_| is_wanted) else { return source };
    // As a pattern, because a project that is in no repository is built all the same.
    let copy = Copy::new(repository.clone(), "/.gi[t]", "/").allow_wildcard().allow_empty_wildcard();
    FileOp::on(source)
        .copy(copy.timestamp(0))
        .name(format!("{}[source] add .git", materials.prefix))
        .export_cache(false)
        .output()
}

/// The variables that any crate may read by way of a macro. The commit is not among them, because every commit would
/// then compile everything: what is compiled into a program goes through the compiler or a build script.
fn watched(plan: &BuildPlan) -> Vec<String> {
    plan.cargo.variables.keys().chain(plan.last.variables.keys()).cloned().collect()
}

/// The build scripts that read the commit.
fn scripts(plan: &BuildPlan) -> Option<Scripts> {
    let git = plan.last.git.as_ref().map(|git| &git.value).filter(|git| !git.readers.is_empty())?;
    Some(Scripts {
        packages: git.readers.iter().cloned().collect(),
        variables: git.variables.keys().cloned().collect(),
    })
}

/// How symbols get files of their own, if they do: by the tool of the platform that is compiled for.
fn symbols(plan: &BuildPlan) -> Option<Symbols> {
    plan.profile.split.as_ref()?;
    let own = plan.cargo.cross.as_ref().map(|cross| format!("{}-objcopy", cross.target.system));
    let tools = [own.unwrap_or_else(|| "objcopy".to_owned()), "llvm-objcopy".to_owned()];
    Some(Symbols { tools: tools.to_vec() })
}

/// The linker that the steps lay down where the C compiler looks for it.
pub(super) fn linker(plan: &BuildPlan) -> Option<Box<Linker>> {
    let linker = plan.linker.as_ref()?;
    let program = linker.program.value.clone();
    Some(Box::new(Linker { program, file: linker.file(), package: linker.package.clone() }))
}

/// The context without the members that the selection does not need. Copied, so that the key is the content of what
/// was copied and nothing else.
pub(super) fn source(plan: &BuildPlan, materials: &Materials) -> Output {
    let excluded = plan.source.excluded.iter().map(|path| path.as_str().to_owned());
    let back_in = plan.source.included.iter().map(|pattern| format!("!{pattern}"));
    let copy = Copy::new(materials.context.clone(), "/", "/").contents_only().timestamp(0);
    let operation = if materials.abilities.copy_patterns {
        FileOp::on_scratch().copy(copy.exclude_patterns(excluded.chain(back_in)))
    } else {
        let removed = excluded.fold(FileOp::on_scratch().copy(copy), |operation, path| {
            operation.rm(Rm::new(path).allow_not_found())
        });
        // What was removed with its directory, as far as it is asked for.
        chosen::copy_each(removed, &materials.context, &plan.source.included)
    };
    write(operation, &plan.source.overlays)
        .name(format!("{}[source] copy sources of {}", materials.prefix, plan.package.value))
        // Whoever imports the cache has the sources already.
        .export_cache(false)
        .output()
}
