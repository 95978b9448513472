//! Why a project cannot be flattened.

use std::collections::BTreeSet;

use super::graph::{Context, Graph};
use super::lock;
use super::profile;
use super::selection::Selection;
use super::units::Units;
use crate::project::{CargoTargetKind, LockedPackage, Package, Project, Resolver};

/// The first reason that stands against flattening, as a fragment that follows "because".
pub(super) fn against_flattening(
    graph: &Graph<'_>,
    selection: &Selection,
    units: &Units<'_>,
) -> Option<String> {
    if graph.project.workspace.resolver == Resolver::V1 {
        return Some("resolver 1 unifies features over dev-dependencies and inactive platforms".to_owned());
    }
    if let Some((package, dependency)) = units.undecided {
        let platform = dependency.platform.as_ref().map(ToString::to_string).unwrap_or_default();
        return Some(format!(
            "only the compiler can say whether `{platform}` holds, under which `{}` needs `{}`",
            package.name, dependency.package
        ));
    }
    for (dir, _) in &units.locals {
        let Some(package) = graph.package(dir) else { continue };
        if let Some(dependency) = package.dependencies.iter().find(|dependency| dependency.artifact.is_some())
        {
            return Some(format!("`{}` has the artifact dependency `{}`", package.name, dependency.key));
        }
    }
    if let Some(name) = external_with_local_dependency(graph, units) {
        return Some(format!("the external package `{name}` depends on a local package"));
    }
    if profile::has_lto(&profile::effective(graph.project), selection) {
        return mixed_crate_types(graph, selection, units);
    }
    None
}

/// The reason why no skeleton can stand for the project at all.
pub(super) fn against_any(project: &Project) -> Option<String> {
    if project.workspace.has_replace {
        return Some("`[replace]` is in use, which `[patch]` has superseded".to_owned());
    }
    let config = project.cargo_config.as_ref()?;
    config
        .get(&["paths"])
        .map(|_| format!("`{}` overrides `paths`, which `[patch]` has superseded", config.file))
}

/// An external package that a `[patch]` makes depend on a local one.
fn external_with_local_dependency(graph: &Graph<'_>, units: &Units<'_>) -> Option<String> {
    let requests = units.compiled.keys().chain(units.unified.keys());
    let reached: BTreeSet<usize> = lock::reachable(graph.lockfile, requests.map(|(_, index)| *index));
    let is_local = |index: &usize| graph.lockfile.packages.get(*index).is_some_and(LockedPackage::is_local);
    reached
        .iter()
        .filter_map(|index| graph.lockfile.packages.get(*index))
        .find(|package| !package.is_local() && package.dependencies.iter().any(is_local))
        .map(|package| package.name.clone())
}

/// Under link-time optimisation, what an external package is compiled to depends on the crate types of the
/// local packages that use it.
fn mixed_crate_types(graph: &Graph<'_>, selection: &Selection, units: &Units<'_>) -> Option<String> {
    let targets = units.locals.iter().filter(|(_, context)| *context == Context::Target);
    targets.filter_map(|(dir, _)| graph.package(dir)).find_map(|package| {
        let mixed = mixed_target(package, selection)?;
        Some(format!(
            "profile `{}` optimises at link time and `{}` has the crate types `{}`",
            selection.profile,
            package.name,
            mixed.join("`, `")
        ))
    })
}

fn mixed_target<'p>(package: &'p Package, selection: &Selection) -> Option<&'p [String]> {
    let is_plain = |types: &[String]| match types {
        [one] => matches!(one.as_str(), "lib" | "rlib" | "bin" | "staticlib" | "cdylib" | "proc-macro"),
        several => several.iter().all(|one| matches!(one.as_str(), "lib" | "rlib")),
    };
    package
        .targets
        .iter()
        .filter(|target| match target.kind {
            CargoTargetKind::Lib => true,
            CargoTargetKind::Example => selection.tests,
            _ => false,
        })
        .map(|target| target.crate_types.as_slice())
        .find(|types| !is_plain(types))
}
