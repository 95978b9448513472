//! Reads the names of all files of the context and the contents of those that planning asks for.

use std::collections::BTreeSet;

use buildkit_llb::Definition;
use buildkit_proto::cap;
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};
use buildkit_proto::fsutil::Stat;
use prost::Message as _;
use tokio::task::JoinSet;
use tonic::{Code, Status};

use super::failure::Failure;
use super::graph::marshal;
use crate::context::ContextSpec;
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::discover::{self, Step};
use crate::engine::Abilities;
use crate::ignore::IgnoreFile;
use crate::lower::sources::{self, Inputs};
use crate::name::RelPath;
use crate::tree::{Entry, Tree};

/// The file in which an engine lists what it did not transfer: records of a little-endian `u32` length and a `Stat`.
const LISTING: &str = ".fsutil-metadata";

/// Bits of Go's `os.FileMode`, which is what a `Stat` carries.
const MODE_DIRECTORY: u32 = 1 << 31;
const MODE_SYMLINK: u32 = 1 << 27;

/// How many more times planning may ask for files. Each round reads what the one before it revealed, so the depth of
/// nested manifests bounds it; a project that goes on for longer is not one.
const ROUNDS: usize = 64;

/// Where contents are read from.
struct Source<'a> {
    bridge: &'a Bridge,
    capabilities: &'a Capabilities,
    spec: &'a ContextSpec,
    excludes: &'a [String],
    reference: Option<String>,
    is_listing: bool,
}

/// Reads until planning has all it needs.
pub(super) async fn read(
    bridge: &Bridge,
    capabilities: &Capabilities,
    spec: &ContextSpec,
    inputs: &Inputs,
    ignore_file: &IgnoreFile,
) -> Result<(Tree, Vec<Diagnostic>), Failure> {
    let excludes = &ignore_file.patterns_with_debris();
    let listing = sources::listing(spec, excludes)
        .filter(|_| capabilities.has_llb(cap::SOURCE_LOCAL_METADATA_TRANSFER));
    let is_listing = listing.is_some();
    let output = listing.unwrap_or_else(|| sources::context(spec, inputs, excludes));
    let reference = bridge.solve(marshal(&output, capabilities)?.to_pb(), SolveOptions::default()).await?;
    let source = Source { bridge, capabilities, spec, excludes, reference, is_listing };
    let mut tree = match (&source.reference, is_listing) {
        (None, _) => Tree::default(),
        (Some(reference), true) => listed(&bridge.read_file(reference, LISTING).await.map_err(not_sent)?)?,
        (Some(reference), false) => walked(bridge, reference).await.map_err(not_sent)?,
    };
    tree.set_ignore_file(ignore_file.clone());
    let mut warnings = Findings::default();
    for _ in 0..ROUNDS {
        let step = match discover::step(&tree) {
            Ok(warned) => {
                warned.warnings.into_iter().for_each(|warning| warnings.push(warning));
                warned.value
            }
            Err(diagnostics) => return Err(Failure::Findings { diagnostics, files: contents(&tree) }),
        };
        match step {
            Step::Done => {
                let warnings = warnings.finish(()).map(|warned| warned.warnings).unwrap_or_default();
                return Ok((
                    tree,
                    warnings.into_iter().filter(|one| one.severity == Severity::Warning).collect(),
                ));
            }
            Step::Need(paths) => source.fill(&mut tree, paths).await?,
        }
    }
    Err(Failure::Internal("the manifests of the project lead on without end".to_owned()))
}

/// The contents read so far, to show lines of.
pub(super) fn contents(tree: &Tree) -> super::failure::Files {
    tree.all_contents().map(|(path, contents)| (path.clone(), contents.to_vec())).collect()
}

