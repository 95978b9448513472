//! What is built in a round.

use std::fmt;

use anyhow::Result;
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
    /// A line was added to the binary's source.
    Edit,
    /// The package's version was raised.
    Version,
    /// One dependency was moved to another version.
    Lockfile,
}

impl Step {
    /// The steps of every round, in order.
    pub const ROUND: &[Self] = &[Self::Unchanged, Self::Edit, Self::Version];

    /// All steps, in the order of the tables.
    pub const ALL: &[Self] = &[Self::Cold, Self::Unchanged, Self::Edit, Self::Version, Self::Lockfile];

    /// Makes the step's change in a copy of the project.
    pub fn apply(self, project: &Project, subject: &Subject, turn: &Turn<'_>) -> Result<()> {
        match self {
            Self::Cold | Self::Unchanged => Ok(()),
            Self::Edit => change::edit(project, subject, turn.round),
            Self::Version => change::bump_version(project, subject, turn.round),
            Self::Lockfile => turn.bump.map_or(Ok(()), |of| change::bump_dependency(project, of)),
        }
    }

    /// What was done to the project, for a reader of the tables.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Cold => "first build, no cache",
            Self::Unchanged => "nothing changed",
            Self::Edit => "a line added to the binary's `main`",
            Self::Version => "the package's version raised",
            Self::Lockfile => "one dependency at another version",
        }
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
        out.pad(match self {
            Self::Cold => "cold",
            Self::Unchanged => "unchanged",
            Self::Edit => "edit",
            Self::Version => "version",
            Self::Lockfile => "lockfile",
        })
    }
}
