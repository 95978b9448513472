//! `[hook …]` and `[assets …]`: the user's own commands, and where what they make goes.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{Exec, Mount, Network, Sharing};
use buildkit_llb::file::{Copy, FileOp, Mkdir, Owner};
use supercargo_report::{Freshness, Job};

use super::access::trusting;
use super::exec::{PinnedImage, agent_in, confined, mount_cache, reaching};
use super::layer::Layer;
use super::programs::{self, Installed};
use super::{Materials, chosen, packages, toolchain};
use crate::config::{BuildNetwork, When};
use crate::plan::cargo::Invocation;
use crate::plan::task::Task;
use crate::plan::{BuildPlan, paths};

/// The binaries, and the files of tasks that go into the image.
#[derive(Clone, Debug)]
pub(super) struct Built {
    /// The binaries, as `/bin/<name>`.
    pub(super) binaries: Output,
    /// Trees, with a path in each and the absolute path in the image that it is copied to.
    pub(super) files: Vec<(Output, String, String)>,
}

/// `tree` with what the tasks of `when` put into the sources.
pub(super) fn deliver(
    plan: &BuildPlan,
    (materials, tools): (&Materials, &Installed),
    tree: Output,
    when: &[When],
) -> Output {
    let tasks = plan.tasks.iter().filter(|task| when.contains(&task.when) && task.sources().next().is_some());
    tasks.fold(tree, |tree, task| {
        let made = run((plan, task), (materials, tools), None).workspace;
        let copies = task.sources().fold(FileOp::on(tree), |operation, (from, to)| {
            let copy = Copy::new(made.clone(), format!("/{}", from.as_str()), &format!("/{}", to.as_str()));
            operation.copy(copy.contents_only().create_dest_path().timestamp(0))
        });
        copies
            .name(format!("{}[{}] take what it made", materials.prefix, task.name))
            .export_cache(false)
            .output()
    })
}

/// What goes into the image: `binaries` as the hooks after the compile leave them, and the files of all tasks.
pub(super) fn finish(
    plan: &BuildPlan,
    (materials, tools): (&Materials, &Installed),
    binaries: Output,
) -> Built {
    let mut built = Built { binaries, files: Vec::new() };
    for task in &plan.tasks {
        let is_after = task.when == When::AfterBuild;
        if !is_after && task.image_files().next().is_none() {
            continue;
        }
        let made = run((plan, task), (materials, tools), is_after.then_some(&built.binaries));
        let files = task.image_files();
        built.files.extend(
            files.map(|(from, to)| (made.workspace.clone(), format!("/{}", from.as_str()), to.to_owned())),
        );
        built.binaries = made.binaries.unwrap_or(built.binaries);
    }
    built
}

/// The files of tasks, for the image.
pub(super) fn layer(built: &Built, timestamp: u64) -> Layer {
    let copies = built.files.iter().map(|(tree, from, to)| {
        let copy = Copy::new(tree.clone(), from, to).contents_only().create_dest_path();
        copy.owner(Owner::ids(0, 0)).timestamp(timestamp)
    });
    let above = |to: &str| to.rsplit_once('/').map(|(above, _)| above.to_owned());
    let directories = built.files.iter().filter_map(|(_, _, to)| above(to));
    Layer {
        what: "what hooks and assets made".to_owned(),
        copies: copies.collect(),
        directories: directories.filter(|directory| !directory.is_empty()).collect(),
        special: BTreeMap::new(),
        timestamp,
    }
}

/// What a task leaves behind.
struct Made {
    /// Its directory.
    workspace: Output,
    /// The binaries, if it was given them.
    binaries: Option<Output>,
}

fn run(
    (plan, task): (&BuildPlan, &Task),
    (materials, tools): (&Materials, &Installed),
    binaries: Option<&Output>,
) -> Made {
    let equipped;
    let materials = match &task.front_end {
        Some(front_end) if task.image.is_none() => {
            let with_packages = packages::with(plan, materials, &front_end.packages);
            equipped = toolchain::for_triple(plan, &with_packages, front_end.target);
            &equipped
        }
        _ => materials,
    };
    let mut tree = tools.front_end(task).map(|(manifests, _)| manifests.clone());
    if let Some(install) = &task.install {
        let files = copied(task, materials, Output::scratch(), &install.files, "copy what names packages");
        let mut exec = started((plan, task), (materials, tools), (&install.command, BuildNetwork::Default))
            .env("npm_config_cache", paths::NPM);
        mount_cache(&mut exec, plan, paths::NPM, (&plan.caches.npm, Sharing::Shared));
        let workspace = exec.mount(Mount::bind(files, paths::WORKSPACE));
        tree = Some(exec.output(&workspace));
    }
    let tree = copied(task, materials, tree.unwrap_or_else(Output::scratch), &task.inputs, "copy inputs");
    let mut exec = started((plan, task), (materials, tools), (&task.command, task.network));
    let workspace = exec.mount(Mount::bind(tree, paths::WORKSPACE));
    if let Some((_, crates)) = tools.front_end(task) {
        crates.mount(&mut exec, materials.abilities);
        mount_cache(&mut exec, plan, paths::TARGET, (&plan.caches.web_app(&task.name), Sharing::Locked));
    }
    let given = binaries.map(|binaries| {
        let directory = format!("{}/bin", paths::WORKSPACE);
        exec.mount(Mount::bind(binaries.clone(), directory).selector("/bin"))
    });
    Made { workspace: exec.output(&workspace), binaries: given.map(|given| exec.output(&given)) }
}

