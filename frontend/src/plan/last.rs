//! What the last compile step alone is given. Dependencies never see it, so no value of it compiles one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Chosen;
use super::compile::check_name;
use super::git::{self, Git};
use crate::config::BuildConfig;
use crate::diagnostic::{Checked, Findings};
use crate::name::RelPath;
use crate::options::Options;
use crate::project::Package;
use crate::tree::Tree;

/// What the last compile step has besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LastStep {
    /// Variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Chosen<String>>,
    /// What it learns of the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<Chosen<Git>>,
    /// The build-args that may be variables, given or not.
    #[serde(skip)]
    pub arguments: Vec<String>,
}

impl LastStep {
    /// True if there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.git.is_none()
    }

    /// All variables. What the user set goes before what is known of the commit.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let commit = self.git.iter().flat_map(|git| git.value.variables.clone());
        let own = self.variables.iter().map(|(name, chosen)| (name.clone(), chosen.value.clone()));
        commit.chain(own).collect()
    }
}

/// Chooses it for the local packages `locals`.
///
/// Errors: a name under `build.args` that no variable can have, or that the build needs for itself.
pub(super) fn choose(
    config: &BuildConfig,
    options: &Options,
    names: &Tree,
    locals: &[&Package],
) -> Checked<LastStep> {
    let mut findings = Findings::default();
    let mut variables = BTreeMap::new();
    let is_set = |name: &str| config.env.as_ref().is_some_and(|env| env.value.contains_key(name));
    if let Some((name, because)) = sqlx(names, locals).filter(|_| !is_set(SQLX_OFFLINE)) {
        variables.insert(name.to_owned(), Chosen { value: "true".to_owned(), because });
    }
    let mut arguments = Vec::new();
    if let Some(setting) = &config.args {
        for name in setting.value.iter().filter(|name| *name != "...") {
            check_name("build.args", name, &setting.origin, &mut findings);
            arguments.push(name.clone());
            if let Some(value) = options.build_args.get(name) {
                let because = format!("build-arg {name}, {}", setting.origin);
                variables.insert(name.clone(), Chosen { value: value.clone(), because });
            }
        }
    }
    let git = git::choose(config, options, locals);
    findings.finish(LastStep { variables, git, arguments })
}

/// Tells sqlx's macros to read what `cargo sqlx prepare` wrote, instead of asking a database that no build has.
const SQLX_OFFLINE: &str = "SQLX_OFFLINE";

/// The variable, if a local package uses sqlx and there is something to read.
fn sqlx(names: &Tree, locals: &[&Package]) -> Option<(&'static str, String)> {
    let uses = locals
        .iter()
        .find(|package| package.dependencies.iter().any(|dependency| dependency.package == "sqlx"))?;
    let mut places = vec![RelPath::root()];
    places.extend(locals.iter().map(|package| package.dir.clone()));
    let prepared = places.iter().find_map(|place| {
        let directory = place.join(".sqlx").ok().filter(|path| names.is_directory(path));
        directory.or_else(|| place.join("sqlx-data.json").ok().filter(|path| names.is_file(path)))
    })?;
    Some((SQLX_OFFLINE, format!("`{}` uses sqlx, and there is {prepared}", uses.name)))
}
