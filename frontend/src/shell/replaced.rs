//! Puts crates that build contexts stand in for into the project.

use buildkit_llb::Output;
use buildkit_proto::client::{Bridge, Capabilities};

use super::failure::Failure;
use super::files;
use crate::context::{self, ContextSpec, ReplacedCrate};
use crate::diagnostic::Diagnostic;
use crate::ignore::IgnoreFile;
use crate::lower::sources::{self, Inputs};
use crate::name::RelPath;
use crate::project::Project;
use crate::tree::Tree;

/// What was put into the project.
#[derive(Debug)]
pub(super) struct Replaced {
    crates: Vec<ReplacedCrate>,
    manifest: String,
}

/// Lays the crates into `tree`, with a root manifest that patches them in; nothing if no build context is named like a crate.
pub(super) async fn graft(
    bridge: &Bridge,
    capabilities: &Capabilities,
    spec: &ContextSpec,
    inputs: &Inputs,
    tree: &mut Tree,
    project: &Project,
) -> Result<Option<Replaced>, Failure> {
    let Some(lockfile) = &project.lockfile else { return Ok(None) };
    let crates = spec.named.crates(lockfile);
    if crates.is_empty() {
        return Ok(None);
    }
    let no_ignore_file = IgnoreFile::default();
    for replaced in &crates {
        let spec = ContextSpec { source: replaced.source.clone(), subdirectory: None, ..spec.clone() };
        let (files, _) =
            files::read(bridge, capabilities, &spec, inputs, &no_ignore_file).await.map_err(|failure| {
                match failure {
                    Failure::Findings { mut diagnostics, files } => {
                        diagnostics.insert(
                            0,
                            Diagnostic::error(format!(
                                "the build context `{}` cannot stand in for the crate of that name",
                                replaced.name
                            )),
                        );
                        Failure::Findings { diagnostics, files }
                    }
                    other => other,
                }
            })?;
        tree.graft(&replaced.directory(), files);
    }
    let manifest = context::patch(&project.workspace.text, &crates)
        .map_err(|error| Failure::Internal(format!("failed to patch Cargo.toml: {error}")))?;
    tree.insert_file(RelPath::new("Cargo.toml").unwrap_or_default(), manifest.clone().into_bytes());
    Ok(Some(Replaced { crates, manifest }))
}

impl Replaced {
    /// The context with what was put into it.
    pub(super) fn lay_over(&self, context: Output, inputs: &Inputs) -> Output {
        sources::with_crates(
            context,
            &self.crates,
            &self.manifest,
            inputs,
            &IgnoreFile::default().patterns_with_debris(),
        )
    }
}
