//! What `--target` may name: one table for routing, listing and the error.

use crate::diagnostic::Diagnostic;
use crate::project::Project;

/// What a build is to end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The default image.
    Image,
    /// The image of one binary.
    Binary(String),
    /// One stage of the graph, for `--output` and for looking inside.
    Stage(Stage),
}

/// A stage of the graph that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
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
}

/// The stages by name, with what `--call=targets` says of them.
pub const STAGES: [(&str, Stage, &str); 5] = [
    ("binaries", Stage::Binaries, "the binaries alone, for --output"),
    ("toolchain", Stage::Toolchain, "the image that compiles"),
    ("manifests", Stage::Manifests, "the generated manifests that dependencies are compiled from"),
    ("fetch", Stage::Fetch, "the downloaded crates, as a CARGO_HOME"),
    ("deps", Stage::Deps, "the compiled dependencies, as a target directory"),
];

/// Decides what `--target` means. A binary of the project wins over a stage of the same name.
pub fn route(project: &Project, target: Option<&str>) -> Result<Goal, Diagnostic> {
    let Some(target) = target else { return Ok(Goal::Image) };
    let mut binaries: Vec<&str> =
        project.members().flat_map(|package| package.binaries().map(|binary| binary.name.as_str())).collect();
    if binaries.contains(&target) {
        return Ok(Goal::Binary(target.to_owned()));
    }
    if let Some((_, stage, _)) = STAGES.iter().find(|(name, ..)| *name == target) {
        return Ok(Goal::Stage(*stage));
    }
    binaries.sort_unstable();
    let names = binaries.into_iter().chain(STAGES.iter().map(|(name, ..)| *name));
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    Err(Diagnostic::error(format!("there is no target `{target}`"))
        .hint(format!("There is {}.", quoted.join(", "))))
}
