//! What `--target` may name: one table for routing, listing and the error.

use super::BuildPlan;
use super::command::Command;
use super::select;
use crate::config::Layers;
use crate::diagnostic::Diagnostic;
use crate::project::{Package, Project};

/// What a build is to end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The default image.
    Image,
    /// The image of one binary.
    Binary(String),
    /// An image that the configuration gives a name.
    Named(String),
    /// One of these images on a base with a shell.
    Debug(Box<Goal>),
    /// One stage of the graph, for `--output` and for looking inside.
    Stage(Stage),
}

/// What a goal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One package and its binaries.
    Image,
    /// All packages of the workspace, unless somebody names one; they need no binary.
    Workspace,
}

impl Goal {
    /// What the binaries are chosen and compiled for: of an image with a shell the one without it.
    #[must_use]
    pub fn plain(&self) -> &Goal {
        match self {
            Self::Debug(goal) => goal,
            Self::Image | Self::Binary(_) | Self::Named(_) | Self::Stage(_) => self,
        }
    }

    /// True for an image that is there to look inside.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        matches!(self, Self::Debug(_))
    }

    /// The stage that it is, if it is one.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::Stage(stage) => Some(*stage),
            Self::Image | Self::Binary(_) | Self::Named(_) | Self::Debug(_) => None,
        }
    }

    /// What it is about.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.plain() {
            Self::Stage(Stage::Run(_) | Stage::Lock | Stage::Vendor) => Scope::Workspace,
            _ => Scope::Image,
        }
    }

    /// Whether it compiles anything, and so whether dependencies, packages of the system and the rest of what a compile
    /// takes have a part in it.
    #[must_use]
    pub fn compiles(&self) -> bool {
        !matches!(self, Self::Stage(Stage::Run(Command::Fmt) | Stage::Vendor))
    }

    /// The cargo command that ends it.
    #[must_use]
    pub fn command(&self) -> Command {
        match self.plain() {
            Self::Stage(Stage::Run(command)) => *command,
            _ => Command::Build,
        }
    }
}

/// The default image with a shell, with what `--call=targets` says of it; that of the image NAME is `debug-NAME`.
pub const DEBUG: (&str, &str) =
    ("debug", "the default image with a shell, for looking inside; `debug-NAME` is that of the image NAME");

/// A stage of the graph that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A command on the user's code that makes no binaries.
    Run(Command),
    /// The compiler's image.
    Toolchain,
    /// The generated manifests.
    Manifests,
    /// The downloaded crates.
    Fetch,
    /// The compiled dependencies.
    Deps,
    /// The binaries alone.
    Binaries,
    /// The symbols of the binaries, where they have files of their own.
    Symbols,
    /// What the binaries are made of.
    Sbom,
    /// Cargo's report of where the time of a compile goes.
    Timings,
    /// The lockfile, made or brought up to date.
    Lock,
    /// The sources of every crate of the lockfile.
    Vendor,
}

impl Stage {
    /// What `--target` says for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        STAGES.iter().find(|(_, stage, _)| *stage == self).map_or("", |(name, ..)| name)
    }

    /// Whether what matters is that it succeeds.
    #[must_use]
    pub fn is_check(self) -> bool {
        matches!(self, Self::Run(_))
    }
}

/// The stages by name, with what `--call=targets` says of them.
pub const STAGES: [(&str, Stage, &str); 15] = [
    ("binaries", Stage::Binaries, "the binaries alone, for --output"),
    (
        "symbols",
        Stage::Symbols,
        "the symbols of the binaries, with `build.symbols = \"split\"`, for --output",
    ),
    ("check", Stage::Run(Command::Check), "a check: cargo check"),
    ("clippy", Stage::Run(Command::Clippy), "a check: cargo clippy"),
    ("test", Stage::Run(Command::Test), "a check: cargo test"),
    ("fmt", Stage::Run(Command::Fmt), "a check: cargo fmt --check"),
    ("doc", Stage::Run(Command::Doc), "a check: cargo doc; the documentation, for --output"),
    ("sbom", Stage::Sbom, "a bill of materials of the binaries, as CycloneDX, for --output"),
    ("timings", Stage::Timings, "cargo build --timings: where the time of a compile goes, for --output"),
    ("lock", Stage::Lock, "Cargo.lock, made or brought up to date, for --output"),
    ("vendor", Stage::Vendor, "cargo vendor: the sources of every crate of the lockfile, for --output"),
    ("toolchain", Stage::Toolchain, "the image that compiles"),
    ("manifests", Stage::Manifests, "the generated manifests that dependencies are compiled from"),
    ("fetch", Stage::Fetch, "the downloaded crates, as a CARGO_HOME"),
    ("deps", Stage::Deps, "the compiled dependencies, as a target directory"),
];

