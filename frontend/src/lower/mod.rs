//! Decisions to vertices: a plan becomes a graph. Nothing here decides.

mod build;
mod deps;
mod exec;
mod fetch;
mod image;
mod manifests;
pub mod proxy;
mod sccache;
pub mod sources;

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::ProxyEnv;
use buildkit_llb::source_map::SourceFile;

use crate::name::RelPath;
use crate::options::{NoCache, Sandbox};
use crate::plan::BuildPlan;
use crate::plan::target::{Goal, Stage};

pub use exec::PinnedImage;

/// Everything below the plan that the graph is made of.
#[derive(Clone, Debug)]
pub struct Materials {
    /// The build context.
    pub context: Output,
    /// The context's `.git`, if it can have one.
    pub repository: Option<Output>,
    /// The file system that holds `/supercargo-agent`.
    pub agent: Output,
    /// The toolchain image.
    pub toolchain: PinnedImage,
    /// The runtime base; `None` is the empty image.
    pub base: Option<PinnedImage>,
    /// Files that failing vertices point into.
    pub files: BTreeMap<RelPath, SourceFile>,
    /// Which vertices ignore the cache.
    pub no_cache: NoCache,
    /// What the client gives every container.
    pub sandbox: Sandbox,
    /// The client's proxy.
    pub proxy: Option<ProxyEnv>,
    /// Starts every name when several platforms are built: `linux/arm64 `.
    pub prefix: String,
}

/// The graph of a plan, down to what the goal asks for.
pub fn lower(plan: &BuildPlan, materials: &Materials, goal: &Goal) -> Output {
    let manifests = if plan.dependencies.from_sources {
        build::source(plan, materials)
    } else {
        manifests::skeleton(plan, materials)
    };
    let fetched = fetch::fetch(plan, materials, &manifests);
    let deps = deps::compile(plan, materials, &manifests, &fetched);
    let built = || build::compile(plan, materials, &fetch::complete(plan, materials, &fetched), &deps);
    match goal {
        Goal::Stage(Stage::Toolchain) => materials.toolchain.output.clone(),
        Goal::Stage(Stage::Manifests) => manifests,
        Goal::Stage(Stage::Fetch) => fetched.home,
        Goal::Stage(Stage::Deps) => deps,
        Goal::Stage(Stage::Binaries) => image::binaries(plan, materials, &built()),
        Goal::Image | Goal::Binary(_) => image::image(plan, materials, &built()),
    }
}

/// The graph that makes a lockfile where the project has none; the result holds `/Cargo.lock`.
pub fn lockfile(materials: &Materials, files: &BTreeMap<RelPath, Vec<u8>>) -> Output {
    deps::lockfile(materials, files)
}
