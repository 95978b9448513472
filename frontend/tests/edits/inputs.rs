//! What the engine addresses the steps of a build by.

use std::collections::BTreeMap;

use buildkit_llb::source::{Image, Local};
use buildkit_llb::{ImageRef, Platform};
use buildkit_proto::pb;
use prost::Message;
use supercargo::config::Layers;
use supercargo::engine::Abilities;
use supercargo::lower::{self, Materials, PinnedImage};
use supercargo::name::RelPath;
use supercargo::options::{NoCache, Options, Sandbox};
use supercargo::plan::target::{self, Goal, Stage};
use supercargo::plan::{self, BuildPlan, Planned, Request};
use supercargo::project::check_lockfile;

use crate::case::Case;
use crate::fixture::{self, Files};

/// What one step stands on: texts by name.
pub(crate) type Inputs = BTreeMap<String, String>;

/// The inputs of the steps whose caching is promised.
#[derive(Debug)]
pub(crate) struct Steps {
    /// Of `[deps]` and of all before it: each operation, and the files of the context that it reads.
    pub(crate) deps: Inputs,
    /// Of `[build]`, but for what it has from `[deps]` and `[fetch]`: its command, and the files of `[source]`.
    pub(crate) build: Inputs,
}

/// Plans the project and lowers the plan.
pub(crate) fn steps(case: &Case) -> Result<Steps, String> {
    let project = fixture::project(&case.files).map_err(|errors| fixture::messages(&errors))?.value;
    check_lockfile(&project).map_err(|errors| fixture::messages(&errors))?;
    let options = Options::default();
    let root = fixture::path("Cargo.toml");
    let layers = Layers::read(&options.build_args, None, (&root, &project.workspace.text)).unwrap().value;
    let goal = target::route(&project, Some(&case.binary)).map_err(|error| error.message)?;
    let platform: Platform = "linux/amd64".parse().unwrap();
    let names = fixture::names(&case.files);
    let request = Request {
        options: &options,
        layers: &layers,
        goal: &goal,
        platform: &platform,
        builder: &platform,
        generated_lockfile: None,
        outdated_lockfile: None,
        names: &names,
    };
    let planned = plan::plan(&project, request).map_err(|errors| fixture::messages(&errors))?.value;
    let Planned::Ready(plan) = planned else { panic!("every layout has a lockfile") };
    let materials = materials(&plan, &case.toolchain_digest);
    Ok(Steps {
        deps: deps(&plan, &materials, &case.files),
        build: build(&plan, &materials, &goal, &case.files),
    })
}

fn materials(plan: &BuildPlan, toolchain_digest: &str) -> Materials {
    let image = |reference: String| {
        let parsed: ImageRef = reference.parse().unwrap();
        PinnedImage {
            output: Image::new(parsed, plan.platform.clone()).output(),
            reference,
            config: br#"{"config":{"Env":["PATH=/usr/local/cargo/bin:/usr/bin:/bin"]}}"#.to_vec(),
            identity: None,
        }
    };
    Materials {
        context: Local::new("context").session("session").output(),
        repository: None,
        images: BTreeMap::new(),
        agent: Image::new("supercargo".parse().unwrap(), plan.platform.clone()).output(),
        tools: Image::new("supercargo".parse().unwrap(), plan.platform.clone()).output(),
        toolchain: image(format!("{}@{toolchain_digest}", plan.toolchain.image.value)),
        base: Some(image(plan.runtime.base.value.clone())),
        files: BTreeMap::new(),
        no_cache: NoCache::Never,
        sandbox: Sandbox::default(),
        abilities: Abilities::default(),
        proxy: None,
        prefix: String::new(),
    }
}

/// The files of the skeleton are in the operations too, and by name here, so that a failure can show them.
fn deps(plan: &BuildPlan, materials: &Materials, files: &Files) -> Inputs {
    let mut inputs = Inputs::new();
    for (path, contents) in &plan.dependencies.files {
        inputs.insert(format!("skeleton: {path}"), text(contents));
    }
    let is_read = |name: &str| {
        let path = RelPath::new(name).unwrap();
        plan.dependencies.patched.iter().any(|directory| path.is_within(directory))
    };
    for (name, contents) in files.iter().filter(|(name, _)| is_read(name)) {
        inputs.insert(format!("context: {name}"), text(contents));
    }
    let graph = lower::lower(plan, materials, &Goal::Stage(Stage::Deps)).marshal().unwrap();
    for (position, op) in graph.ops().iter().enumerate() {
        inputs.insert(format!("~operation {position:02}"), text(&key(op.op())));
    }
    inputs
}

/// `[source]` is a copy that the engine knows by content, so its files are what counts, not how they were copied.
fn build(plan: &BuildPlan, materials: &Materials, goal: &Goal, files: &Files) -> Inputs {
    let mut inputs = Inputs::new();
    let is_left_out = |name: &str| {
        let path = RelPath::new(name).unwrap();
        plan.source.excluded.iter().any(|directory| path.is_within(directory))
    };
    for (name, contents) in files.iter().filter(|(name, _)| !is_left_out(name)) {
        inputs.insert(name.clone(), text(contents));
    }
    for (path, contents) in &plan.source.overlays {
        inputs.insert(path.to_string(), text(contents));
    }
    let graph = lower::lower(plan, materials, goal).marshal().unwrap();
    let op = graph.ops().iter().find(|op| op.name().is_some_and(|name| name.starts_with("[build]"))).unwrap();
    inputs.insert("~command".to_owned(), text(&key(op.op())));
    inputs
}

/// An operation as the engine knows it: without the names of cache mounts, which since BuildKit 0.13 are no part of a
/// step's identity, and without the digests of its inputs, which are looked at themselves.
fn key(op: &pb::Op) -> Vec<u8> {
    let mut op = op.clone();
    for input in &mut op.inputs {
        input.digest.clear();
    }
    if let Some(pb::op::Op::Exec(exec)) = &mut op.op {
        for options in exec.mounts.iter_mut().filter_map(|mount| mount.cache_opt.as_mut()) {
            *options = pb::CacheOpt::default();
        }
    }
    op.encode_to_vec()
}

fn text(contents: &[u8]) -> String {
    String::from_utf8_lossy(contents).into_owned()
}