/// The targets that every project has.
pub fn always() -> impl Iterator<Item = &'static str> {
    std::iter::once(DEBUG.0).chain(STAGES.iter().map(|(name, ..)| *name))
}

/// Everything that `--target` may name.
#[must_use]
pub fn names(project: &Project) -> Vec<String> {
    let mut binaries: Vec<&str> =
        project.members().flat_map(|package| package.binaries().map(|binary| binary.name.as_str())).collect();
    binaries.sort_unstable();
    binaries.into_iter().map(str::to_owned).chain(always().map(str::to_owned)).collect()
}

/// Everything that `--target` may name where the configuration has further images.
#[must_use]
pub fn names_with_images(project: &Project, layers: &Layers) -> Vec<String> {
    let own = layers.images().keys().cloned();
    let rest = names(project).into_iter().filter(|name| !layers.images().contains_key(name));
    own.chain(rest).collect()
}

/// The names by which a user may mean what this build ends with.
#[must_use]
pub fn names_of<'a>(plan: &'a BuildPlan, goal: &'a Goal) -> Vec<&'a str> {
    let mut names: Vec<&str> = plan.binaries.value.iter().map(String::as_str).collect();
    if let Goal::Named(name) = goal.plain() {
        names.push(name);
    }
    if goal.is_debug() {
        names.push(DEBUG.0);
    }
    if *goal == Goal::Stage(Stage::Binaries) {
        names.push("binaries");
    }
    names
}

/// Decides what `--target` means where the configuration has further images, which win.
pub fn route_to_image(project: &Project, layers: &Layers, target: Option<&str>) -> Result<Goal, Diagnostic> {
    let is_image = |name: &str| layers.images().contains_key(name);
    route_among(project, target, is_image, || names_with_images(project, layers))
}

/// Decides what `--target` means. A binary of the project wins over a stage of the same name.
pub fn route(project: &Project, target: Option<&str>) -> Result<Goal, Diagnostic> {
    route_among(project, target, |_| false, || names(project))
}

fn route_among(
    project: &Project,
    target: Option<&str>,
    is_image: impl Fn(&str) -> bool,
    names: impl FnOnce() -> Vec<String>,
) -> Result<Goal, Diagnostic> {
    let Some(target) = target else { return Ok(Goal::Image) };
    let image = |name: &str| {
        let mut binaries = project.members().flat_map(Package::binaries);
        if is_image(name) {
            Some(Goal::Named(name.to_owned()))
        } else {
            binaries.any(|binary| binary.name == name).then(|| Goal::Binary(name.to_owned()))
        }
    };
    if let Some(goal) = image(target) {
        return Ok(goal);
    }
    if let Some((_, stage, _)) = STAGES.iter().find(|(name, ..)| *name == target) {
        return Ok(Goal::Stage(*stage));
    }
    if let Some(rest) = target.strip_prefix(DEBUG.0) {
        let of = if rest.is_empty() { Some(Goal::Image) } else { rest.strip_prefix('-').and_then(image) };
        if let Some(goal) = of {
            return Ok(Goal::Debug(Box::new(goal)));
        }
    }
    let quoted: Vec<String> = names().into_iter().map(|name| format!("`{name}`")).collect();
    Err(Diagnostic::error(format!("there is no target `{target}`"))
        .hints(select::examples_named(project, &[target.to_owned()]))
        .hint(format!("There is {}.", quoted.join(", "))))
}
