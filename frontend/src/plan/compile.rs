//! What all compile steps are given: variables, network, jobs.

use std::collections::BTreeMap;

use super::last::LastStep;
use super::task::Task;
use super::{Chosen, Request, include, last, task};
use crate::config::{BuildConfig, BuildNetwork, Config, Origin};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::project::{Package, Project};
use crate::skeleton::SourceView;

/// Variables that every build sets itself.
const OURS: [&str; 5] =
    ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "SUPERCARGO_JOB"];

/// What compile steps are given, as far as it can be wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// The variables of all of them.
    pub(super) variables: BTreeMap<String, String>,
    /// What the last one has besides.
    pub(super) last: LastStep,
    /// Patterns of files that are sources all the same.
    pub(super) included: Vec<String>,
    /// Commands of the user's own.
    pub(super) tasks: Vec<Task>,
}

/// Chooses what the compile of `locals` is given; nothing where nothing is compiled.
///
/// Errors: names and patterns that mean nothing, see [`last::choose`] and [`include::choose`].
pub(super) fn choose(
    config: &Config,
    project: &Project,
    request: Request<'_>,
    locals: &[&Package],
    view: &mut SourceView,
) -> Checked<Given> {
    let mut findings = Findings::default();
    if !request.goal.compiles() {
        return findings.finish(Given::default());
    }
    let build = &config.build;
    let given = Given {
        variables: findings.take(variables(build)).unwrap_or_default(),
        last: findings.take(last::choose(build, request.options, request.names, locals)).unwrap_or_default(),
        included: findings.take(include::choose(build, request.names, view)).unwrap_or_default(),
        tasks: findings.take(task::choose(config, project, request)).unwrap_or_default(),
    };
    leave_out(view, &given.tasks, project);
    findings.finish(given)
}

/// Takes out of the sources what tasks put there anew, and what assets alone are made of.
fn leave_out(view: &mut SourceView, tasks: &[Task], project: &Project) {
    for task in tasks {
        view.excluded.extend(task.sources().map(|(_, to)| to.clone()));
        let directory = &task.directory;
        let has_package = project.packages.keys().any(|package| package.is_within(directory));
        if !directory.is_root() && !has_package {
            view.excluded.insert(directory.clone());
        }
    }
}

/// `build.env`.
///
/// Errors: a name that no variable can have, or that the build needs for itself.
fn variables(config: &BuildConfig) -> Checked<BTreeMap<String, String>> {
    let mut findings = Findings::default();
    let Some(setting) = &config.env else { return findings.finish(BTreeMap::new()) };
    for (name, value) in &setting.value {
        check_name("build.env", name, &setting.origin, &mut findings);
        if value.contains('\0') {
            findings.push(at(
                Diagnostic::error(format!("`build.env` sets `{name}` to a value with a NUL character"))
                    .hint("No process can have such a variable."),
                &setting.origin,
            ));
        }
    }
    findings.finish(setting.value.clone())
}

/// Finds fault with the name of a variable that `key` asks for.
pub(super) fn check_name(key: &str, name: &str, origin: &Origin, findings: &mut Findings) {
    let hint = if name.is_empty() || name.contains(['=', '\0']) {
        "A name has no `=` and is not empty.".to_owned()
    } else if OURS.contains(&name) {
        "Every build sets it itself.".to_owned()
    } else if name == "RUSTFLAGS" || name.ends_with("_RUSTFLAGS") {
        "It would replace the flags of `.cargo/config.toml`; `build.rustflags` adds to them.".to_owned()
    } else {
        return;
    };
    findings.push(at(Diagnostic::error(format!("`{key}` cannot set `{name}`")).hint(hint), origin));
}

/// `build.network`; nothing where there is none.
pub(super) fn network(config: &BuildConfig) -> Option<Chosen<BuildNetwork>> {
    let setting = config.network.as_ref()?;
    let has_one = matches!(setting.value, BuildNetwork::Default | BuildNetwork::Host);
    has_one.then(|| Chosen::set(setting.value, &setting.origin))
}

/// How many compilers run at once: `build.jobs`, else what Cargo's configuration says. Nothing means that it depends
/// on the machine, which only a step knows.
pub(super) fn jobs(config: &BuildConfig, project: &Project) -> Option<Chosen<u32>> {
    if let Some(setting) = &config.jobs {
        return Some(Chosen::set(setting.value, &setting.origin));
    }
    let cargo = project.cargo_config.as_ref()?;
    let jobs = cargo.get(&["build", "jobs"])?.as_integer()?;
    let value = u32::try_from(jobs).ok().filter(|jobs| *jobs > 0)?;
    Some(Chosen { value, because: format!("`build.jobs` in {}", cargo.file) })
}

/// `diagnostic`, at the lines of `origin`.
pub(super) fn at(diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    match origin.span() {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::variables;
    use crate::config::{BuildConfig, Origin, Setting};

    #[test]
    fn names_that_would_break_the_build_are_refused() {
        let wrong = |name: &str| {
            let origin = Origin::BuildArg("X".to_owned());
            let env = Setting { value: [(name.to_owned(), "1".to_owned())].into(), origin };
            variables(&BuildConfig { env: Some(env), ..BuildConfig::default() }).is_err()
        };
        for name in
            ["", "A=B", "CARGO_HOME", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_X_RUSTFLAGS"]
        {
            assert!(wrong(name), "{name}");
        }
        for name in ["A", "CARGO_NET_RETRY", "PATH"] {
            assert!(!wrong(name), "{name}");
        }
    }
}
