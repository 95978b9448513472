//! The words that the frontend and its agent share.
//!
//! The frontend runs the agent with the cargo command as its arguments and the rest of the [`Job`] as JSON in the
//! variable [`JOB`], so that a failing step shows the user the command that failed; the agent does it and, at the end
//! of the last compile, leaves a [`Report`] beside the binaries. The agent's bytes are part of the cache key of every
//! compile step, so this crate holds what both sides must agree on and nothing else.

mod access;
mod audit;
mod install;
mod link;
mod packages;
mod sccache;
mod task;

pub use access::{Access, CERTIFICATES, GitAccess, HostAccess, RegistryAccess, Secret};
pub use audit::{Audit, Linked, Needs};
pub use install::Install;
pub use link::{Linker, Symbols};
pub use packages::Packages;
pub use sccache::{Sccache, SccacheSecret};
pub use task::Task;

use serde::{Deserialize, Serialize};

/// The variable that carries the job as JSON, without its command. The agent does not pass it on to cargo.
pub const JOB: &str = "SUPERCARGO_JOB";

/// What the agent is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Job {
    /// Fill a `CARGO_HOME` with the crates of one lockfile.
    Fetch(Fetch),
    /// Fill a `CARGO_HOME` with what a `cargo install` compiles.
    Download(Download),
    /// Write a lockfile.
    Lock(Lock),
    /// Unpack what was fetched.
    Unpack(Unpack),
    /// Run one cargo compile.
    Compile(Compile),
    /// Run a command that needs nothing of the agent but the toolchain.
    Run(Run),
    /// Add to the toolchain what the image lacks of it.
    Install(Install),
    /// Install packages of the system.
    Packages(Packages),
    /// Look whether the base can run the binaries.
    Audit(Audit),
    /// Run a command of the user's own.
    Task(Task),
}

impl Job {
    /// The command.
    #[must_use]
    pub fn command(&self) -> &[String] {
        match self {
            Self::Fetch(job) => &job.command,
            Self::Download(job) => &job.command,
            Self::Lock(job) => &job.command,
            Self::Unpack(job) => &job.command,
            Self::Compile(job) => &job.command,
            Self::Run(job) => &job.command,
            Self::Install(job) => &job.command,
            Self::Packages(job) => &job.command,
            Self::Audit(job) => &job.command,
            Self::Task(job) => &job.command,
        }
    }

    /// The job with `command`, as the agent puts it together again.
    #[must_use]
    pub fn with_command(mut self, command: Vec<String>) -> Self {
        match &mut self {
            Self::Fetch(job) => job.command = command,
            Self::Download(job) => job.command = command,
            Self::Lock(job) => job.command = command,
            Self::Unpack(job) => job.command = command,
            Self::Compile(job) => job.command = command,
            Self::Run(job) => job.command = command,
            Self::Install(job) => job.command = command,
            Self::Packages(job) => job.command = command,
            Self::Audit(job) => job.command = command,
            Self::Task(job) => job.command = command,
        }
        self
    }
}

/// Fills a `CARGO_HOME` with what one lockfile names, taking from earlier downloads what they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fetch {
    /// The cargo command, program first; it runs with the environment and directory of the vertex. It travels as the
    /// agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of the directory with the project. Of its configuration the command sees only what cannot start a
    /// program.
    pub workspace: String,
    /// Absolute path of the `CARGO_HOME` that the command fills.
    pub cargo_home: String,
    /// Absolute path of the cache mount that keeps earlier downloads, if there is one; it may be empty and is shared by
    /// parallel builds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downloads: Option<String>,
    /// Absolute path of the lockfile that says which crates to take from the earlier downloads.
    pub lockfile: String,
    /// What becomes of the command's standard output, if it is not only for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Printed>,
    /// How to reach what not everybody may see.
    #[serde(default, skip_serializing_if = "Access::is_empty")]
    pub access: Access,
}

/// What a command prints, for somebody who reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Printed {
    /// Absolute path of the file that receives it, once the command succeeded.
    pub file: String,
    /// Whether people see it too.
    pub shown: bool,
}

/// Fills a `CARGO_HOME` with what a `cargo install` compiles, and compiles nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Download {
    /// The `cargo install` command, program first; it runs with the environment and directory of the vertex. It travels
    /// as the agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of the `CARGO_HOME` that the command fills.
    pub cargo_home: String,
    /// Credentials for the registry.
    #[serde(default, skip_serializing_if = "Access::is_empty")]
    pub access: Access,
}

/// Has cargo write a lockfile, with the network that this takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Lock {
    /// The cargo command, program first; it runs with the environment and directory of the vertex. It travels as the
    /// agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of the directory with the project. Of its configuration the command sees only what cannot start a
    /// program.
    pub workspace: String,
    /// Absolute path of the `CARGO_HOME` that the command uses.
    pub cargo_home: String,
    /// How to reach what not everybody may see.
    #[serde(default, skip_serializing_if = "Access::is_empty")]
    pub access: Access,
}

