//! Every way in which the agent itself can fail.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the agent, not of cargo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Nobody gave a job.
    #[error("expected a job as JSON in the variable `{}`", supercargo_report::JOB)]
    NoJob,
    /// The variable is not a job.
    #[error("the job is not one this agent knows: {0}")]
    Job(#[source] serde_json::Error),
    /// The arguments name no program to run.
    #[error("expected a command to run as arguments")]
    EmptyCommand,
    /// The program does not start.
    #[error("cannot run `{program}`: {source}; the builder image needs it on its PATH")]
    Spawn {
        /// As the job names it.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A signal handler or a pipe could not be set up.
    #[error("cannot {action}: {source}")]
    System {
        /// Completes "cannot …".
        action: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be read, written or removed.
    #[error("cannot {action} `{}`: {source}", path.display())]
    File {
        /// Completes "cannot …".
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something of ours could not be put into JSON.
    #[error("cannot write `{}` as JSON: {source}", path.display())]
    Json {
        /// The file it was for.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// A package whose files the image is to get is not installed here.
    #[error(
        "the toolchain image has no package `{package}` that dpkg knows of; packages are taken from a toolchain image of \
         Debian or one of its relatives only"
    )]
    NotInBuilder {
        /// Its name.
        package: String,
    },
    /// Something of the toolchain is missing and nothing can install it.
    #[error(
        "the toolchain image has no {missing}, and no `rustup` on its PATH to install it; name an image that has it \
         with `toolchain.image`, or add it to that image{how}"
    )]
    NoRustup {
        /// What is missing, in words.
        missing: String,
        /// How distributions call it, as the end of a sentence; may be empty.
        how: String,
    },
    /// The image has an opinion of its own about the toolchain.
    #[error(
        "the toolchain image sets `RUSTUP_TOOLCHAIN={set}`, which goes before the channel `{channel}`; take the variable \
         out of the image, or the channel out of the configuration"
    )]
    ToolchainSet {
        /// The variable's value.
        set: String,
        /// The channel asked for.
        channel: String,
    },
    /// The image has no package manager that is known.
    #[error(
        "cannot install {}: the image is {system}, and packages are installed with `apt-get` on Debian and its relatives \
         and with `apk` on Alpine; use an image of those, or one that has them already and `packages = []`",
        quoted(packages)
    )]
    NoPackageManager {
        /// What the image says it is.
        system: String,
        /// What was to be installed.
        packages: Vec<String>,
    },
    /// There is no sccache program.
    #[error(
        "there is no program `sccache` on the PATH of the toolchain image; name an image that has it with \
         `toolchain.image`, or go without it by `--build-arg CACHE_SCCACHE=false`"
    )]
    NoSccache,
    /// The program does not run here.
    #[error("`{}` does not run in the toolchain image: {reason}; a statically linked one does", path.display())]
    SccacheProgram {
        /// The program.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The program knows nothing of the storage that was asked for.
    #[error(
        "`{}` of the toolchain image was built without the backend that `cache.sccache` names, as Debian's package is; \
         a release of the sccache project has all of them",
        path.display()
    )]
    SccacheBackend {
        /// The program.
        path: PathBuf,
    },
    /// The server does not come up.
    #[error("the sccache server does not start: {reason}")]
    SccacheServer {
        /// What it said.
        reason: String,
    },
    /// A secret that a step needs was not passed.
    #[error(
        "the secret `{id}` was not passed to the build; add `--secret id={id},src=FILE`, where FILE has lines \
         `NAME=VALUE` with any of {}",
        quoted(variables)
    )]
    NoSecret {
        /// Its id.
        id: String,
        /// The variables that it may set.
        variables: Vec<String>,
    },
    /// A line of a secret is none that may be there.
    #[error("line {line} of the secret `{id}` {}; it may set {}", what_it_does(name.as_deref()), quoted(variables))]
    SecretLine {
        /// The secret's id.
        id: String,
        /// Which line, 1-based.
        line: usize,
        /// The variable that it sets, if it sets one.
        name: Option<String>,
        /// The variables that it may set.
        variables: Vec<String>,
    },
    /// A secret that the configuration wants was not passed.
    #[error(
        "the secret `{id}` of `build.secrets` was not passed to the build; add `--secret id={id},src=FILE` or \
         `--secret id={id},env=VARIABLE`"
    )]
    NoBuildSecret {
        /// Its id.
        id: String,
    },
    /// A secret or a file of certificates holds what cannot be used.
    #[error("the secret `{id}` {reason}")]
    BadSecret {
        /// Its id, or the path of the file.
        id: String,
        /// Completes the sentence; never a part of the secret.
        reason: &'static str,
    },
    /// A token would go through the network as it is.
    #[error(
        "the token in the secret `{id}` is not sent to `http://{host}`, because plain http shows it to everybody on the way; \
         use an `https://` URL for the repository"
    )]
    PlainHttp {
        /// The secret's id.
        id: String,
        /// The host that asks for it.
        host: String,
    },
    /// The linker that was asked for is not there.
    #[error("the toolchain image has no linker `{program}`, which `build.linker` names; {}", how_to_link(package.as_deref()))]
    NoLinker {
        /// Its name or its path.
        program: String,
        /// The package that has it, if one is known.
        package: Option<String>,
    },
    /// Nothing can take the symbols out of a binary.
    #[error(
        "the toolchain image has none of {}, of which one takes the symbols out of a binary; add \
         `build.packages = [\"...\", \"binutils\"]`, or go without by `--build-arg BUILD_SYMBOLS=keep`",
        quoted(tools)
    )]
    NoObjcopy {
        /// The programs that would do.
        tools: Vec<String>,
    },
    /// The program that takes symbols out failed.
    #[error("`{program}` cannot take the symbols out of a binary: {reason}")]
    Objcopy {
        /// The program.
        program: String,
        /// What it said.
        reason: String,
    },
    /// Cargo built no binary of that name.
    #[error("cargo built no binary `{wanted}`; it built {}", built_list(built))]
    MissingBinary {
        /// The name asked for.
        wanted: String,
        /// The names that there are.
        built: Vec<String>,
    },
    /// Something else is where Cargo puts a binary.
    #[error(
        "`{}` {reason}, so it is not the binary that cargo linked; look for a build script, a procedural macro or a linker \
         wrapper that writes to the target directory",
        path.display()
    )]
    NotABinary {
        /// Where it is.
        path: PathBuf,
        /// Completes the sentence.
        reason: &'static str,
    },
}

impl Error {
    /// For `map_err` on an operation that completes "cannot `action` `path`".
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { action, path: path.to_owned(), source }
    }
}

fn how_to_link(package: Option<&str>) -> String {
    match package {
        Some(package) => format!("add `build.packages = [\"...\", \"{package}\"]`"),
        None => "take a toolchain image that has it: `toolchain.image`".to_owned(),
    }
}

fn built_list(built: &[String]) -> String {
    if built.is_empty() {
        return "no binary at all".to_owned();
    }
    quoted(built)
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn what_it_does(name: Option<&str>) -> String {
    name.map_or_else(|| "is not `NAME=VALUE`".to_owned(), |name| format!("sets `{name}`"))
}
