//! Commands of the user's own: hooks beside the compile, and assets that other tools make.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compile::{at, check_name};
use super::program::Programs;
use super::trunk::{self, FrontEnd};
use super::{Chosen, Request, include};
use crate::config::{AssetTable, BuildNetwork, Config, HookTable, Origin, Preset, Setting, When, with_rest};
use crate::diagnostic::{Checked, Diagnostic, Findings, Warned};
use crate::name::RelPath;
use crate::pattern::too_many;
use crate::project::Project;
use crate::tree::Tree;

/// The image of the preset `npm`.
const NODE: &str = "docker.io/library/node:22-bookworm-slim";

/// One command with what it sees and what is taken of what it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// What the step is called: `hook codegen`, `assets web`.
    pub name: String,
    /// Who asked for it.
    pub because: String,
    /// When it runs.
    pub when: When,
    /// The image that it runs in; nothing for the one that compiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Chosen<String>>,
    /// The directory that it runs in.
    #[serde(serialize_with = "displayed")]
    pub directory: RelPath,
    /// Patterns of the files that it sees.
    pub inputs: Vec<String>,
    /// What comes before, with network and fewer files, so that it runs less often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install: Option<Install>,
    /// What it compiles with cargo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub front_end: Option<FrontEnd>,
    /// The command.
    pub command: Vec<String>,
    /// The crates whose programs it needs.
    #[serde(skip_serializing_if = "Programs::is_empty")]
    pub tools: Programs,
    /// Variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Its network.
    pub network: BuildNetwork,
    /// What is taken of what it leaves.
    pub outputs: Vec<Delivery>,
}

/// The packages of another tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Install {
    /// The files that say which.
    pub files: Vec<String>,
    /// The command.
    pub command: Vec<String>,
}

/// One path that leaves a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The path below the root of the sources.
    #[serde(serialize_with = "displayed")]
    pub from: RelPath,
    /// Where it goes.
    pub to: Place,
}

/// Where files of a task go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A path in the sources.
    Sources(#[serde(serialize_with = "displayed")] RelPath),
    /// An absolute path in the image.
    Image(String),
}

impl Task {
    /// What goes into the sources: from where, and to where.
    pub fn sources(&self) -> impl Iterator<Item = (&RelPath, &RelPath)> {
        self.outputs.iter().filter_map(|delivery| match &delivery.to {
            Place::Sources(to) => Some((&delivery.from, to)),
            Place::Image(_) => None,
        })
    }

    /// What goes into the image: from where, and to where.
    pub fn image_files(&self) -> impl Iterator<Item = (&RelPath, &str)> {
        self.outputs.iter().filter_map(|delivery| match &delivery.to {
            Place::Sources(_) => None,
            Place::Image(to) => Some((&delivery.from, to.as_str())),
        })
    }
}

/// The tasks of a build: hooks in the order written, then assets by name.
///
/// Errors: a task without a command, paths that lead out of the context, inputs that match nothing, outputs to a
/// place that is compiled or made before.
pub(super) fn choose(config: &Config, project: &Project, request: Request<'_>) -> Checked<Vec<Task>> {
    let mut findings = Findings::default();
    let hooks = config.build.hooks.iter().flat_map(|setting| &setting.value);
    let hooks: Vec<Task> =
        hooks.filter_map(|hook| findings.take(self::hook(hook, project, request.names))).collect();
    let assets = config.assets.iter();
    let assets: Vec<Task> = assets
        .filter_map(|(name, asset)| findings.take(self::asset((name, asset), project, request)))
        .collect();
    findings.finish(hooks.into_iter().chain(assets).collect())
}

/// Collects the faults of one task, at its line.
struct Faults<'a> {
    name: &'a str,
    origin: &'a Origin,
    findings: Findings,
}