impl Source<'_> {
    async fn fill(&self, tree: &mut Tree, paths: BTreeSet<RelPath>) -> Result<(), Failure> {
        let Some(reference) = &self.reference else {
            return Err(Failure::Internal("asked for files of an empty context".to_owned()));
        };
        let mut reads = JoinSet::new();
        for path in paths {
            let (bridge, reference) = (self.bridge.clone(), reference.clone());
            let real = tree.resolve(&path).unwrap_or_else(|| path.clone());
            reads.spawn(async move {
                let contents = bridge.read_file(&reference, real.as_str()).await;
                (path, contents)
            });
        }
        let mut missing = Vec::new();
        while let Some(joined) = reads.join_next().await {
            let (path, contents) =
                joined.map_err(|error| Failure::Internal(format!("failed to read a file: {error}")))?;
            match contents {
                Ok(contents) => tree.insert_contents(path, contents),
                // A listing has the contents of manifests only; what else is asked for is fetched by name.
                Err(status) if self.is_listing && status.code() != Code::Cancelled => missing.push(path),
                Err(status) => return Err(status.into()),
            }
        }
        if missing.is_empty() { Ok(()) } else { self.fill_by_name(tree, missing).await }
    }

    async fn fill_by_name(&self, tree: &mut Tree, mut paths: Vec<RelPath>) -> Result<(), Failure> {
        paths.sort();
        let names: Vec<String> = paths.iter().map(|path| path.as_str().to_owned()).collect();
        let abilities = Abilities::of(|id| self.capabilities.has_llb(id));
        let Some(output) = sources::named_files(self.spec, self.excludes, &names, abilities) else {
            return Ok(());
        };
        let reference =
            self.bridge.solve(marshal(&output, self.capabilities)?.to_pb(), SolveOptions::default()).await?;
        let reference = reference.unwrap_or_default();
        for path in paths {
            let contents = self.bridge.read_file(&reference, path.as_str()).await?;
            tree.insert_contents(path, contents);
        }
        Ok(())
    }
}

/// A few more files, wherever the context is.
pub(super) async fn named(
    bridge: &Bridge,
    capabilities: &Capabilities,
    spec: &ContextSpec,
    inputs: &Inputs,
    excludes: &[String],
    paths: BTreeSet<RelPath>,
) -> Result<super::failure::Files, Failure> {
    let names: Vec<String> = paths.iter().map(|path| path.as_str().to_owned()).collect();
    let abilities = Abilities::of(|id| capabilities.has_llb(id));
    let output = sources::named_files(spec, excludes, &names, abilities)
        .unwrap_or_else(|| sources::context(spec, inputs, excludes));
    let reference = bridge.solve(marshal(&output, capabilities)?.to_pb(), SolveOptions::default()).await?;
    let reference = reference.unwrap_or_default();
    let mut files = super::failure::Files::new();
    for path in paths {
        let contents = bridge.read_file(&reference, path.as_str()).await?;
        files.insert(path, contents);
    }
    Ok(files)
}

/// Names of one directory of a result.
pub(super) async fn names(bridge: &Bridge, reference: &str, directory: &str) -> Result<Vec<String>, Status> {
    let path = if directory.is_empty() { "/" } else { directory };
    match bridge.read_dir(reference, path).await {
        Ok(entries) => Ok(entries.into_iter().map(|entry| entry.path).collect()),
        // Engines report a directory that is not there with different codes but the same words.
        Err(status) if status.message().contains("no such file or directory") => Ok(Vec::new()),
        Err(status) => Err(status),
    }
}

/// Says what a client that cannot send the context means, or an engine that cannot read it twice.
pub(super) fn not_sent(status: Status) -> Failure {
    if status.message().contains("no http response from session") {
        return Failure::Findings {
            diagnostics: vec![
                Diagnostic::error(
                    "this engine cannot hand an archive on standard input over to a frontend of one's own",
                )
                .hint("Docker 27.5 (BuildKit 0.18) and later can; here, unpack it and give the folder."),
            ],
            files: super::failure::Files::new(),
        };
    }
    // Old engines pass the name on, and it is this program that cannot read it.
    if !["invalid UTF-8", "data is not UTF-8"].iter().any(|words| status.message().contains(words)) {
        return status.into();
    }
    Failure::Findings {
        diagnostics: vec![
            Diagnostic::error(
                "the build context has a file whose name is not valid UTF-8, which BuildKit cannot send",
            )
            .hint("Find it with `find . | grep --text --invert-match --line-regexp '.*'`.")
            .hint("Rename it, or leave it out with a pattern in .dockerignore."),
        ],
        files: super::failure::Files::new(),
    }
}

