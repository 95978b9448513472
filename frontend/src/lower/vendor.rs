//! `[vendor]`: the sources of every crate of the lockfile, as a directory that Cargo can build from.

use buildkit_llb::Output;
use buildkit_llb::exec::Mount;
use buildkit_llb::file::{Copy, FileOp};
use supercargo_report::{Fetch, Printed};

use super::Materials;
use super::fetch::{fetching, job, workspace};
use crate::plan::vendor::DIRECTORY;
use crate::plan::{BuildPlan, paths};

/// `/vendor`, with what Cargo's configuration must say of it beside the crates.
pub(super) fn vendor(plan: &BuildPlan, materials: &Materials) -> Output {
    let directory = format!("{}/{DIRECTORY}", paths::WORKSPACE);
    let job = Fetch {
        output: Some(Printed { file: format!("{directory}/config.toml"), shown: true }),
        ..job(plan, plan.cargo.vendor(), &plan.access)
    };
    let name = "[vendor] vendor the crates of the lockfile";
    let mut exec = fetching(plan, materials, job, &plan.access, name);
    let manifests = workspace(materials, &plan.dependencies.files);
    exec.mount(Mount::bind(manifests, paths::WORKSPACE).no_output());
    exec.mount(Mount::scratch(paths::CARGO_HOME).no_output());
    let vendored = exec.mount(Mount::scratch(directory));
    let to = format!("/{DIRECTORY}");
    FileOp::on_scratch()
        .copy(Copy::new(exec.output(&vendored), "/", &to).contents_only().create_dest_path().timestamp(0))
        .name(format!("{}[vendor] take the crates", materials.prefix))
        // It is unpacked again sooner than it is downloaded.
        .export_cache(false)
        .output()
}
