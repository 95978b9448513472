//! What becomes of the lockfile before anything is compiled.

use std::collections::BTreeMap;

use serde::Serialize;

use super::access::Access;
use super::target::{Goal, Stage};
use super::toolchain::Toolchain;
use super::{Request, resolution};
use crate::absence;
use crate::config::{Config, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings, Severity, Warned};
use crate::name::RelPath;
use crate::project::{LOCK, Project};
use crate::skeleton::SourceView;
use crate::tree::Tree;

/// What it takes to have Cargo write the lockfile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolution {
    /// The image that has Cargo.
    pub toolchain: Toolchain,
    /// Manifests without code, with the lockfile that no longer fits them, if there is one.
    #[serde(skip)]
    pub files: BTreeMap<RelPath, Vec<u8>>,
    /// What Cargo may need to be let in.
    pub access: Access,
}

/// Decides whether Cargo must bring the lockfile up to date, given what was found of it.
///
/// Errors: those of `checked`, unless `locked = false` allows Cargo to mend it, which is then said in warnings, or that
/// is what was asked for.
pub fn judge(checked: Checked<()>, locked: Option<&Setting<bool>>, goal: &Goal) -> Checked<bool> {
    let Err(found) = checked else { return Ok(Warned { value: false, warnings: Vec::new() }) };
    if *goal == Goal::Stage(Stage::Lock) {
        return Ok(Warned { value: true, warnings: Vec::new() });
    }
    match locked {
        Some(setting) if !setting.value => {
            let because =
                format!("Cargo brings it up to date for this build, because of {}.", setting.origin);
            let warnings = found
                .into_iter()
                .map(|error| Diagnostic { severity: Severity::Warning, hints: Vec::new(), ..error })
                .map(|warning| warning.hint(because.clone()).hint(format!("`{LOCK}` does so once for all.")));
            Ok(Warned { value: true, warnings: warnings.collect() })
        }
        _ => Err(found),
    }
}

/// What Cargo needs to write the lockfile, with a word on its absence to whoever did not ask for that.
///
/// Errors: `locked = true` for a project that has none.
pub(super) fn resolution(
    project: &Project,
    config: &Config,
    request: Request<'_>,
    toolchain: Toolchain,
    view: &SourceView,
) -> Checked<Resolution> {
    let mut findings = Findings::default();
    let mut files = resolution::files(project, view);
    if let (Some(outdated), Ok(path)) = (request.outdated_lockfile, RelPath::new("Cargo.lock")) {
        files.insert(path, outdated.to_vec());
    } else if *request.goal != Goal::Stage(Stage::Lock) {
        findings.extend(absent(config.locked.as_ref(), request.names));
    }
    findings.finish(Resolution { toolchain, files, access: Access::of_manifests(project) })
}

fn absent(locked: Option<&Setting<bool>>, names: &Tree) -> Option<Diagnostic> {
    let hint = missing_lockfile(names);
    match locked {
        Some(setting) if setting.value => Some(setting.at(
            Diagnostic::error(format!("the project has no `Cargo.lock`, but {} wants one", setting.origin))
                .hint(hint),
        )),
        // Whoever says so knows.
        Some(_) => None,
        None => Some(
            Diagnostic::warning(
                "the project has no `Cargo.lock`, so each new build may get other versions of its dependencies",
            )
            .hint(hint),
        ),
    }
}

/// What to do where the build context has no lockfile.
pub(crate) fn missing_lockfile(names: &Tree) -> String {
    let reason = RelPath::new("Cargo.lock").ok().and_then(|path| absence::reason(names, &path));
    reason.unwrap_or_else(|| format!("Run `{LOCK}` or `cargo generate-lockfile`, and commit Cargo.lock."))
}

#[cfg(test)]
mod tests {
    use super::{absent, judge};
    use crate::config::{Origin, Setting};
    use crate::diagnostic::{Checked, Diagnostic, Severity, Warned};
    use crate::plan::target::{Goal, Stage};
    use crate::tree::Tree;

    fn locked(value: bool) -> Setting<bool> {
        Setting { value, origin: Origin::BuildArg("LOCKED".to_owned()) }
    }

    #[test]
    fn what_does_not_match_is_an_error_unless_cargo_may_mend_it() {
        let wrong = || -> Checked<()> { Err(vec![Diagnostic::error("old").hint("Update it.")]) };
        let right = || -> Checked<()> { Ok(Warned { value: (), warnings: Vec::new() }) };
        for (setting, goal, expected) in [
            (None, Goal::Image, None),
            (Some(locked(true)), Goal::Image, None),
            (Some(locked(false)), Goal::Image, Some(1)),
            (None, Goal::Stage(Stage::Lock), Some(0)),
            (Some(locked(true)), Goal::Stage(Stage::Lock), Some(0)),
        ] {
            let judged = judge(wrong(), setting.as_ref(), &goal);
            assert_eq!(judged.as_ref().ok().map(|warned| warned.warnings.len()), expected, "{setting:?}");
            if let Ok(warned) = judged {
                assert!(warned.value);
                assert!(warned.warnings.iter().all(|one| one.severity == Severity::Warning));
            }
            assert!(!judge(right(), setting.as_ref(), &goal).unwrap().value, "{setting:?}");
        }
    }

    #[test]
    fn an_absent_lockfile_is_worth_a_word_unless_somebody_wants_it_so() {
        let severity =
            |setting: Option<Setting<bool>>| Some(absent(setting.as_ref(), &Tree::default())?.severity);
        assert_eq!(severity(None), Some(Severity::Warning));
        assert_eq!(severity(Some(locked(true))), Some(Severity::Error));
        assert_eq!(severity(Some(locked(false))), None);
    }
}