/// `on` with the files of the context that `patterns` name, and the directory that the task runs in.
fn copied(task: &Task, materials: &Materials, on: Output, patterns: &[String], what: &str) -> Output {
    let directory = format!("/{}", if task.directory.is_root() { "bin" } else { task.directory.as_str() });
    let operation = FileOp::on(on).mkdir(Mkdir::new(directory).mode(0o755).parents().timestamp(0));
    let operation = chosen::copy_named(operation, materials, patterns);
    operation.name(format!("{}[{}] {what}", materials.prefix, task.name)).export_cache(false).output()
}

/// A step of the task. One with network is run by the agent, which lets it in where the client says so, and so is one that
/// compiles; any other is nobody's but the user's.
fn started(
    (plan, task): (&BuildPlan, &Task),
    (materials, tools): (&Materials, &Installed),
    (command, network): (&[String], BuildNetwork),
) -> Exec {
    let image = image(task, materials);
    let title = format!("[{}] {}", task.name, command.join(" "));
    let mut environment = BTreeMap::new();
    let has_network = matches!(network, BuildNetwork::Default | BuildNetwork::Host);
    let mut job = None;
    if has_network {
        job = Some(supercargo_report::Task { command: command.to_vec(), ..Default::default() });
    }
    if task.front_end.is_some() {
        environment = Invocation::environment();
        let more = [("CARGO_NET_OFFLINE", "true"), ("TRUNK_SKIP_VERSION_CHECK", "true")];
        environment.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        job = Some(compiling(plan, command));
    }
    environment.extend(task.environment.clone());
    let path = programs::path(&task.tools, image, environment.get("PATH"));
    environment.extend(path.map(|path| ("PATH".to_owned(), path)));
    let mut exec = match job {
        Some(job) => agent_in(image, paths::AGENT, materials, &environment, &Job::Task(job), &title),
        None => alone((task, &environment), materials, command, &title),
    };
    if has_network {
        exec = trusting(reaching(exec, network, materials));
    }
    tools.mount(&task.tools, &mut exec);
    // Files that stand in for an image do not say what they are for.
    exec.cwd(paths::in_workspace(&task.directory)).platform(plan.builder().clone())
}

/// A command that compiles in a directory that outlives the step: cargo must see what changed.
fn compiling(plan: &BuildPlan, command: &[String]) -> supercargo_report::Task {
    supercargo_report::Task {
        command: command.to_vec(),
        target_dir: Some(paths::TARGET.to_owned()),
        freshness: Some(Freshness {
            directory: paths::WORKSPACE.to_owned(),
            ledger: paths::LEDGER.to_owned(),
            configuration: plan.source.configuration.iter().map(ToString::to_string).collect(),
            variables: Vec::new(),
            scripts: None,
        }),
    }
}

fn alone(
    (task, environment): (&Task, &BTreeMap<String, String>),
    materials: &Materials,
    command: &[String],
    title: &str,
) -> Exec {
    let image = image(task, materials);
    let mut exec = Exec::new(image.output.clone(), command.to_vec())
        .network(Network::None)
        .name(format!("{}{title}", materials.prefix));
    for (name, value) in image.environment() {
        exec = exec.env(name, value);
    }
    for (name, value) in environment {
        exec = exec.env(name, value.clone());
    }
    let step = task.name.split(' ').next().unwrap_or_default();
    if materials.no_cache.covers(step) {
        exec = exec.ignore_cache();
    }
    confined(exec, materials)
}

/// The image of the task. One that nobody looked up is the one that compiles, which is never a surprise.
fn image<'a>(task: &Task, materials: &'a Materials) -> &'a PinnedImage {
    let named = task.image.as_ref().and_then(|image| materials.images.get(&image.value));
    named.unwrap_or(&materials.toolchain)
}
