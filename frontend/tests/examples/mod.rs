//! The examples, planned and lowered as the frontend does it.

#![allow(dead_code, reason = "each test target uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use buildkit_llb::source::{Image, Local};
use buildkit_llb::source_map::SourceFile;
use buildkit_llb::{Definition, ImageRef, Platform};
use supercargo::config::Layers;
use supercargo::discover::{self, Step};
use supercargo::engine::Abilities;
use supercargo::lower::{self, Materials, PinnedImage};
use supercargo::name::RelPath;
use supercargo::options::{NoCache, Options, Sandbox};
use supercargo::plan::target::{self, Goal};
use supercargo::plan::{self, BuildPlan, Planned, Request};
use supercargo::project::{self, Project};
use supercargo::request::{self, Facts};
use supercargo::tree::{Entry, Tree};

/// Example, `--target`, and build-args.
pub(crate) type Case = (&'static str, Option<&'static str>, &'static [(&'static str, &'static str)]);

pub(crate) const CASES: [Case; 21] = [
    ("assets", None, &[]),
    ("axum-service", None, &[]),
    ("cli", None, &[]),
    ("features", None, &[]),
    ("features", Some("greet-json"), &[("FEATURES", "json")]),
    ("health-and-files", None, &[]),
    ("minimal", None, &[]),
    ("minimal", Some("timings"), &[]),
    ("private-registry", Some("vendor"), &[]),
    ("private-registry", None, &[]),
    ("multi-platform", None, &[]),
    ("native", None, &[]),
    ("static", None, &[]),
    ("trunk", None, &[]),
    ("static", Some("alone"), &[("TARGET", "musl"), ("TOOLCHAIN_CHANNEL", "nightly-2026-01-01")]),
    ("several-images", Some("web"), &[]),
    ("several-images", Some("sbom"), &[("BIN", "web")]),
    ("several-images", Some("worker"), &[]),
    ("workspace", Some("api"), &[]),
    ("workspace", Some("worker"), &[]),
    ("workspace", Some("fmt"), &[]),
];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// Every file below `directory`, named from there, without build output.
fn names(directory: &Path, base: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != "target" {
            names(&path, base, found);
        } else if path.is_file() {
            found.push(path.strip_prefix(base).unwrap().to_owned());
        }
    }
}

/// Reads an example as the frontend reads a context; `shuffle` changes the order in which names come.
pub(crate) fn tree(example: &str, shuffle: usize) -> Tree {
    let base = examples().join(example);
    let mut found = Vec::new();
    names(&base, &base, &mut found);
    found.sort();
    let middle = shuffle % found.len().max(1);
    found.rotate_left(middle);
    let mut tree = Tree::default();
    for name in found {
        let size = fs::metadata(base.join(&name)).unwrap().len();
        tree.insert(RelPath::new(name.to_str().unwrap()).unwrap(), Entry::File { size });
    }
    let definition = fs::read(base.join("Dockerfile")).unwrap();
    tree.insert_contents(RelPath::new("Dockerfile").unwrap(), definition);
    while let Step::Need(paths) = discover::step(&tree).unwrap().value {
        for path in paths {
            let contents = fs::read(base.join(path.as_str())).unwrap();
            tree.insert_contents(path, contents);
        }
    }
    tree
}

pub(crate) fn planned(tree: &Tree, target: Option<&str>, arguments: &[(&str, &str)]) -> (BuildPlan, Goal) {
    planned_for("linux/amd64", tree, target, arguments)
}

pub(crate) fn planned_for(
    platform: &str,
    tree: &Tree,
    target: Option<&str>,
    arguments: &[(&str, &str)],
) -> (BuildPlan, Goal) {
    with_plan(platform, tree, (target, arguments), |_, _, _, plan, goal| (plan, goal))
}

