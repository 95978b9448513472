//! What can be wrong with a graph.

use std::fmt;

/// A graph that BuildKit would refuse, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InvalidGraph {
    problems: Vec<Problem>,
}

impl InvalidGraph {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// Every problem, inputs before their users.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for InvalidGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("marshal the graph")?;
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{} {problem}", if index == 0 { ':' } else { ';' })?;
        }
        Ok(())
    }
}

/// One problem of one vertex.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("vertex `{vertex}`: {kind}")]
pub struct Problem {
    vertex: String,
    kind: ProblemKind,
}

impl Problem {
    pub(crate) fn new(vertex: &str, kind: ProblemKind) -> Self {
        Self { vertex: vertex.to_owned(), kind }
    }

    /// The vertex's name, or its kind of op if it has none.
    #[must_use]
    pub fn vertex(&self) -> &str {
        &self.vertex
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }
}

/// What is wrong with a vertex.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// An exec has no arguments.
    #[error("an exec needs at least one argument, the program")]
    NoArguments,
    /// An exec's root carries no platform, and none was given.
    #[error(
        "the root comes from no image, so it has no platform to run on; give the exec one with `platform`"
    )]
    NoPlatform,
    /// A variable's name is empty or has an equals sign.
    #[error("`{0}` is no name of an environment variable; it must be non-empty and without `=`")]
    EnvName(String),
    /// Two mounts have the same destination.
    #[error("two mounts at `{0}`; each destination can be used once, and `/` is the root")]
    DuplicateMount(String),
    /// An output was asked for that no mount of this exec has.
    #[error("no mount with an output at `{0}`; the token comes from another exec")]
    UnknownMount(String),
    /// Content hashing was asked for where BuildKit cannot do it.
    #[error(
        "the mount at `{0}` has an output and a selector, so its content cannot be hashed; make it read-only or drop the selector"
    )]
    ContentCacheWithSelector(String),
    /// A cache mount, secret or SSH agent has an empty id.
    #[error("the mount at `{0}` has an empty id")]
    EmptyId(String),
    /// A secret in the environment has an empty id.
    #[error("the variable `{0}` takes a secret with an empty id")]
    EmptySecretId(String),
    /// A copy from scratch.
    #[error("`{0}` cannot be copied from scratch, which is empty")]
    CopyFromScratch(String),
    /// An owner by name where there is nothing to look the name up in.
    #[error("the owner `{0}` is a name, and scratch has no `/etc/passwd` to find it in; use numbers")]
    NamedOwnerOnScratch(String),
    /// A local source without a name.
    #[error("a local source needs the name of a directory of the client, such as `context`")]
    EmptyLocalName,
    /// A URL that the source cannot fetch.
    #[error("`{url}` is no {kind} address; expected {expected}")]
    Url {
        /// The address as given.
        url: String,
        /// Which source it was given to.
        kind: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}
