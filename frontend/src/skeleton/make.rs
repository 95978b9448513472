//! From project and selection to skeleton.

use std::collections::BTreeSet;

use super::form::Outcome;
use super::selection::Selection;
use crate::diagnostic::{Checked, Diagnostic};
use crate::name::RelPath;
use crate::project::Project;

/// The directories of the local packages that the selected ones need to be compiled: themselves, and normal and
/// build dependencies that are active under the selected features and platforms.
pub fn closure(_project: &Project, _selection: &Selection) -> Checked<BTreeSet<RelPath>> {
    Err(vec![Diagnostic::error("closures do not exist yet")])
}

/// The skeleton for `selection`.
///
/// Errors: a selected package, binary or feature that does not exist; a platform that is not known.
pub fn make(_project: &Project, _selection: &Selection) -> Checked<Outcome> {
    Err(vec![Diagnostic::error("skeletons do not exist yet")])
}