/// What `--call=dockerfile` prints.
pub(crate) fn dockerfile(tree: &Tree, target: Option<&str>, arguments: &[(&str, &str)]) -> String {
    with_plan("linux/amd64", tree, (target, arguments), |project, options, layers, plan, _| {
        let facts = Facts {
            project,
            layers,
            selected: None,
            plan: Some(&plan),
            graph: None,
            said: &[],
            warnings: &[],
            abilities: Abilities::default(),
            options,
            tree,
            files: &BTreeMap::new(),
        };
        let mut answer = request::answer("frontend.dockerfile", &facts).unwrap();
        String::from_utf8(answer.metadata.remove("result.txt").unwrap()).unwrap()
    })
}

fn with_plan<T>(
    platform: &str,
    tree: &Tree,
    (target, arguments): (Option<&str>, &[(&str, &str)]),
    then: impl FnOnce(&Project, &Options, &Layers, BuildPlan, Goal) -> T,
) -> T {
    let project: Project = project::load(tree).unwrap().value;
    let options = Options {
        build_args: arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..Options::default()
    };
    let root = RelPath::new("Cargo.toml").unwrap();
    let file = RelPath::new("Dockerfile").unwrap();
    let body = tree.contents(&file).map(String::from_utf8_lossy).unwrap();
    let definition = Some((&file, body.as_ref()));
    let mut layers =
        Layers::read(&options.build_args, definition, (&root, &project.workspace.text)).unwrap().value;
    for member in project.members() {
        layers.add_images_of(&member.name, (&member.manifest, &member.text)).unwrap();
    }
    plan::images::check(&project, &layers).unwrap();
    let goal = target::route_to_image(&project, &layers, target).unwrap();
    let layers = plan::images::narrowed(&project, &layers, &goal);
    let builder: Platform = "linux/amd64".parse().unwrap();
    let request = Request {
        options: &options,
        layers: &layers,
        goal: &goal,
        platform: &platform.parse().unwrap(),
        builder: &builder,
        generated_lockfile: None,
        outdated_lockfile: None,
        names: tree,
    };
    match plan::plan(&project, request).unwrap().value {
        Planned::Ready(plan) => then(&project, &options, &layers, *plan, goal),
        Planned::NeedsLockfile(_) => panic!("every example has a lockfile"),
    }
}

pub(crate) fn graph(plan: &BuildPlan, goal: &Goal) -> Definition {
    graph_on(Abilities::default(), plan, goal)
}

pub(crate) fn graph_on(abilities: Abilities, plan: &BuildPlan, goal: &Goal) -> Definition {
    let builder = plan.cargo.cross.as_ref().map_or(&plan.platform, |cross| &cross.builder);
    let image = |reference: &str, platform: &Platform| {
        let reference: ImageRef = reference.parse().unwrap();
        PinnedImage {
            output: Image::new(reference.clone(), platform.clone()).output(),
            reference: reference.to_string(),
            config: br#"{"config":{"Env":["PATH=/usr/local/cargo/bin:/usr/bin:/bin"]}}"#.to_vec(),
            identity: None,
        }
    };
    let materials = Materials {
        context: Local::new("context").session("session").name("[internal] load build context").output(),
        repository: None,
        images: BTreeMap::new(),
        agent: Image::new("supercargo".parse().unwrap(), builder.clone()).output(),
        tools: Image::new("supercargo".parse().unwrap(), plan.platform.clone()).output(),
        toolchain: image(&plan.toolchain.image.value, builder),
        base: Some(image(&plan.runtime.base.value, &plan.platform)),
        files: BTreeMap::from([(
            RelPath::new("Cargo.toml").unwrap(),
            SourceFile::new("Cargo.toml", "[package]\n"),
        )]),
        no_cache: NoCache::Never,
        sandbox: Sandbox::default(),
        abilities,
        proxy: None,
        prefix: String::new(),
    };
    lower::lower(plan, &materials, goal).marshal().unwrap()
}

/// An example with further files, or others at the same paths.
pub(crate) fn with_files(example: &str, files: &[(&str, &str)]) -> Tree {
    let mut tree = tree(example, 0);
    for (name, text) in files {
        let path = RelPath::new(name).unwrap();
        tree.insert(path.clone(), Entry::File { size: 1 });
        tree.insert_contents(path, text.as_bytes().to_vec());
    }
    tree
}
