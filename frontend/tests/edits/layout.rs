//! A layout: one way to arrange a project, and where an edit finds its parts.

/// A project with its lockfile, as one string.
#[derive(Debug)]
pub(crate) struct Layout {
    /// What a failure calls it.
    pub(crate) name: &'static str,
    /// The files; see `fixture`.
    pub(crate) text: &'static str,
    /// The binary that is built.
    pub(crate) binary: &'static str,
    /// The directory of the package that has it; empty for the root.
    pub(crate) app: &'static str,
    /// The source file of the binary.
    pub(crate) source: &'static str,
    /// The directory of a local library that the binary needs, and its package's name.
    pub(crate) library: Option<(&'static str, &'static str)>,
    /// The directory of a member that the binary does not need, and its package's name.
    pub(crate) other: Option<(&'static str, &'static str)>,
}
