//! What the steps leave in a target directory for one another, beside cargo's own files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use supercargo_report::Step;

use crate::error::Error;
use crate::unit;

/// The list of what the dependency step compiled.
pub(crate) fn list(target_dir: &Path) -> PathBuf {
    target_dir.join(".supercargo-deps.json")
}

/// What the dependency step says that its artifacts hold: digests by path below `target_dir`.
pub(crate) fn digests(target_dir: &Path) -> BTreeMap<String, String> {
    #[derive(Default, serde::Deserialize)]
    struct Digests {
        #[serde(default)]
        libraries: BTreeMap<String, String>,
    }
    let text = fs::read(list(target_dir)).unwrap_or_default();
    serde_json::from_slice::<Digests>(&text).unwrap_or_default().libraries
}

/// Says that a build step has run here, whatever became of it.
pub(crate) fn mark_built(target_dir: &Path) -> Result<(), Error> {
    let mark = mark(target_dir);
    if mark.exists() {
        return Ok(());
    }
    fs::create_dir_all(target_dir).map_err(Error::file("create", target_dir))?;
    fs::write(&mark, "").map_err(Error::file("write", &mark))
}

/// True if nothing was made here yet from what `step` compiles first: for the build step, if the directory is as the
/// dependency step left it; for both, if it holds nothing.
pub(crate) fn is_pristine(step: Step, target_dir: &Path) -> Result<bool, Error> {
    let after_deps = match step {
        Step::Deps => false,
        Step::Build => list(target_dir).exists(),
    };
    Ok(!mark(target_dir).exists() && (after_deps || unit::profile_roots(target_dir)?.is_empty()))
}

fn mark(target_dir: &Path) -> PathBuf {
    target_dir.join(".supercargo-built")
}

#[cfg(test)]
mod tests {
    use supercargo_report::Step;

    use super::{is_pristine, list, mark_built};

    #[test]
    fn only_what_nothing_was_built_in_is_pristine() {
        let target = tempfile::tempdir().unwrap();
        let check = |deps: bool, build: bool, when: &str| {
            assert_eq!(is_pristine(Step::Deps, target.path()).unwrap(), deps, "{when}");
            assert_eq!(is_pristine(Step::Build, target.path()).unwrap(), build, "{when}");
        };
        assert!(is_pristine(Step::Build, &target.path().join("missing")).unwrap());
        check(true, true, "empty");
        std::fs::create_dir_all(target.path().join("release/deps")).unwrap();
        check(false, false, "somebody else's");
        std::fs::write(list(target.path()), "[]").unwrap();
        check(false, true, "after the dependency step");
        mark_built(target.path()).unwrap();
        check(false, false, "after a build step");
    }
}
