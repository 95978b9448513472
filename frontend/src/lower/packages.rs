//! `[packages]`: what the toolchain image lacks of the system.

use buildkit_llb::Output;
use buildkit_llb::exec::Sharing;
use buildkit_llb::file::{FileOp, Rm};
use supercargo_report::{CERTIFICATES, Job, Packages};

use super::Materials;
use super::access::trusting;
use super::exec::{PinnedImage, agent_in, locate, mount_cache};
use crate::plan::native::{Origin, SystemPackages};
use crate::plan::{BuildPlan, paths};

/// The materials of every step that compiles: the toolchain image has the packages that the plan names.
///
/// The steps that download crates do not wait for it.
pub(super) fn complete(plan: &BuildPlan, materials: &Materials) -> Materials {
    with(plan, materials, &plan.native.build)
}

/// The same with `packages`.
pub(super) fn with(plan: &BuildPlan, materials: &Materials, packages: &SystemPackages) -> Materials {
    if packages.is_empty() {
        return materials.clone();
    }
    let place =
        Place { image: &materials.toolchain, agent: paths::AGENT, cache: paths::PACKAGES, timestamp: None };
    let toolchain = PinnedImage {
        output: install(plan, materials, &place, packages, "[packages] install"),
        // The vertex also holds the agent, and a new agent does not make other libraries.
        identity: Some(format!("{} + {}", materials.toolchain.identity(), packages.apt().join(" "))),
        ..materials.toolchain.clone()
    };
    Materials { toolchain, ..materials.clone() }
}

/// The runtime base with the packages that the plan names for it.
pub(super) fn complete_base(plan: &BuildPlan, materials: &Materials) -> Output {
    let Some(base) = &materials.base else { return Output::scratch() };
    if plan.native.image.is_empty() || plan.native.image_from != Origin::Base {
        return base.output.clone();
    }
    let place = Place {
        image: base,
        agent: paths::AGENT_IN_IMAGE,
        cache: paths::PACKAGES_IN_IMAGE,
        timestamp: Some(plan.runtime.timestamp),
    };
    let installed = install(plan, materials, &place, &plan.native.image, "[image] install");
    if materials.abilities.clean_mounts {
        return installed;
    }
    let cleaned = [place.agent, place.cache, CERTIFICATES]
        .into_iter()
        .fold(FileOp::on(installed), |operation, path| operation.rm(Rm::new(path).allow_not_found()));
    cleaned.name(format!("{}[image] remove what mounts stood on", materials.prefix)).output()
}

/// The materials of the step that takes libraries from the builder: it has the packages of the image, where the base
/// cannot install them.
pub(super) fn complete_builder(plan: &BuildPlan, compiling: &Materials) -> Materials {
    if plan.native.image.is_empty() || plan.native.image_from != Origin::Builder {
        return compiling.clone();
    }
    let place =
        Place { image: &compiling.toolchain, agent: paths::AGENT, cache: paths::PACKAGES, timestamp: None };
    let toolchain = PinnedImage {
        output: install(plan, compiling, &place, &plan.native.image, "[image] install in the builder"),
        ..compiling.toolchain.clone()
    };
    Materials { toolchain, ..compiling.clone() }
}

/// Where packages are installed.
struct Place<'a> {
    image: &'a PinnedImage,
    /// Where the agent is mounted.
    agent: &'a str,
    /// Where the cache is mounted.
    cache: &'a str,
    /// The time of everything that is written, if it is seen in the image.
    timestamp: Option<u64>,
}

/// The image with `packages`.
fn install(
    plan: &BuildPlan,
    materials: &Materials,
    place: &Place<'_>,
    packages: &SystemPackages,
    what: &str,
) -> Output {
    let apt = packages.apt();
    let name = format!("{what} {}", shown(&apt));
    let job = Job::Packages(Packages {
        command: std::iter::once("install".to_owned()).chain(apt).collect(),
        apk: packages.apk(),
        cache: place.cache.to_owned(),
        timestamp: place.timestamp,
    });
    let environment = [("DEBIAN_FRONTEND".to_owned(), "noninteractive".to_owned())].into();
    let exec = agent_in(place.image, place.agent, materials, &environment, &job, &name)
        .network(materials.sandbox.network);
    let exec = match &materials.proxy {
        Some(proxy) => exec.proxy_env(proxy.clone()),
        None => exec,
    };
    let mut exec = trusting(locate(exec, materials, plan.anchor.as_ref()));
    // A package manager believes its lists, and a package by its size. Whoever made the image can write both, so another
    // image has another mount.
    let id = plan.caches.packages.with(&[&place.image.identity()]);
    // apt locks its directories anyway, and fails where it cannot.
    mount_cache(&mut exec, plan, place.cache, (&id, Sharing::Locked));
    exec.root()
}

/// The first few names.
fn shown(names: &[String]) -> String {
    const MOST: usize = 6;
    let first = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(MOST) {
        None | Some(0) => first,
        Some(more) => format!("{first} and {more} more"),
    }
}
