//! From project and selection to skeleton.

use std::collections::BTreeSet;

use super::activation;
use super::flatten;
use super::form::Outcome;
use super::graph::Graph;
use super::profile;
use super::reason;
use super::selection::Selection;
use super::units;
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::project::Project;

/// The directories of the local packages that the selected ones need to be compiled: themselves, and normal and
/// build dependencies that are active under the selected features and platforms.
///
/// Without a lockfile nothing is resolved, and every local package counts as needed.
pub fn closure(project: &Project, selection: &Selection) -> Checked<BTreeSet<RelPath>> {
    let mut findings = Findings::default();
    let Some(lockfile) = &project.lockfile else {
        return findings.finish(project.packages.keys().cloned().collect());
    };
    let graph = Graph::new(project, lockfile, selection);
    let selected = activation::selected(&graph, selection, &mut findings);
    let activation = activation::activate(&graph, &selected, selection, &mut findings);
    let units = units::units(&graph, &activation, &selected, selection);
    findings.finish(units.directories())
}

/// The skeleton for `selection`.
///
/// Errors: a selected package, feature or profile that does not exist.
pub fn make(project: &Project, selection: &Selection) -> Checked<Outcome> {
    let mut findings = Findings::default();
    let Some(lockfile) = &project.lockfile else { return findings.finish(Outcome::NeedsLockfile) };
    if let Some(error) = profile::undefined(&profile::effective(project), &selection.profile) {
        findings.push(error);
    }
    let graph = Graph::new(project, lockfile, selection);
    let selected = activation::selected(&graph, selection, &mut findings);
    let activation = activation::activate(&graph, &selected, selection, &mut findings);
    if findings.has_errors() {
        return findings.fail();
    }
    let units = units::units(&graph, &activation, &selected, selection);
    let outcome = match reason::against_flattening(&graph, selection, &units) {
        None => Outcome::Ready(Box::new(flatten::flatten(&graph, selection, &units))),
        Some(because) => Outcome::Impossible { because },
    };
    findings.finish(outcome)
}
