//! Whether the lockfile matches the manifests, as `--locked` demands.

use std::collections::BTreeSet;

use super::dependency::{Dependency, DependencyKind, Source};
use super::lockfile::{LockedPackage, Lockfile};
use super::package::Package;
use super::workspace::Project;
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};

/// How to bring a lockfile up to date without moving anything else.
const UPDATE: &str = "`cargo update --workspace` brings `Cargo.lock` up to date and keeps the versions it has, and so does \
                      `docker buildx build --target lock --output . .`; commit the result";

/// How to have the lockfile written without a toolchain at hand.
pub const LOCK: &str = "docker buildx build --target lock --output . .";

/// Says where the lockfile does not match the manifests. A project without a lockfile has nothing to say.
///
/// Errors: a package that is not locked at its version, a dependency that nothing locked satisfies, a locked
/// dependency that no manifest asks for.
pub fn check_lockfile(project: &Project) -> Checked<()> {
    let mut findings = Findings::default();
    if let Some(lockfile) = &project.lockfile {
        for package in project.packages.values() {
            check_package(project, lockfile, package, &mut findings);
        }
    }
    findings.finish(())
}

fn check_package(project: &Project, lockfile: &Lockfile, package: &Package, findings: &mut Findings) {
    let Some(entry) = project.locked(package).and_then(|index| lockfile.packages.get(index)) else {
        if package.is_member {
            findings.push(not_locked(lockfile, package));
        }
        return;
    };
    for dependency in &package.dependencies {
        // Cargo resolves everything a member may ask for, and of other packages only what is asked for.
        let is_resolved =
            package.is_member || (dependency.kind != DependencyKind::Development && !dependency.optional);
        if is_resolved && project.locked_dependency(package, dependency).is_none() {
            findings.push(not_satisfied(project, package, dependency));
        }
    }
    let asked: BTreeSet<&str> =
        package.dependencies.iter().map(|dependency| dependency.package.as_str()).collect();
    let locked = entry.dependencies.iter().filter_map(|index| lockfile.packages.get(*index));
    for superfluous in locked.filter(|locked| !asked.contains(locked.name.as_str())) {
        findings.push(
            Diagnostic::error(format!(
                "`Cargo.lock` has `{}` as a dependency of `{}`, but `{}` does not ask for it",
                superfluous.name, package.name, package.manifest
            ))
            .at(Span::line(package.manifest.clone(), 1))
            .hint(UPDATE),
        );
    }
}

fn not_locked(lockfile: &Lockfile, package: &Package) -> Diagnostic {
    let found: Vec<String> = lockfile
        .named(&package.name)
        .filter(|(_, locked)| locked.is_local())
        .map(|(_, locked)| format!("`{}`", locked.version))
        .collect();
    let has =
        if found.is_empty() { "does not have it".to_owned() } else { format!("has {}", found.join(", ")) };
    Diagnostic::error(format!(
        "`{}` is `{} {}`, but `Cargo.lock` {has}",
        package.manifest, package.name, package.version
    ))
    .at(Span::line(package.manifest.clone(), 1))
    .hint(UPDATE)
}

fn not_satisfied(project: &Project, package: &Package, dependency: &Dependency) -> Diagnostic {
    let mut found: Vec<String> =
        names(project.candidates(package, dependency).into_iter().map(|(_, found)| found));
    if found.is_empty() {
        let everywhere = project.lockfile.iter().flat_map(|lockfile| lockfile.named(&dependency.package));
        found = names(everywhere.map(|(_, found)| found));
    }
    let has = if found.is_empty() {
        "has no such package".to_owned()
    } else {
        format!("has {} for it", found.join(", "))
    };
    let asked = dependency.requirement.text.as_deref().unwrap_or("*");
    let from = match &dependency.source {
        Source::Path(dir) => format!(" in `{dir}`"),
        Source::Git { url, .. } => format!(" of `{url}`"),
        Source::Registry(_) => String::new(),
    };
    Diagnostic::error(format!(
        "`{}` asks for `{}` at `{asked}`{from}, but `Cargo.lock` {has}",
        package.manifest, dependency.package
    ))
    .at(Span::line(package.manifest.clone(), dependency.line))
    .hint(UPDATE)
    .hint("`cargo generate-lockfile` writes the lockfile anew, with the newest versions of everything")
}

fn names<'a>(packages: impl Iterator<Item = &'a LockedPackage>) -> Vec<String> {
    packages.map(|package| format!("`{} {}`", package.name, package.version)).collect()
}
