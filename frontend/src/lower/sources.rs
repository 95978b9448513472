//! The user's files as vertices: the context, the definition file, and what planning reads of them.
//!
//! Each local source has a hint of its own. Two sources that share a hint but not a filter throw each other's files
//! out of the engine's copy and send everything again at every build.

use std::collections::BTreeMap;

use buildkit_llb::file::{Copy, FileOp, MkFile};
use buildkit_llb::source::{Differ, Git, Http, Local};
use buildkit_llb::{Definition, Output};

use crate::context::{ContextSource, ContextSpec, DefinitionSource, GitAddress, ReplacedCrate};
use crate::engine::Abilities;

/// Files that planning reads, wherever they are in the context. They come along with the listing.
const MANIFESTS: [&str; 8] = [
    "**/Cargo.toml",
    "Cargo.lock",
    ".cargo/config",
    ".cargo/config.toml",
    "**/.cargo/config",
    "**/.cargo/config.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
];

/// Definitions that the client handed over, by name.
pub type Inputs = BTreeMap<String, Definition>;

/// The definition file and the ignore file that may stand beside it.
///
/// Small files are always sent anew, because an edit may keep size and time.
pub fn definition(spec: &ContextSpec, inputs: &Inputs, abilities: Abilities) -> Output {
    match &spec.definition {
        DefinitionSource::Local { name, session } => resent(Local::new(name), abilities)
            .session(session)
            .follow_paths([spec.filename.clone(), ignore_file(spec), "dockerfile".to_owned()])
            .shared_key_hint("supercargo:definition")
            .name(format!("[internal] load build definition from {}", spec.filename))
            .output(),
        DefinitionSource::Input { name } => input(inputs, name),
        DefinitionSource::Context { source, subdirectory } => {
            directory_of(files(source, inputs, &[], MAIN), subdirectory.as_deref())
        }
    }
}

/// The name of the ignore file that stands beside the definition file and goes before the context's own.
#[must_use]
pub fn ignore_file(spec: &ContextSpec) -> String {
    format!("{}.dockerignore", spec.filename)
}

/// The context's own ignore file; only a local context has one that counts.
#[must_use]
pub fn ignore(spec: &ContextSpec, abilities: Abilities) -> Option<Output> {
    let ContextSource::Local { name, session } = &spec.source else { return None };
    let source = resent(Local::new(name), abilities)
        .session(session)
        .follow_paths([".dockerignore"])
        .shared_key_hint("supercargo:ignore")
        .name("[internal] load .dockerignore");
    Some(source.output())
}

/// The listing of a local context, with the contents of manifests, for engines that can send names without contents.
#[must_use]
pub fn listing(spec: &ContextSpec, excludes: &[String]) -> Option<Output> {
    let ContextSource::Local { name, session } = &spec.source else { return None };
    let source = Local::new(name)
        .session(session)
        .exclude_patterns(excludes)
        .shared_key_hint("supercargo:listing")
        .metadata_only_except(MANIFESTS)
        .name("[internal] load manifests");
    Some(source.output())
}

/// A few more files of a local context, named one by one.
#[must_use]
pub fn named_files(
    spec: &ContextSpec,
    excludes: &[String],
    paths: &[String],
    abilities: Abilities,
) -> Option<Output> {
    let ContextSource::Local { name, session } = &spec.source else { return None };
    let source = resent(Local::new(name), abilities)
        .session(session)
        .exclude_patterns(excludes)
        .follow_paths(paths)
        .shared_key_hint("supercargo:files")
        .name("[internal] load configuration");
    Some(source.output())
}

/// A source whose files are sent again although size and time are those of the last transfer, where the engine can.
fn resent(source: Local, abilities: Abilities) -> Local {
    if abilities.resend { source.differ(Differ::None) } else { source }
}

/// The whole context, without what is ignored.
pub fn context(spec: &ContextSpec, inputs: &Inputs, excludes: &[String]) -> Output {
    directory_of(files(&spec.source, inputs, excludes, MAIN), spec.subdirectory.as_deref())
}

/// A file system with the `.git` of the context, whatever the ignore file says of it. A context that comes without one
/// gives an empty file system, and an archive has none to give.
#[must_use]
pub fn repository(spec: &ContextSpec) -> Option<Output> {
    match &spec.source {
        ContextSource::Local { name, session } => {
            let source = Local::new(name)
                .session(session)
                .include_patterns([".git"])
                .shared_key_hint("supercargo:git")
                .name("[internal] load .git");
            Some(source.output())
        }
        ContextSource::Git(address) => {
            let kept = GitAddress { keep_git_dir: true, ..address.clone() };
            Some(checkout(&kept, format!("[internal] load git source {} with .git", address.remote)))
        }
        ContextSource::Http { .. } | ContextSource::Input { .. } => None,
    }
}

