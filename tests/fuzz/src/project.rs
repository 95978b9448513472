//! The files of a project and the options of a build.

use std::sync::OnceLock;

use buildkit_llb::Platform;
use supercargo::config::Layers;
use supercargo::context::classify;
use supercargo::diagnostic::{Checked, Diagnostic};
use supercargo::discover::{Step, step};
use supercargo::name::RelPath;
use supercargo::options::{self, Options, RawOptions};
use supercargo::plan::sbom::{self, Trees};
use supercargo::plan::target::{self, Goal, Stage};
use supercargo::plan::{self, BuildPlan, Planned, Request};
use supercargo::project::{Project, check_lockfile, load};
use supercargo::result::{annotations, image_config as configure};
use supercargo::tree::{Entry, Tree};

const DOCKERFILE: &str = "Dockerfile";

/// A workspace that the targets for single files use.
const SOUND: &str = include_str!("../corpus/manifests/workspace");

/// The files of a project: a line `//- <path>` starts a file, `//- <path> -> <target>` is a symbolic link.
struct Files {
    names: Tree,
    contents: Tree,
}

impl Files {
    fn new(text: &str) -> Self {
        let mut files = Self { names: Tree::default(), contents: Tree::default() };
        for section in format!("\n{text}").split("\n//- ").skip(1) {
            let (name, contents) = section.split_once('\n').unwrap_or((section, ""));
            match name.split_once(" -> ") {
                Some((name, target)) => {
                    let Ok(path) = RelPath::new(name) else { continue };
                    files.names.insert(path, Entry::Symlink { target: target.to_owned() });
                }
                None => files.add(name, contents.as_bytes()),
            }
        }
        files
    }

    fn sound() -> Self {
        Self::new(SOUND)
    }

    fn add(&mut self, name: &str, contents: &[u8]) {
        let Ok(path) = RelPath::new(name) else { return };
        if path.is_root() {
            return;
        }
        let size = contents.len().try_into().unwrap_or(u64::MAX);
        self.names.insert(path.clone(), Entry::File { size });
        self.contents.insert_contents(path, contents.to_vec());
    }

    /// Loads the project as the frontend does: with the contents that it asks for.
    fn load(&self) -> Checked<Project> {
        let mut tree = self.names.clone();
        while let Step::Need(wanted) = step(&tree)?.value {
            assert!(!wanted.is_empty(), "a step that is not the last asks for a file");
            for path in wanted {
                assert_eq!(tree.contents(&path), None, "`{path}` is asked for once");
                let file = tree.resolve(&path).unwrap();
                let contents =
                    self.contents.contents(&file).unwrap_or_else(|| panic!("`{path}` is not a file"));
                tree.insert_contents(path, contents.to_vec());
            }
        }
        load(&tree)
    }

    fn body(&self) -> String {
        let contents = self.contents.contents(&RelPath::new(DOCKERFILE).unwrap_or_default());
        String::from_utf8_lossy(contents.unwrap_or_default()).into_owned()
    }
}

/// All files of a project.
pub(crate) fn manifests(bytes: &[u8]) {
    planned(&Files::new(&String::from_utf8_lossy(bytes)), &Options::default());
}

/// The body of a Dockerfile.
pub(crate) fn dockerfile(bytes: &[u8]) {
    let mut files = Files::sound();
    files.add(DOCKERFILE, bytes);
    planned(&files, &Options::default());
}

/// A lockfile, for the frontend and for the agent.
pub(crate) fn lockfile(bytes: &[u8]) {
    let mut files = Files::sound();
    files.add("Cargo.lock", bytes);
    planned(&files, &Options::default());
    supercargo_agent::fuzz::lockfile(bytes);
}

/// Options, one `key=value` a line.
pub(crate) fn options(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let raw: RawOptions = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let Some(options) = judged(options::parse(&raw)) else { return };
    judged(classify(&options, &["context".to_owned()], "session"));
    planned(&Files::sound(), &options);
}

/// The configuration of a base image, which a registry sends.
pub(crate) fn image_config(bytes: &[u8]) {
    let (_, plan) = sound(&Goal::Image);
    drop(annotations(bytes));
    let Ok(config) = configure(Some(("base", bytes)), &plan.runtime, &plan.platform) else { return };
    assert!(serde_json::from_slice::<serde_json::Value>(&config).is_ok_and(|config| config.is_object()));
    drop(annotations(&config));
}

/// What `cargo tree` prints.
pub(crate) fn sbom(bytes: &[u8]) {
    let (project, plan) = sound(&Goal::Stage(Stage::Sbom));
    let text = String::from_utf8_lossy(bytes);
    let Some(document) = sbom::document(project, plan, Trees { compiled: &text, linked: &text }) else {
        return;
    };
    assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok_and(|document| document.is_object()));
}

/// The plan of the sound workspace. Each target asks for one goal only.
fn sound(goal: &Goal) -> &'static (Project, BuildPlan) {
    static SOUND: OnceLock<(Project, BuildPlan)> = OnceLock::new();
    SOUND.get_or_init(|| {
        let files = Files::sound();
        let project = files.load().unwrap().value;
        let plan = plan_for(&files, &project, &Options::default(), goal).unwrap();
        (project, plan)
    })
}

/// Plans the build of `files`, or is told what is wrong with them.
fn planned(files: &Files, options: &Options) {
    let Some(project) = judged(files.load()) else { return };
    if judged(check_lockfile(&project)).is_none() {
        return;
    }
    assert!(!target::names(&project).is_empty());
    if let Some(plan) = plan_for(files, &project, options, &Goal::Image) {
        let text = serde_json::to_string(&plan).unwrap();
        let again = plan_for(files, &project, options, &Goal::Image).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text, "the same project gives the same plan");
    }
}

fn plan_for(files: &Files, project: &Project, options: &Options, goal: &Goal) -> Option<BuildPlan> {
    let (definition, root) = (RelPath::new(DOCKERFILE).ok()?, RelPath::new("Cargo.toml").ok()?);
    let (body, manifest) = (files.body(), &project.workspace.text);
    let layers = judged(Layers::read(&options.build_args, Some((&definition, &body)), (&root, manifest)))?;
    let builder: Platform = "linux/amd64".parse().ok()?;
    let request = Request {
        options,
        layers: &layers,
        goal,
        builder: &builder,
        platform: options.platforms.first().unwrap_or(&builder),
        generated_lockfile: None,
        outdated_lockfile: None,
        names: &files.names,
    };
    match judged(plan::plan(project, request))? {
        Planned::Ready(plan) => Some(*plan),
        Planned::NeedsLockfile(_) => None,
    }
}

/// The value. What is said about it, or instead of it, can be shown anywhere and points at a line.
fn judged<T>(checked: Checked<T>) -> Option<T> {
    let (value, said) = match checked {
        Ok(warned) => (Some(warned.value), warned.warnings),
        Err(errors) => {
            assert!(!errors.is_empty(), "an error has a text");
            (None, errors)
        }
    };
    for Diagnostic { message, hints, span, .. } in &said {
        assert!(!message.is_empty());
        for text in hints.iter().chain([message]) {
            assert!(!text.replace('\t', " ").contains(char::is_control), "{text:?}");
        }
        if let Some(span) = span {
            assert!(span.start >= 1 && span.start <= span.end, "{span:?}");
        }
    }
    value
}