/// Reads an engine's listing.
fn listed(mut bytes: &[u8]) -> Result<Tree, Failure> {
    let broken = || Failure::Internal("the engine's listing of the build context is damaged".to_owned());
    let mut tree = Tree::default();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(broken)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| broken())?;
        let (record, rest) = rest.split_at_checked(length).ok_or_else(broken)?;
        add(&mut tree, "", &Stat::decode(record).map_err(|_| broken())?);
        bytes = rest;
    }
    Ok(tree)
}

/// Lists a result directory by directory.
async fn walked(bridge: &Bridge, reference: &str) -> Result<Tree, Status> {
    let mut tree = Tree::default();
    let mut directories = vec![String::new()];
    while let Some(directory) = directories.pop() {
        let path = if directory.is_empty() { "/" } else { directory.as_str() };
        for stat in bridge.read_dir(reference, path).await? {
            let name =
                if directory.is_empty() { stat.path.clone() } else { format!("{directory}/{}", stat.path) };
            // Version control and build output are never part of a project and can be huge.
            let is_debris = matches!(stat.path.as_str(), ".git" | "node_modules") || name == "target";
            if stat.mode & MODE_DIRECTORY != 0 && !is_debris {
                directories.push(name);
            }
            add(&mut tree, &directory, &stat);
        }
    }
    Ok(tree)
}

/// Adds one name. A name that is no path of a context is left out, as Cargo leaves out what it cannot read.
fn add(tree: &mut Tree, directory: &str, stat: &Stat) {
    let Ok(path) =
        RelPath::new(directory).and_then(|directory| directory.join(stat.path.trim_start_matches('/')))
    else {
        return;
    };
    if path.is_root() {
        return;
    }
    let entry = if stat.mode & MODE_SYMLINK != 0 {
        Entry::Symlink { target: stat.linkname.clone() }
    } else if stat.mode & MODE_DIRECTORY != 0 {
        Entry::Directory
    } else {
        Entry::File { size: u64::try_from(stat.size).unwrap_or(0) }
    };
    tree.insert(path, entry);
}

/// Decodes the definitions that the client handed over.
pub(super) async fn inputs(bridge: &Bridge, capabilities: &Capabilities) -> Result<Inputs, Failure> {
    if !capabilities.has_gateway(cap::gateway::FRONTEND_INPUTS) {
        return Ok(Inputs::new());
    }
    let definitions = bridge.inputs().await?;
    let decoded = definitions.into_iter().map(|(name, definition)| {
        let definition = Definition::from_pb(definition)
            .map_err(|error| Failure::Internal(format!("failed to read the input `{name}`: {error}")))?;
        Ok((name, definition))
    });
    decoded.collect()
}

#[cfg(test)]
mod tests {
    use buildkit_proto::fsutil::Stat;
    use prost::Message as _;

    use super::{MODE_DIRECTORY, MODE_SYMLINK, listed};
    use crate::name::RelPath;

    fn record(stat: &Stat) -> Vec<u8> {
        let bytes = stat.encode_to_vec();
        [&u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes.as_slice()].concat()
    }

    #[test]
    fn a_listing_is_read() {
        let stat = |path: &str, mode: u32, link: &str| {
            record(&Stat {
                path: path.to_owned(),
                mode,
                linkname: link.to_owned(),
                size: 3,
                ..Stat::default()
            })
        };
        let bytes =
            [stat("src", MODE_DIRECTORY, ""), stat("src/main.rs", 0o644, ""), stat("l", MODE_SYMLINK, "src")];
        let tree = listed(&bytes.concat()).unwrap();
        assert!(tree.is_file(&RelPath::new("l/main.rs").unwrap()));
    }

    #[test]
    fn a_damaged_listing_is_an_error() {
        let whole = record(&Stat { path: "src/main.rs".to_owned(), ..Stat::default() });
        for length in 1..whole.len() {
            assert!(listed(&whole[..length]).is_err(), "{length} bytes");
        }
        assert!(listed(&[255, 255, 255, 255, 1]).is_err());
    }
}