impl Faults<'_> {
    fn say(&mut self, what: &str, hint: &str) {
        let diagnostic = Diagnostic::error(format!("`{}` {what}", self.name)).hint(hint);
        self.findings.push(at(diagnostic, self.origin));
    }

    /// The value of a stage, whose findings are of this task.
    fn take<T>(&mut self, stage: Checked<T>) -> Option<T> {
        let located =
            |found: Vec<Diagnostic>| found.into_iter().map(|one| at(one, self.origin)).collect::<Vec<_>>();
        let stage = stage
            .map(|warned| Warned { value: warned.value, warnings: located(warned.warnings) })
            .map_err(located);
        self.findings.take(stage)
    }

    fn path(&mut self, key: &str, base: &RelPath, text: &str) -> RelPath {
        base.join(text).unwrap_or_else(|error| {
            self.say(
                &format!("has `{key}` value `{text}`, which {error}"),
                "Write a path below the root of the build context.",
            );
            RelPath::root()
        })
    }

    fn inputs(&mut self, base: &RelPath, patterns: &[String], names: &Tree) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(error) = too_many("inputs", patterns.len(), names) {
            self.findings.push(at(error, self.origin));
            return found;
        }
        for text in patterns {
            let pattern = self.path("inputs", base, text);
            match include::pattern("inputs", pattern.as_str(), names) {
                Ok(pattern) => found.push(pattern),
                Err(diagnostic) => self.findings.push(at(diagnostic, self.origin)),
            }
        }
        found
    }

    /// The programs that `list` names, with those that the preset brings where it says `"..."`.
    fn tools(&mut self, list: &[String], inferred: &[String], project: &Project) -> Programs {
        let because = |text: &String| {
            if inferred.contains(text) { "the preset".to_owned() } else { self.origin.to_string() }
        };
        let list: Vec<(String, String)> =
            with_rest(list, inferred).into_iter().map(|text| (text.clone(), because(&text))).collect();
        let (programs, wrong) = Programs::choose(&list, project);
        for text in wrong {
            self.say(
                &format!("has `{text}` in `tools`, which is no crate with its version, or one that is there twice"),
                "Write `name@1.2.3`, as `cargo install` takes it: `cargo search NAME` prints the newest version.",
            );
        }
        programs
    }

    fn place(&mut self, to: &str, when: When) -> Place {
        let is_absolute = to.starts_with('/');
        if is_absolute {
            let path = RelPath::new(to.trim_start_matches('/')).unwrap_or_default();
            if path.is_root() || to.contains("..") {
                self.say(&format!("puts files to `{to}`"), "Write a path such as `/usr/share/app`.");
            }
            return Place::Image(format!("/{}", path.as_str()));
        }
        let path = self.path("to", &RelPath::root(), to);
        if path.is_root() {
            self.say(
                "would put its files in place of all sources",
                "Name a directory or file to put them to.",
            );
        }
        if when == When::AfterBuild {
            self.say(
                &format!("runs after the compile and puts `{to}` into the sources"),
                "Write an absolute path, which is one in the image; what is left in `bin` goes there by itself.",
            );
        }
        Place::Sources(path)
    }
}

fn hook(setting: &Setting<HookTable>, project: &Project, names: &Tree) -> Checked<Task> {
    let table = &setting.value;
    let command = table.run.as_ref().map(crate::config::CommandLine::words).unwrap_or_default();
    let first = command.first().map(|word| word.rsplit('/').next().unwrap_or_default()).unwrap_or_default();
    let name = table.name.clone().unwrap_or_else(|| first.to_owned());
    let mut faults = Faults { name: "build.hook", origin: &setting.origin, findings: Findings::default() };
    if let Some(name) = &table.name {
        check_title(&mut faults, name);
    }
    check(&mut faults, &command, &table.env);
    let inputs = faults.inputs(&RelPath::root(), &table.inputs, names);
    let outputs = table.outputs.iter().map(|output| {
        let (from, to) = output.ends();
        Delivery { from: faults.path("outputs", &RelPath::root(), from), to: faults.place(to, table.when) }
    });
    let outputs: Vec<Delivery> = outputs.collect();
    if outputs.is_empty() && table.when != When::AfterBuild {
        faults.say(
            "has no `outputs`, so no build would run it",
            "Name what it makes: `outputs = [\"src/generated\"]`.",
        );
    }
    let tools = faults.tools(&table.tools, &[], project);
    let task = Task {
        name: format!("hook {name}"),
        because: setting.origin.to_string(),
        when: table.when,
        image: table.image.clone().map(|image| Chosen::set(image, &setting.origin)),
        directory: RelPath::root(),
        inputs,
        install: None,
        front_end: None,
        command,
        tools,
        environment: table.env.clone(),
        network: table.network,
        outputs,
    };
    faults.findings.finish(task)
}

