//! An edit, and what is to become of the dependencies.

use crate::case::Case;

/// Whether `[deps]` is another step afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// The same, byte for byte.
    Keep,
    /// Another.
    Change,
}

/// Makes the edit; an error says why there is no such edit in this layout.
pub(crate) type Apply = fn(&mut Case) -> Result<(), &'static str>;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit {
    /// The number of the edit, and a letter where one number has several.
    pub(crate) row: &'static str,
    /// What the user does.
    pub(crate) name: &'static str,
    /// What is to happen in the layouts that nothing else is said of.
    pub(crate) expect: Expect,
    /// Does it.
    pub(crate) apply: Apply,
}
