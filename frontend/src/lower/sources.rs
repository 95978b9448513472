//! The user's files as vertices: the context, the definition file, and what planning reads of them.
//!
//! Each local source has a hint of its own. Two sources that share a hint but not a filter throw each other's files
//! out of the engine's copy and send everything again at every build.

use std::collections::BTreeMap;

use buildkit_llb::file::{Copy, FileOp};
use buildkit_llb::source::{Differ, Git, Http, Local};
use buildkit_llb::{Definition, Output};

use crate::context::{ContextSource, ContextSpec, DefinitionSource};

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
pub fn definition(spec: &ContextSpec, inputs: &Inputs) -> Output {
    match &spec.definition {
        DefinitionSource::Local { name, session } => Local::new(name)
            .session(session)
            .follow_paths([spec.filename.clone(), ignore_file(spec), "dockerfile".to_owned()])
            .shared_key_hint("supercargo:definition")
            .differ(Differ::None)
            .name(format!("[internal] load build definition from {}", spec.filename))
            .output(),
        DefinitionSource::Input { name } => input(inputs, name),
        DefinitionSource::Context => context(spec, inputs, &[]),
    }
}

/// The name of the ignore file that stands beside the definition file and goes before the context's own.
#[must_use]
pub fn ignore_file(spec: &ContextSpec) -> String {
    format!("{}.dockerignore", spec.filename)
}

/// The context's own ignore file; only a local context has one that counts.
#[must_use]
pub fn ignore(spec: &ContextSpec) -> Option<Output> {
    let ContextSource::Local { name, session } = &spec.source else { return None };
    let source = Local::new(name)
        .session(session)
        .follow_paths([".dockerignore"])
        .shared_key_hint("supercargo:ignore")
        .differ(Differ::None)
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
pub fn named_files(spec: &ContextSpec, excludes: &[String], paths: &[String]) -> Option<Output> {
    let ContextSource::Local { name, session } = &spec.source else { return None };
    let source = Local::new(name)
        .session(session)
        .exclude_patterns(excludes)
        .follow_paths(paths)
        .shared_key_hint("supercargo:files")
        .differ(Differ::None)
        .name("[internal] load configuration");
    Some(source.output())
}

/// The whole context, without what is ignored.
pub fn context(spec: &ContextSpec, inputs: &Inputs, excludes: &[String]) -> Output {
    let whole = match &spec.source {
        ContextSource::Local { name, session } => Local::new(name)
            .session(session)
            .exclude_patterns(excludes)
            .shared_key_hint("supercargo:context")
            .name("[internal] load build context")
            .output(),
        ContextSource::Git { remote, reference, subdirectory } => {
            let mut source = Git::new(remote)
                .auth_token_secret("GIT_AUTH_TOKEN")
                .auth_header_secret("GIT_AUTH_HEADER")
                .name(format!("[internal] load git source {remote}"));
            if let Some(reference) = reference {
                source = source.reference(reference);
            }
            if let Some(directory) = subdirectory {
                source = source.subdir(directory);
            }
            source.output()
        }
        ContextSource::Http { url } => {
            let archive =
                Http::new(url).filename("context").name("[internal] load remote build context").output();
            FileOp::on_scratch()
                .copy(Copy::new(archive, "/context", "/").unpack())
                .name("[internal] unpack remote build context")
                .output()
        }
        ContextSource::Input { name } => input(inputs, name),
    };
    match &spec.subdirectory {
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
