//! What every project must show: it builds, building it again does nothing, and an edit compiles no dependency.

use testbed::bed::Ready;
use testbed::build::Build;
use testbed::log::BuildLog;
use testbed::project::Project;

use crate::subject::run_id;

/// A project on the bed: the syntax line of its Dockerfile names the frontend that is tested. What stands below it stays.
pub(crate) fn prepare(bed: &Ready, project: &Project) {
    let old = project.read("Dockerfile").unwrap_or_default();
    let body = old.strip_prefix("# syntax=").and_then(|rest| rest.split_once('\n'));
    let body = body.map_or("", |(_, body)| body);
    project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
}

/// What an edit may add to a file of Rust: a comment that no earlier run of the tests has added, which the engine would
/// remember.
pub(crate) fn edit() -> String {
    format!("\n// An edit of {}.\n", run_id())
}

/// Builds the project twice and again after `edit`; the second time runs nothing, and the last time compiles exactly
/// the packages `expected` and takes the dependencies as they are.
pub(crate) fn tell(build: &Build, edit: impl FnOnce(), expected: &[&str]) -> BuildLog {
    let first = build.succeed().unwrap();
    let unchanged = build.succeed().unwrap();
    assert!(unchanged.ran().is_empty(), "an unchanged build ran {:?}", unchanged.ran());

    edit();
    let edited = build.succeed().unwrap();
    assert_dependencies_reused(&edited);
    assert_eq!(edited.vertex("[build]").unwrap().compiled_names(), expected);
    first
}

/// The dependency steps come from the cache, and nothing that cargo compiled is a dependency.
pub(crate) fn assert_dependencies_reused(log: &BuildLog) {
    for step in ["[fetch]", "[deps]"] {
        assert!(!log.vertex(step).unwrap().has_run(), "{step} ran:\n{}", log.transcript());
    }
    let dependencies: Vec<_> =
        log.compiled().into_iter().filter(|package| package.source.is_none()).collect();
    assert!(dependencies.is_empty(), "dependencies were compiled: {dependencies:?}");
    let warning = "could not be reused";
    assert!(!log.transcript().contains(warning), "{}", log.transcript());
}
