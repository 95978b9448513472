//! `[[build.hook]]` and `[assets.NAME]`: commands of the user's own, each a step of the graph.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::BuildNetwork;

/// `[[build.hook]]`: one command beside the compile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HookTable {
    /// What the step is called; without it, the first word of the command.
    pub name: Option<String>,
    /// When it runs.
    #[serde(default)]
    pub when: When,
    /// The command: a list runs as it is, a text in `/bin/sh -c`.
    pub run: Option<CommandLine>,
    /// Patterns of the files that it sees, and nothing else of the context.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// What is taken of what it leaves: paths, or `{ from, to }`.
    #[serde(default)]
    pub outputs: Vec<OutputKey>,
    /// The image that it runs in; without it, the one that compiles.
    pub image: Option<String>,
    /// Variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Crates whose programs it needs, each as `name@1.2.3`.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Its network.
    #[serde(default)]
    pub network: BuildNetwork,
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before dependencies are compiled, which then see what it makes.
    BeforeDeps,
    /// Before the project is compiled.
    #[default]
    BeforeBuild,
    /// After the project is compiled, with the binaries in `bin`.
    AfterBuild,
}

/// A command as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a command line or a list of words")]
pub enum CommandLine {
    /// For a shell.
    Shell(String),
    /// Words.
    Words(Vec<String>),
}

impl CommandLine {
    /// The words to run.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Shell(line) => ["/bin/sh", "-c", line].map(str::to_owned).to_vec(),
            Self::Words(words) => words.clone(),
        }
    }
}

/// One output as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a path or `{ from = \"…\", to = \"…\" }`")]
pub enum OutputKey {
    /// To the same path in the sources.
    Same(String),
    /// To another place.
    Moved {
        /// The path in the directory of the step.
        from: String,
        /// A path in the sources, or an absolute one in the image.
        to: String,
    },
}

impl OutputKey {
    /// Where it is, and where it goes.
    #[must_use]
    pub fn ends(&self) -> (&str, &str) {
        match self {
            Self::Same(path) => (path, path),
            Self::Moved { from, to } => (from, to),
        }
    }
}

/// `[assets.NAME]`: files that another tool makes, such as a web front end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AssetTable {
    /// How they are made, if not by `run` alone.
    pub preset: Option<Preset>,
    /// The directory of the context that they are made of and in.
    pub dir: Option<String>,
    /// The command: a list runs as it is, a text in `/bin/sh -c`.
    pub run: Option<CommandLine>,
    /// Patterns below `dir` of the files that it sees; without them, everything.
    #[serde(default)]
    pub inputs: Vec<String>,
    /// The file or directory below `dir` that it leaves; without it, `dist`.
    pub output: Option<String>,
    /// Where that goes: a path in the sources, or an absolute one in the image. Without it, where it was made.
    pub to: Option<String>,
    /// The image that it runs in.
    pub image: Option<String>,
    /// Variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Crates whose programs it needs, each as `name@1.2.3`; `"..."` stands for those of the preset.
    pub tools: Option<Vec<String>>,
    /// Its network.
    #[serde(default)]
    pub network: BuildNetwork,
}

/// How assets are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// `npm ci`, then `npm run build`, in an image of Node.js.
    Npm,
    /// `trunk build --release`, for a front end of Rust, in the image that compiles.
    Trunk,
}
