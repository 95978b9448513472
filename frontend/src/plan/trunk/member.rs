//! A front end that is a member of the project's own workspace.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::Platform;

use super::{Found, FrontEnd, TARGET};
use crate::diagnostic::{Checked, Findings, Warned};
use crate::name::RelPath;
use crate::plan::{resolution, triple};
use crate::project::{Package, Project};
use crate::skeleton::{self, Features, Selection, SourceView};

/// Manifests and lockfile are those of the project, without what the front end does not need.
pub(super) fn find(project: &Project, package: &Package, builder: &Platform) -> Checked<Found> {
    let mut findings = Findings::default();
    let host = triple::names_of(builder).map_err(|error| vec![error]);
    let Some(host) = findings.take(host.map(|value| Warned { value, warnings: Vec::new() })) else {
        return findings.fail();
    };
    let Some(lockfile) = project.lockfile.clone() else { return findings.fail() };
    let selection = Selection {
        packages: [package.name.clone()].into(),
        features: Features::default(),
        binaries: BTreeSet::new(),
        profile: "release".to_owned(),
        profile_keys: BTreeMap::new(),
        target: TARGET.to_owned(),
        host: host.gnu.to_owned(),
        rustflags: Vec::new(),
        tests: false,
    };
    let Some(needed) = findings.take(skeleton::closure(project, &selection)) else { return findings.fail() };
    let needs_root = needed.iter().any(RelPath::is_root);
    let Some(view) = (if needs_root {
        // The root package shares its directory with everything.
        Some(SourceView { locked: true, ..SourceView::default() })
    } else {
        findings.take(skeleton::source_view(project, &selection))
    }) else {
        return findings.fail();
    };
    let directories = needed.iter().filter(|directory| **directory != package.dir);
    let inputs = directories
        .map(|directory| if directory.is_root() { "**".to_owned() } else { format!("{directory}/**") })
        .collect();
    let front_end = FrontEnd {
        files: resolution::files(project, &view),
        locked: view.locked,
        ..FrontEnd::of(RelPath::root(), project, &lockfile)
    };
    findings.finish((front_end, inputs, lockfile))
}
