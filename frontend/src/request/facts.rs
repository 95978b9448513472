//! What answers are made of.

use std::collections::BTreeMap;

use buildkit_llb::Definition;

use crate::config::{Config, Layers, Said};
use crate::diagnostic::Diagnostic;
use crate::engine::Abilities;
use crate::name::RelPath;
use crate::options::Options;
use crate::plan::BuildPlan;
use crate::project::{Package, Project};
use crate::tree::Tree;

/// Everything that is known of a project without building it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The project.
    pub project: &'a Project,
    /// The homes of the configuration.
    pub layers: &'a Layers,
    /// The package that would be built, with its configuration; nothing if the choice is open.
    pub selected: Option<(&'a Package, &'a Config)>,
    /// The plan; nothing if there is none yet, because the choice is open or a lockfile is missing.
    pub plan: Option<&'a BuildPlan>,
    /// The graph, where the question needs it.
    pub graph: Option<&'a Definition>,
    /// What was said in all homes of the configuration, where the question needs the plan.
    pub said: &'a [Said],
    /// What the user should know besides.
    pub warnings: &'a [Diagnostic],
    /// What the engine can do.
    pub abilities: Abilities,
    /// The options.
    pub options: &'a Options,
    /// The names of the context's files.
    pub tree: &'a Tree,
    /// The files that were read.
    pub files: &'a BTreeMap<RelPath, Vec<u8>>,
}
