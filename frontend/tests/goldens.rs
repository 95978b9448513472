//! Plan and graph of every example, as goldens: what a change of the planner changes is seen in review.
//!
//! `UPDATE_GOLDENS=1 cargo test -p supercargo --test goldens` writes them anew.

#![expect(clippy::unwrap_used, reason = "the functions below are all parts of the tests at the end")]
#![expect(clippy::panic, reason = "likewise")]

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
use supercargo::tree::{Entry, Tree};

/// Example, `--target`, and build-args.
type Case = (&'static str, Option<&'static str>, &'static [(&'static str, &'static str)]);

const CASES: [Case; 9] = [
    ("assets", None, &[]),
    ("axum-service", None, &[]),
    ("cli", None, &[]),
    ("features", None, &[]),
    ("features", Some("greet-json"), &[("FEATURES", "json")]),
    ("minimal", None, &[]),
    ("private-registry", None, &[]),
    ("workspace", Some("api"), &[]),
    ("workspace", Some("worker"), &[]),
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
fn tree(example: &str, shuffle: usize) -> Tree {
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

fn planned(tree: &Tree, target: Option<&str>, arguments: &[(&str, &str)]) -> (BuildPlan, Goal) {
    let project: Project = project::load(tree).unwrap().value;
    let options = Options {
        build_args: arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..Options::default()
    };
    let root = RelPath::new("Cargo.toml").unwrap();
    let file = RelPath::new("Dockerfile").unwrap();
    let body = tree.contents(&file).map(String::from_utf8_lossy).unwrap();
    let layers = Layers::read(&options.build_args, Some((&file, &body)), (&root, &project.workspace.text))
        .unwrap()
        .value;
    let goal = target::route(&project, target).unwrap();
    let platform: Platform = "linux/amd64".parse().unwrap();
    let request = Request {
        options: &options,
        layers: &layers,
        goal: &goal,
        platform: &platform,
        builder: &platform,
        generated_lockfile: None,
        names: tree,
    };
    match plan::plan(&project, request).unwrap().value {
        Planned::Ready(plan) => (*plan, goal),
        Planned::NeedsLockfile { .. } => panic!("every example has a lockfile"),
    }
}

fn graph(plan: &BuildPlan, goal: &Goal) -> Definition {
    let image = |reference: &str| {
        let reference: ImageRef = reference.parse().unwrap();
        PinnedImage {
            output: Image::new(reference.clone(), plan.platform.clone()).output(),
            reference: reference.to_string(),
            config: br#"{"config":{"Env":["PATH=/usr/local/cargo/bin:/usr/bin:/bin"]}}"#.to_vec(),
            identity: None,
        }
    };
    let materials = Materials {
        context: Local::new("context").session("session").name("[internal] load build context").output(),
        repository: None,
        images: BTreeMap::new(),
        agent: Image::new("supercargo".parse().unwrap(), plan.platform.clone()).output(),
        toolchain: image(&plan.toolchain.image.value),
        base: Some(image(&plan.runtime.base.value)),
        files: BTreeMap::from([(
            RelPath::new("Cargo.toml").unwrap(),
            SourceFile::new("Cargo.toml", "[package]\n"),
        )]),
        no_cache: NoCache::Never,
        sandbox: Sandbox::default(),
        abilities: Abilities::default(),
        proxy: None,
        copies_selectively: true,
        prefix: String::new(),
    };
    lower::lower(plan, &materials, goal).marshal().unwrap()
}

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{} is not what comes out now; see the head of this file", path.display());
}

#[test]
fn plans_and_graphs_are_as_they_were() {
    for (example, target, arguments) in CASES {
        let (plan, goal) = planned(&tree(example, 0), target, arguments);
        let name = target.map_or(example.to_owned(), |target| format!("{example}.{target}"));
        check(&format!("{name}.plan.json"), &(serde_json::to_string_pretty(&plan).unwrap() + "\n"));
        check(&format!("{name}.llb.txt"), &graph(&plan, &goal).to_text());
    }
}

#[test]
fn equal_input_gives_equal_bytes_in_any_order() {
    for (example, target, arguments) in CASES {
        let (plan, goal) = planned(&tree(example, 0), target, arguments);
        let first = graph(&plan, &goal).to_bytes();
        for run in 1..10 {
            let (plan, goal) = planned(&tree(example, run), target, arguments);
            assert!(graph(&plan, &goal).to_bytes() == first, "{example}: run {run} differs");
        }
    }
}

#[test]
fn images_of_one_list_share_their_compile() {
    let tree = tree("features", 0);
    let shared = [("BIN", "greet,greet-json"), ("FEATURES", "json")];
    let (one, _) = planned(&tree, Some("greet"), &shared);
    let (other, _) = planned(&tree, Some("greet-json"), &shared);
    assert_eq!(one.cargo.binaries, ["greet", "greet-json"]);
    assert_eq!(
        (&one.cargo, &one.dependencies, &one.source, &one.caches),
        (&other.cargo, &other.dependencies, &other.source, &other.caches)
    );
    assert_eq!((one.binaries.value, other.binaries.value), (vec!["greet".into()], vec!["greet-json".into()]));
    let (alone, _) = planned(&tree, Some("greet"), &[("BIN", "greet-json"), ("FEATURES", "json")]);
    assert_eq!(alone.cargo.binaries, ["greet"]);
}

#[test]
fn dots_in_a_list_keep_the_binary_that_nobody_needs_to_name() {
    let tree = tree("features", 0);
    let (plan, _) = planned(&tree, None, &[("BIN", "greet-json,..."), ("FEATURES", "json,...")]);
    assert_eq!(plan.binaries.value, ["greet-json", "greet"]);
    assert_eq!(plan.cargo.features, ["--features", "json"]);
    let (plan, _) = planned(&tree, None, &[("BIN", "...")]);
    assert_eq!(plan.binaries.value, ["greet"]);
}
