//! `[tools]`: the programs of crates that the user's commands need, each crate in a step of its own; and the crates of
//! what a command compiles.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{Exec, Mount};
use buildkit_llb::file::FileOp;
use supercargo_report::Job;

use super::exec::{PinnedImage, agent};
use super::fetch::{self, Crates, connected};
use super::manifests::write;
use super::{Materials, access, chosen};
use crate::name::RelPath;
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

fn one(plan: &BuildPlan, programs: &Programs, program: &Program, materials: &Materials) -> Output {
    let command =
        ["cargo", "install", "--locked", "--no-track", "--root", paths::TOOLS, &program.to_string()];
    let job = Job::Task(supercargo_report::Task {
        command: command.map(str::to_owned).to_vec(),
        cargo_home: Some(paths::CARGO_HOME.to_owned()),
        access: access::job(&programs.access),
        ..supercargo_report::Task::default()
    });
    let name = format!("[tools] cargo install {program}");
    let exec = agent(materials, &Invocation::environment(), &job, &name).platform(plan.builder().clone());
    let mut exec = connected(exec, &programs.access, materials);
    let settings = RelPath::new(".cargo/config.toml").ok().zip(programs.settings.clone());
    let settings = settings.map(|(path, text)| (path, text.into_bytes())).into_iter().collect();
    let workspace = write(FileOp::on_scratch(), &settings).name("[tools] write Cargo's settings").output();
    exec.mount(Mount::bind(workspace, paths::WORKSPACE).no_output());
    for thrown_away in [paths::CARGO_HOME, paths::TARGET] {
        exec.mount(Mount::bind(Output::scratch(), thrown_away).no_output());
    }
    let tools = exec.mount(Mount::scratch(paths::TOOLS));
    exec.output(&tools)
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
