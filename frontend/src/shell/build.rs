//! What one build has learned so far, and what its steps share.

use buildkit_llb::Platform;
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};
use buildkit_proto::gateway::CacheOptionsEntry;

use super::environment::Environment;
use super::failure::{Failure, Files};
use super::replaced::Replaced;
use crate::config::{Config, Layers};
use crate::context::ContextSpec;
use crate::diagnostic::{Checked, Diagnostic};
use crate::lower::sources::Inputs;
use crate::options::{self, Options};
use crate::plan::target::Goal;
use crate::plan::{self, Planned};
use crate::project::{Package, Project};
use crate::tree::Tree;

/// What one build has learned so far and every later step needs.
pub(super) struct Build<'a> {
    pub(super) bridge: &'a Bridge,
    pub(super) environment: &'a Environment,
    pub(super) capabilities: Capabilities,
    pub(super) options: Options,
    pub(super) spec: ContextSpec,
    pub(super) inputs: Inputs,
    pub(super) excludes: Vec<String>,
    pub(super) tree: Tree,
    pub(super) files: Files,
    pub(super) warnings: Vec<Diagnostic>,
    /// The lockfile made for a project that has none.
    pub(super) generated_lockfile: Option<String>,
    /// The user's own, if Cargo has to bring it up to date; then it is not in the tree.
    pub(super) outdated_lockfile: Option<Vec<u8>>,
    /// What build contexts stand in for among the crates.
    pub(super) replaced: Option<Replaced>,
}

impl Build<'_> {
    /// Keeps the warnings of a stage and returns its value, or fails with its errors.
    pub(super) fn take<T>(&mut self, stage: Checked<T>) -> Result<T, Failure> {
        let files = &self.files;
        checked(stage, &mut self.warnings, || files.clone())
    }

    /// The platforms to build for: those asked for, each once, else the one that builds.
    pub(super) fn platforms(&self) -> Result<Vec<Platform>, Failure> {
        if self.options.platforms.is_empty() {
            return Ok(vec![self.builder()?]);
        }
        let mut platforms = Vec::new();
        for platform in &self.options.platforms {
            if !platforms.contains(platform) {
                platforms.push(platform.clone());
            }
        }
        Ok(platforms)
    }

    /// The platform that steps run on: the engine's own, unless the client wants another that the engine can run.
    pub(super) fn builder(&self) -> Result<Platform, Failure> {
        let able: Vec<Platform> = self.capabilities.platforms().iter().map(Platform::from).collect();
        options::builder(self.options.build_platform.as_ref(), &able)
            .map_err(|diagnostic| Failure::Findings { diagnostics: vec![diagnostic], files: Files::new() })
    }

    /// The plan for one platform, from what is known by now.
    pub(super) fn plan(
        &mut self,
        project: &Project,
        layers: &Layers,
        goal: &Goal,
        platform: &Platform,
    ) -> Result<Planned, Failure> {
        let builder = self.builder()?;
        let planned = plan::plan(
            project,
            plan::Request {
                options: &self.options,
                layers,
                goal,
                platform,
                builder: &builder,
                generated_lockfile: self.generated_lockfile.as_deref(),
                outdated_lockfile: self.outdated_lockfile.as_deref(),
                names: &self.tree,
            },
        );
        self.take(planned)
    }

    /// How every graph of this build is solved: with the caches that the client wants to be read.
    pub(super) fn solve_options(&self) -> SolveOptions {
        let imports = self.options.cache_imports.iter().map(|import| CacheOptionsEntry {
            r#type: import.kind.clone(),
            attrs: import.attributes.clone().into_iter().collect(),
        });
        SolveOptions { cache_imports: imports.collect(), evaluate: false }
    }
}

/// The package that would be built and its configuration, if that is decided.
pub(super) fn selected<'a>(
    project: &'a Project,
    layers: &Layers,
    goal: &Goal,
) -> Option<(&'a Package, Config)> {
    let packages = plan::subject::packages(project, layers, goal).ok()?.value.0;
    let config = plan::subject::config(project, layers, &packages).ok()?.value;
    let package = packages.into_iter().next()?;
    Some((package, config))
}

/// The value of a stage, whose warnings are kept, or its errors with the files that they point into.
pub(super) fn checked<T>(
    stage: Checked<T>,
    warnings: &mut Vec<Diagnostic>,
    files: impl FnOnce() -> Files,
) -> Result<T, Failure> {
    match stage {
        Ok(warned) => {
            warnings.extend(warned.warnings);
            Ok(warned.value)
        }
        Err(diagnostics) => Err(Failure::Findings { diagnostics, files: files() }),
    }
}
