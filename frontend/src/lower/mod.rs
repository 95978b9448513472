//! Decisions to vertices: a plan becomes a graph. Nothing here decides.

mod access;
mod audit;
mod build;
mod chosen;
mod deps;
mod exec;
mod fetch;
mod format;
mod image;
mod layer;
mod manifests;
mod notices;
mod packages;
mod programs;
pub mod proxy;
pub mod sbom;
mod sccache;
pub mod sources;
mod task;
mod timings;
mod toolchain;
mod vendor;

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::ProxyEnv;
use buildkit_llb::source_map::SourceFile;

use crate::config::When;
use crate::engine::Abilities;
use crate::name::RelPath;
use crate::options::{NoCache, Sandbox};
use crate::plan::BuildPlan;
use crate::plan::command::Command;
use crate::plan::lock::Resolution;
use crate::plan::target::{Goal, Stage};

pub use exec::PinnedImage;
pub use notices::notices;

/// Everything below the plan that the graph is made of.
#[derive(Clone, Debug)]
pub struct Materials {
    /// The build context.
    pub context: Output,
    /// The context's `.git`, if it can have one.
    pub repository: Option<Output>,
    /// The file system that holds `/supercargo-agent`.
    pub agent: Output,
    /// The file system that holds the programs that may be put into an image, `/supercargo-init` and others, for the image's
    /// platform.
    pub tools: Output,
    /// The toolchain image.
    pub toolchain: PinnedImage,
    /// The runtime base; `None` is the empty image.
    pub base: Option<PinnedImage>,
    /// The images of the user's own commands, by reference.
    pub images: BTreeMap<String, PinnedImage>,
    /// Files that failing vertices point into.
    pub files: BTreeMap<RelPath, SourceFile>,
    /// Which vertices ignore the cache.
    pub no_cache: NoCache,
    /// What the client gives every container.
    pub sandbox: Sandbox,
    /// What the engine can do beside what every engine can.
    pub abilities: Abilities,
    /// The client's proxy.
    pub proxy: Option<ProxyEnv>,
    /// Starts every name when several platforms are built: `linux/arm64 `.
    pub prefix: String,
}

/// The graph of a plan, down to what the goal asks for.
pub fn lower(plan: &BuildPlan, materials: &Materials, goal: &Goal) -> Output {
    // What is the same vertex for every platform has a name without one.
    let shared = Materials { prefix: String::new(), ..materials.clone() };
    let shared = toolchain::complete(&plan.toolchain, &shared);
    let materials = &Materials { toolchain: shared.toolchain.clone(), ..materials.clone() };
    let source = build::source(plan, &shared);
    let manifests =
        if plan.dependencies.from_sources { source.clone() } else { manifests::skeleton(plan, &shared) };
    let fetched = fetch::fetch(plan, (&shared, materials), &manifests);
    let compiling = &packages::complete(plan, &toolchain::with_target(plan, materials));
    let tools = &programs::install(plan, &shared);
    let given = task::deliver(plan, (compiling, tools), manifests.clone(), &[When::BeforeDeps]);
    let deps = deps::compile(plan, compiling, &given, &fetched);
    let completed = |compiling: &Materials| {
        let crates = fetch::complete(plan, materials, &fetched);
        let when = [When::BeforeDeps, When::BeforeBuild];
        let source = task::deliver(plan, (compiling, tools), source.clone(), &when);
        (source, crates)
    };
    let compiled = |compiling: &Materials| {
        let (source, crates) = completed(compiling);
        build::compile(plan, compiling, &source, &crates, &deps)
    };
    let built = || task::finish(plan, (compiling, tools), compiled(compiling));
    match goal {
        Goal::Stage(Stage::Run(Command::Fmt)) => format::check(plan, &shared, source.clone()),
        Goal::Stage(Stage::Run(command)) => {
            compiled(&toolchain::with_component(plan, compiling, command.component()))
        }
        Goal::Stage(Stage::Vendor) => vendor::vendor(plan, &shared),
        Goal::Stage(Stage::Timings) => {
            let (source, crates) = completed(compiling);
            timings::report(plan, compiling, source, &crates)
        }
        Goal::Stage(Stage::Sbom) => sbom::trees(plan, materials, &fetched),
        Goal::Stage(Stage::Toolchain) => compiling.toolchain.output.clone(),
        Goal::Stage(Stage::Manifests) => manifests,
        Goal::Stage(Stage::Lock) => fetch::present_lockfile(materials),
        Goal::Stage(Stage::Fetch) => fetched.home,
        Goal::Stage(Stage::Deps) => deps,
        Goal::Stage(Stage::Binaries) => image::binaries(plan, materials, &built().binaries),
        Goal::Stage(Stage::Symbols) => image::symbols_alone(plan, materials, &built().binaries),
        Goal::Image | Goal::Binary(_) | Goal::Named(_) | Goal::Debug(_) => {
            image::image(plan, compiling, &built())
        }
    }
}

/// The graph that makes a lockfile where the project has none that counts; the result holds `/Cargo.lock`.
pub fn lockfile(needed: &Resolution, materials: &Materials) -> Output {
    fetch::lockfile(&toolchain::complete(&needed.toolchain, materials), &needed.files, &needed.access)
}
