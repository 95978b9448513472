//! `[tools]`: the programs of crates that the user's commands need, each crate in two steps of its own; and the crates of
//! what a command compiles.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{Exec, Mount};
use buildkit_llb::file::{FileOp, MkFile};
use supercargo_report::{Download, Job, Run};

use super::exec::{PinnedImage, agent, mount_private};
use super::fetch::{self, Crates, connected, thrown_away};
use super::manifests::write;
use super::{Materials, access, chosen};
use crate::plan::cargo::Invocation;
use crate::plan::program::{Program, Programs};
use crate::plan::task::Task;
use crate::plan::trunk::FrontEnd;
use crate::plan::{BuildPlan, paths};

/// Where programs are looked for in an image that does not say it.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The programs of all tasks, compiled.
#[derive(Clone, Debug, Default)]
pub(super) struct Installed {
    programs: BTreeMap<Program, Output>,
    /// What the tasks compile, by their names: manifests, and crates.
    front_ends: BTreeMap<String, (Output, Crates)>,
}

/// Compiles what the tasks of a plan need. The image is the one that crates are downloaded in: what a project needs to be
/// compiled may change, and no program has to be compiled again for it.
pub(super) fn install(plan: &BuildPlan, materials: &Materials) -> Installed {
    let mut installed = Installed::default();
    for task in &plan.tasks {
        for program in task.tools.iter() {
            let one = || one(plan, &task.tools, program, materials);
            installed.programs.entry(program.clone()).or_insert_with(one);
        }
        if let Some(front_end) = &task.front_end {
            let manifests = manifests(&task.name, front_end, materials);
            let crates = fetch::of_front_end(plan, materials, (&task.name, front_end), &manifests);
            installed.front_ends.insert(task.name.clone(), (manifests, crates));
        }
    }
    installed
}

/// What cargo must see of a front end to download its crates.
fn manifests(task: &str, front_end: &FrontEnd, materials: &Materials) -> Output {
    let operation = chosen::copy_named(FileOp::on_scratch(), materials, &front_end.manifests);
    write(operation, &front_end.files).name(format!("[{task}] write manifests")).export_cache(false).output()
}

/// Compiles one program: downloads with network and credentials, then compiles with neither.
fn one(plan: &BuildPlan, programs: &Programs, program: &Program, materials: &Materials) -> Output {
    let settings = programs.settings.as_ref().map(|text| settings(text));
    let words = ["cargo", "install", "--locked", "--no-track", "--root", paths::TOOLS, &program.to_string()];
    let mut command = words.map(str::to_owned).to_vec();
    let step = |job: Job, name: &str| {
        let exec = agent(materials, &Invocation::environment(), &job, name).cwd("/");
        let exec = exec.platform(plan.builder().clone());
        settings.iter().fold(exec, |exec, settings| {
            exec.with_mount(Mount::bind(settings.clone(), paths::CARGO_SETTINGS).readonly())
        })
    };
    let download = Job::Download(Download {
        command: command.clone(),
        cargo_home: paths::CARGO_HOME.to_owned(),
        access: access::job(&programs.access),
    });
    // Whoever cannot reuse the programs of an imported cache cannot reuse this step either.
    let name = access::titled(&format!("[tools] download the crates of {program}"), &programs.access);
    let exec = step(download, &name).export_cache(false);
    let mut exec = thrown_away(connected(exec, &programs.access, materials));
    let home = exec.mount(Mount::scratch(paths::CARGO_HOME));
    let home = exec.output(&home);

    command.push("--offline".to_owned());
    let mut exec = step(Job::Run(Run { command }), &format!("[tools] cargo install {program}"));
    mount_private(&mut exec, &home, paths::CARGO_HOME, materials.abilities);
    exec.mount(Mount::bind(Output::scratch(), paths::TARGET).no_output());
    let tools = exec.mount(Mount::scratch(paths::TOOLS));
    exec.output(&tools)
}

/// A directory with the settings of Cargo in `text`.
fn settings(text: &str) -> Output {
    let file = MkFile::new("/config.toml", text).mode(0o644).timestamp(0);
    FileOp::on_scratch().mkfile(file).name("[tools] write Cargo's settings").output()
}

impl Installed {
    /// Mounts `programs`, which nobody can change.
    pub(super) fn mount(&self, programs: &Programs, exec: &mut Exec) {
        for (program, output) in programs.iter().filter_map(|program| self.programs.get_key_value(program)) {
            exec.mount(Mount::bind(output.clone(), program.directory()).readonly());
        }
    }

    /// The manifests and the crates of what the task compiles.
    pub(super) fn front_end(&self, task: &Task) -> Option<&(Output, Crates)> {
        self.front_ends.get(&task.name)
    }
}

/// The variable by which a command in `image` finds `programs` before all others; `path` is the user's own.
pub(super) fn path(programs: &Programs, image: &PinnedImage, path: Option<&String>) -> Option<String> {
    if programs.is_empty() {
        return None;
    }
    let own = image.environment().into_iter().find(|(name, _)| name == "PATH").map(|(_, value)| value);
    let rest = path.cloned().or(own).unwrap_or_else(|| SYSTEM_PATH.to_owned());
    let first = programs.iter().map(|program| format!("{}/bin", program.directory()));
    Some(first.chain([rest]).collect::<Vec<_>>().join(":"))
}