/// `context` with the crates that build contexts stand in for, and with the root manifest that says so.
pub fn with_crates(
    context: Output,
    crates: &[ReplacedCrate],
    manifest: &str,
    inputs: &Inputs,
    excludes: &[String],
) -> Output {
    let whole = FileOp::on_scratch().copy(Copy::new(context, "/", "/").contents_only());
    let grafted = crates.iter().fold(whole, |operation, replaced| {
        let files = named(&replaced.source, inputs, excludes, &replaced.name);
        let directory = format!("/{}", replaced.directory());
        operation.copy(Copy::new(files, "/", &directory).contents_only().create_dest_path())
    });
    let names: Vec<&str> = crates.iter().map(|replaced| replaced.name.as_str()).collect();
    grafted
        .mkfile(MkFile::new("/Cargo.toml", manifest).timestamp(0))
        .name(format!("[internal] replace {}", names.join(", ")))
        .output()
}

/// The ignore file of a directory that stands in for an image; only what comes from the client has one that counts.
#[must_use]
pub fn named_ignore(source: &ContextSource, name: &str, abilities: Abilities) -> Option<Output> {
    let ContextSource::Local { name: local, session } = source else { return None };
    let source = resent(Local::new(local), abilities)
        .session(session)
        .follow_paths([".dockerignore"])
        .shared_key_hint(format!("supercargo:ignore:{name}"))
        .name(format!("[context {name}] load .dockerignore"));
    Some(source.output())
}

/// Files that stand in for an image.
pub fn named(source: &ContextSource, inputs: &Inputs, excludes: &[String], name: &str) -> Output {
    files(source, inputs, excludes, name)
}

/// Files as a root file system that steps run on.
///
/// A step is keyed by where its root came from, which for the client's files is a session; a copy is keyed by what was
/// copied.
pub fn named_root(source: &ContextSource, inputs: &Inputs, excludes: &[String], name: &str) -> Output {
    let files = named(source, inputs, excludes, name);
    if !matches!(source, ContextSource::Local { .. }) {
        return files;
    }
    FileOp::on_scratch()
        .copy(Copy::new(files, "/", "/").contents_only())
        .name(format!("[context {name}] copy"))
        .output()
}

/// What [`files`] calls the build context; no name of a replacement has a space.
const MAIN: &str = "build context";

/// Files from anywhere. `what` is [`MAIN`] or the name of one that stands in for an image; it is part of what
/// keeps the client's directories apart.
fn files(source: &ContextSource, inputs: &Inputs, excludes: &[String], what: &str) -> Output {
    let is_main = what == MAIN;
    let group = if is_main { "internal".to_owned() } else { format!("context {what}") };
    let title = |action: &str| format!("[{group}] {action}");
    match source {
        ContextSource::Local { name, session } => Local::new(name)
            .session(session)
            .exclude_patterns(excludes)
            .shared_key_hint(if is_main {
                "supercargo:context".to_owned()
            } else {
                format!("supercargo:context:{what}")
            })
            .name(if is_main { title("load build context") } else { title("load from client") })
            .output(),
        ContextSource::Git(address) => {
            checkout(address, title(&format!("load git source {}", address.remote)))
        }
        ContextSource::Http { url } => {
            let archive =
                Http::new(url).filename("context").name(title("load remote build context")).output();
            FileOp::on_scratch()
                .copy(Copy::new(archive, "/context", "/").unpack())
                .name(title("unpack remote build context"))
                .output()
        }
        ContextSource::Input { name } => input(inputs, name),
    }
}

fn checkout(address: &GitAddress, name: String) -> Output {
    let mut source = Git::new(&address.remote)
        .auth_token_secret("GIT_AUTH_TOKEN")
        .auth_header_secret("GIT_AUTH_HEADER")
        .name(name);
    if let Some(reference) = &address.reference {
        source = source.reference(reference);
    }
    if let Some(directory) = &address.subdirectory {
        source = source.subdir(directory);
    }
    if let Some(commit) = &address.commit {
        source = source.checksum(commit);
    }
    if address.keep_git_dir {
        source = source.keep_git_dir();
    }
    if address.skip_submodules {
        source = source.skip_submodules();
    }
    source.output()
}

/// A directory as a root of its own.
fn directory_of(whole: Output, directory: Option<&str>) -> Output {
    match directory {
        Some(directory) => FileOp::on_scratch()
            .copy(Copy::new(whole, format!("/{directory}"), "/").contents_only().create_dest_path())
            .name(format!("[internal] take {directory} of the build context"))
            .output(),
        None => whole,
    }
}

/// What the client handed over under `name`; nothing if it did not, which planning then reports as an empty context.
fn input(inputs: &Inputs, name: &str) -> Output {
    inputs.get(name).map_or_else(Output::scratch, Definition::to_output)
}
