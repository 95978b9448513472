//! From project and selection to skeleton.

use std::collections::BTreeSet;

use super::activation;
use super::flatten;
use super::form::Outcome;
use super::graph::Graph;
use super::per_member;
use super::profile;
use super::reason;
use super::selection::Selection;
use super::units;
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::project::{Package, Project};

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
    if let Some(because) = reason::against_any(project) {
        return findings.finish(Outcome::Impossible { because });
    }
    let outcome = match reason::against_flattening(&graph, selection, &units) {
        None => Outcome::Ready(Box::new(flatten::flatten(&graph, selection, &units))),
        Some(because) => fall_back(&graph, selection, &selected, because),
    };
    findings.finish(outcome)
}

fn fall_back(graph: &Graph<'_>, selection: &Selection, selected: &[&Package], because: String) -> Outcome {
    match per_member::per_member(graph, selection, selected, because) {
        Ok(skeleton) => Outcome::Ready(Box::new(skeleton)),
        Err(because) => Outcome::Impossible { because },
    }
}