fn asset(
    (name, setting): (&str, &Setting<AssetTable>),
    project: &Project,
    request: Request<'_>,
) -> Checked<Task> {
    let names = request.names;
    let table = &setting.value;
    let called = format!("assets.{name}");
    let mut faults = Faults { name: &called, origin: &setting.origin, findings: Findings::default() };
    check_title(&mut faults, name);
    let directory = faults.path("dir", &RelPath::root(), table.dir.as_deref().unwrap_or(name));
    let all = ["**".to_owned()];
    let patterns = if table.inputs.is_empty() { all.as_slice() } else { table.inputs.as_slice() };
    let mut inputs = faults.inputs(&directory, patterns, names);
    let (mut install, mut made) = (None, None);
    match table.preset {
        Some(Preset::Npm) => install = npm(&mut faults, &directory, names),
        Some(Preset::Trunk) => {
            let chosen =
                trunk::choose((&called, &directory), &inputs, (project, request), table.image.is_some());
            made = faults.take(chosen);
        }
        None => {}
    }
    let has_network = matches!(table.network, BuildNetwork::Default | BuildNetwork::Host);
    let mut command = table.run.as_ref().map(crate::config::CommandLine::words).unwrap_or_default();
    if command.is_empty() {
        command = match (table.preset, &made) {
            (Some(Preset::Npm), _) => ["npm", "run", "build"].map(str::to_owned).to_vec(),
            (_, Some(made)) => trunk::command(&made.front_end, has_network),
            // What is wrong was said.
            (Some(Preset::Trunk), None) => vec!["trunk".to_owned()],
            (None, None) => command,
        };
    }
    check(&mut faults, &command, &table.env);
    let from = faults.path("output", &directory, table.output.as_deref().unwrap_or("dist"));
    let to = match &table.to {
        Some(to) => faults.place(to, When::BeforeBuild),
        None => Place::Sources(from.clone()),
    };
    let image = match (&table.image, table.preset) {
        (Some(image), _) => Some(Chosen::set(image.clone(), &setting.origin)),
        (None, Some(Preset::Npm)) => {
            Some(Chosen { value: NODE.to_owned(), because: "the image of the preset `npm`".to_owned() })
        }
        (None, Some(Preset::Trunk) | None) => None,
    };
    let (front_end, more, inferred) =
        made.map_or_else(Default::default, |made| (Some(made.front_end), made.inputs, made.tools));
    inputs.extend(more);
    // An image of the user's own has what it takes, unless they say otherwise.
    let by_preset = if table.image.is_some() { Vec::new() } else { inferred.clone() };
    let tools = faults.tools(table.tools.as_ref().unwrap_or(&by_preset), &inferred, project);
    let task = Task {
        name: format!("assets {name}"),
        because: setting.origin.to_string(),
        when: When::BeforeBuild,
        image,
        directory,
        inputs,
        install,
        front_end,
        command,
        tools,
        environment: table.env.clone(),
        network: table.network,
        outputs: vec![Delivery { from, to }],
    };
    faults.findings.finish(task)
}

/// The name that the user gives a step.
fn check_title(faults: &mut Faults<'_>, name: &str) {
    let is_plain = |one: char| one.is_alphanumeric() || "._-+/ ".contains(one);
    if name.trim().is_empty() || !name.chars().all(is_plain) {
        let what = format!("has the invalid name `{name}`");
        faults.say(&what, "A name consists of letters, digits, blanks and `._-+/`.");
    }
}

fn check(faults: &mut Faults<'_>, command: &[String], environment: &BTreeMap<String, String>) {
    if command.first().is_none_or(String::is_empty) {
        faults.say("has no command", "Write `run = [\"program\", \"argument\"]`, or a text for a shell.");
    }
    for name in environment.keys() {
        check_name(&format!("{}.env", faults.name), name, faults.origin, &mut faults.findings);
    }
}

/// `npm ci`, which needs to know every version.
fn npm(faults: &mut Faults<'_>, directory: &RelPath, names: &Tree) -> Option<Install> {
    let there = |name: &str| directory.join(name).ok().filter(|path| names.is_file(path));
    let locks = ["package-lock.json", "npm-shrinkwrap.json"];
    let manifest = there("package.json");
    let lock = locks.iter().find_map(|name| there(name));
    let (Some(manifest), Some(lock)) = (manifest, lock) else {
        faults.say(
            &format!("needs `package.json` and `package-lock.json` in `{directory}`"),
            "Run `npm install` there once and commit both.",
        );
        return None;
    };
    let files = [Some(manifest), Some(lock), there(".npmrc")].into_iter().flatten();
    Some(Install {
        files: files.map(|path| path.as_str().to_owned()).collect(),
        command: ["npm", "ci"].map(str::to_owned).to_vec(),
    })
}

fn displayed<S: serde::Serializer>(path: &RelPath, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(path)
}
