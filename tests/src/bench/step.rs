//! What is built in a round.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error, Result};
use serde::Serialize;

use super::change;
use super::subject::Subject;
use crate::project::Project;

/// One kind of build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The first build, from nothing.
    Cold,
    /// The same again.
    Unchanged,
    /// Every file got another modification time.
    Touch,
    /// The binary's own source was changed.
    Edit,
    /// The library was changed that most local packages stand on.
    Library,
    /// A module was added to the binary.
    Module,
    /// The package's version was raised.
    Version,
    /// A dependency was added that only tests have.
    DevDependency,
    /// One dependency was moved to another version.
    Lockfile,
    /// The same again, and everything that can be was exported to a registry.
    Export,
    /// An edit, on a builder that has nothing but what was exported.
    Fresh,
}

impl Step {
    /// All steps, in the order of the tables.
    pub const ALL: &[Self] = &[
        Self::Cold,
        Self::Unchanged,
        Self::Touch,
        Self::Edit,
        Self::Library,
        Self::Module,
        Self::Version,
        Self::DevDependency,
        Self::Lockfile,
        Self::Export,
        Self::Fresh,
    ];

    /// The steps of a benchmark that is not told which.
    pub const USUAL: &[Self] =
        &[Self::Cold, Self::Unchanged, Self::Edit, Self::Library, Self::Version, Self::Lockfile];

    /// The name of the step.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Unchanged => "unchanged",
            Self::Touch => "touch",
            Self::Edit => "edit",
            Self::Library => "library",
            Self::Module => "module",
            Self::Version => "version",
            Self::DevDependency => "dev-dependency",
            Self::Lockfile => "lockfile",
            Self::Export => "export",
            Self::Fresh => "fresh",
        }
    }

    /// What was done to the project, for a reader of the tables.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Cold => "first build, no cache",
            Self::Unchanged => "nothing changed",
            Self::Touch => "all files got another time, no other content",
            Self::Edit => "the binary's `main` changed",
            Self::Library => "the library changed that most local packages stand on",
            Self::Module => "a module added to the binary",
            Self::Version => "the package's version raised",
            Self::DevDependency => "a dev-dependency added",
            Self::Lockfile => "one dependency at another version",
            Self::Export => "nothing changed, the cache exported to a registry",
            Self::Fresh => "`main` changed, on a new builder that imports the cache",
        }
    }

    /// True for a step of every round. The others are done once: they have no cheap second time.
    #[must_use]
    pub fn is_of_round(self) -> bool {
        match self {
            Self::Unchanged | Self::Touch | Self::Edit | Self::Library | Self::Module | Self::Version => true,
            Self::Cold | Self::DevDependency | Self::Lockfile | Self::Export | Self::Fresh => false,
        }
    }

    /// True when the step means something for a project.
    #[must_use]
    pub fn is_for(self, subject: &Subject) -> bool {
        match self {
            Self::Library => subject.library.is_some(),
            Self::DevDependency => subject.has_strangers(),
            _ => true,
        }
    }

    /// Makes the step's change in a copy of the project.
    pub fn apply(self, project: &Project, subject: &Subject, turn: &Turn<'_>) -> Result<()> {
        match self {
            Self::Cold | Self::Unchanged | Self::Export => Ok(()),
            Self::Touch => change::touch(project),
            Self::Edit => change::edit(project, subject, turn.round),
            Self::Library => change::edit_library(project, subject, turn.round),
            Self::Module => change::add_module(project, subject, turn.round),
            Self::Version => change::bump_version(project, subject, turn.round),
            Self::DevDependency => change::add_dev_dependency(project, subject, turn.round),
            Self::Lockfile => turn.bump.map_or(Ok(()), |of| change::bump_dependency(project, of)),
            Self::Fresh => change::edit(project, subject, FRESH + turn.round),
        }
    }
}

/// No round has this number: what the new builder compiles was never compiled before.
const FRESH: u32 = 1000;

impl FromStr for Step {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().find(|step| step.name() == text).copied().with_context(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|step| step.name()).collect();
            format!("`{text}` is no step; there are {}", names.join(", "))
        })
    }
}

/// Which time it is that a step is done.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The round, from one.
    pub round: u32,
    /// The dependency to move, `NAME@VERSION`.
    pub bump: Option<&'a str>,
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}