/// Unpacks what a `CARGO_HOME` holds packed, with modification times older than anything that is compiled from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Unpack {
    /// The cargo command, program first; it runs with the environment and directory of the vertex. It travels as the
    /// agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute paths of the directories that the command unpacks into.
    pub directories: Vec<String>,
}

/// Runs a command with the toolchain that the image was chosen for, whatever a file of the project says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Run {
    /// The command, program first; it runs with the environment and directory of the vertex. It travels as the agent's
    /// arguments.
    #[serde(skip)]
    pub command: Vec<String>,
}

/// Runs one cargo compile and looks after what cargo cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Compile {
    /// Which step this is, for the line that the step ends with.
    pub step: Step,
    /// The cargo command, program first. It asks for `--message-format=json-render-diagnostics` and travels as the
    /// agent's arguments.
    #[serde(skip)]
    pub command: Vec<String>,
    /// Absolute path of the target directory.
    pub target_dir: String,
    /// Where this compile has its dependencies from.
    #[serde(default, skip_serializing_if = "Dependencies::is_own")]
    pub dependencies: Dependencies,
    /// Names of the synthetic packages of the skeleton; everything they left in the target directory is removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stubs: Vec<String>,
    /// Sources that outlive no step, compiled in a target directory that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// Where the dependency step leaves what it compiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<Export>,
    /// Which binaries to hand out, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect: Option<Collect>,
    /// Secrets of the client's that must be there. Build scripts and procedural macros read them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    /// The program that links, where it is not the compiler's own choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linker: Option<Box<Linker>>,
    /// How many compilers run at once, at least 1. Without it the agent looks at processors and memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<u32>,
    /// Where compiled code is looked up before rustc runs, and stored after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sccache: Option<Sccache>,
}

/// Hands out the live artifacts of one dependency step. Its target directory may outlive the step and hold those of
/// others as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Export {
    /// Absolute path of the empty directory that receives them, laid out as a target directory.
    pub into: String,
    /// Absolute path of the skeleton that is compiled.
    pub skeleton: String,
    /// Directories and files below `skeleton`, relative to it, that hold the user's own files: vendored crates, path
    /// crates that external crates are patched with, and what Cargo's configuration names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<String>,
}

/// Where a compile has its dependencies from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Dependencies {
    /// It compiles them itself.
    #[default]
    Own,
    /// An earlier step compiled them into this very target directory.
    Given,
    /// An earlier step compiled them; the target directory only holds links to them.
    Linked {
        /// Absolute path of what that step left, laid out like the target directory. It is writable and nobody sees what is
        /// written.
        directory: String,
    },
}

impl Dependencies {
    /// True if the compile makes them itself.
    #[must_use]
    pub fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

/// A compile step of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The dependencies, against the skeleton.
    Deps,
    /// The real sources. Every dependency must be fresh here.
    Build,
}

/// Sources whose contents decide what is compiled, and not their times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Freshness {
    /// Absolute path of the source directory.
    pub directory: String,
    /// Absolute path of the ledger, kept with the target directory that it describes.
    pub ledger: String,
    /// Files of Cargo's configuration below `directory`, relative to it. They count as sources of every local crate,
    /// because they set variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<String>,
    /// Environment variables that count as sources of every local crate: a change of one makes everything new. Cargo
    /// itself sees what a crate reads with `env!`, but not what a procedural macro reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// Build scripts that run again when variables change, whatever they say of themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scripts: Option<Scripts>,
}

/// Build scripts whose answer depends on variables that they do not name to Cargo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scripts {
    /// Names of the local packages that have them.
    pub packages: Vec<String>,
    /// Names of the variables.
    pub variables: Vec<String>,
}

/// What leaves the last compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Collect {
    /// Names of the binaries, as cargo calls the targets.
    pub binaries: Vec<String>,
    /// Absolute path of the directory that receives `bin/<name>`, `report.json`, and a [`Needs`] as `needs.json`.
    pub into: String,
    /// How symbols are taken out of the binaries, as `symbols/<name>.debug`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbols: Option<Symbols>,
}

/// What the last compile did, as `report.json` beside the binaries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// Every unit that cargo named, in cargo's order.
    pub units: Vec<Unit>,
    /// Dependencies that the last compile should have found fresh and did not, in cargo's order. Always empty unless
    /// something is wrong with the dependency layer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebuilt: Vec<Rebuilt>,
    /// Source files that changed, came or went since the last compile in this target directory, sorted bytewise and
    /// relative to the source directory. Empty also where there was no such compile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

/// A dependency that was compiled again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rebuilt {
    /// Cargo's package id specification.
    pub package: String,
    /// Why, as far as it can be told: a lowercase fragment.
    pub reason: String,
}

/// One artifact that cargo made or found fresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unit {
    /// Cargo's package id specification.
    pub package: String,
    /// The target's name.
    pub target: String,
    /// True for a package of the user's own, false for one from a registry or a git repository.
    pub local: bool,
    /// True if cargo had nothing to do for it.
    pub fresh: bool,
}
