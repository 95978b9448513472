//! `[audit]`: whether the base can run the binaries, and the libraries that it lacks.

use buildkit_llb::Output;
use buildkit_llb::exec::{ContentCache, Mount};
use supercargo_report::{Audit, Job};

use super::Materials;
use super::exec::{agent, locate};
use super::packages;
use crate::plan::native::Origin;
use crate::plan::runtime::DIRECTORY;
use crate::plan::{BuildPlan, paths};

/// What is laid over `base` so that the binaries run, most often nothing. It fails where nothing could help.
///
/// Of the binaries it reads only what they need, so an edit that links nothing new finds it done.
pub(super) fn libraries(plan: &BuildPlan, compiling: &Materials, built: &Output, base: &Output) -> Output {
    let packages = match plan.native.image_from {
        Origin::Base => Vec::new(),
        Origin::Builder => plan.native.image.apt(),
    };
    let materials = packages::complete_builder(plan, compiling);
    let job = Job::Audit(Audit {
        command: std::iter::once("audit")
            .chain(plan.runtime.binaries.keys().map(String::as_str))
            .map(str::to_owned)
            .collect(),
        needs: paths::NEEDS.to_owned(),
        base: (!base.is_scratch()).then(|| paths::BASE.to_owned()),
        base_name: plan.runtime.base.value.clone(),
        directory: DIRECTORY.to_owned(),
        packages,
        with_shell: plan.runtime.has_shell,
        into: paths::LIBRARIES.to_owned(),
    });
    let name = format!(
        "[audit] look whether {} runs on {}",
        plan.binaries.value.join(", "),
        plan.runtime.base.value
    );
    let mut exec = locate(
        agent(&materials, &std::collections::BTreeMap::new(), &job, &name).cwd("/"),
        &materials,
        plan.anchor.as_ref(),
    );
    exec.mount(Mount::bind(built.clone(), paths::NEEDS).selector("/needs.json").readonly());
    if !base.is_scratch() {
        // Its digest tells all: hashing a file system by content would cost more than the audit.
        let base = Mount::bind(base.clone(), paths::BASE);
        if materials.abilities.content_cache {
            exec.mount(base.readonly().content_cache(ContentCache::Off));
        } else {
            // See `mount_private`.
            let _unused = exec.mount(base);
        }
    }
    let libraries = exec.mount(Mount::scratch(paths::LIBRARIES));
    exec.output(&libraries)
}
