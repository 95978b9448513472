//! What a build is made of: its dependencies and its sources, told apart as far as the project allows.

use super::access::Access;
use super::target::{Goal, Stage};
use super::{Dependencies, Request, vendor};
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::project::Project;
use crate::skeleton::{self, Outcome, Selection, SourceView};

/// The parts.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// The sources.
    pub(super) view: SourceView,
    /// The dependencies; nothing where there is no lockfile that names them.
    pub(super) dependencies: Option<Dependencies>,
    /// What it takes to be let in where they are.
    pub(super) access: Access,
    /// Why dependencies cannot be compiled apart from the project, if they cannot: a fragment that follows "because".
    pub(super) without_layer: Option<String>,
}

/// The parts of what `selection` compiles; what compiles nothing has sources alone, and all of them.
///
/// Errors: a selected package, feature or profile that does not exist.
pub(super) fn choose(project: &Project, selection: &Selection, request: Request<'_>) -> Checked<Parts> {
    let mut findings = Findings::default();
    let generated = request.generated_lockfile;
    if *request.goal == Goal::Stage(Stage::Vendor) {
        return vendor::parts(project, request);
    }
    if !request.goal.compiles() {
        let word = request.goal.command().word();
        return findings.finish(Parts {
            view: SourceView::of_everything(project, generated),
            dependencies: Some(Dependencies::none(&format!("`cargo {word}` compiles nothing"))),
            access: Access::default(),
            without_layer: None,
        });
    }
    let Some(mut view) = findings.take(skeleton::source_view(project, selection)) else {
        return findings.fail();
    };
    if let (Some(text), Ok(path)) = (generated, RelPath::new("Cargo.lock")) {
        view.overlays.entry(path).or_insert_with(|| text.as_bytes().to_vec());
    }
    let (dependencies, without_layer) = match findings.take(skeleton::make(project, selection)) {
        Some(Outcome::Ready(skeleton)) => (Some(Dependencies::of(project, *skeleton, &view)), None),
        Some(Outcome::Impossible { because }) => {
            view = SourceView::of_everything(project, generated);
            (Some(Dependencies::of_sources(&because)), Some(because))
        }
        Some(Outcome::NeedsLockfile) => (None, None),
        None => return findings.fail(),
    };
    let lockfile = dependencies.as_ref().map(|dependencies| dependencies.lockfile(project));
    let access = lockfile.map(|lockfile| Access::of_lockfile(project, &lockfile)).unwrap_or_default();
    findings.finish(Parts { view, dependencies, access, without_layer })
}
