//! What the last compile step learns of the client's commit.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Chosen;
use crate::config::{BuildConfig, GitData};
use crate::options::Options;
use crate::project::Package;

/// The commit, as variables or as the directory of its repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Git {
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Whether `.git` lies beside the sources.
    pub directory: bool,
    /// The local packages whose build scripts read the commit without telling Cargo.
    pub readers: BTreeSet<String>,
}

/// Crates that put the commit into a program and take it from variables.
const BY_VARIABLE: [&str; 6] = ["built", "vergen", "vergen-git2", "vergen-gitcl", "vergen-gix", "vergen-lib"];

/// What there is to learn; nothing if nobody wants it or nothing is known.
pub(super) fn choose(config: &BuildConfig, options: &Options, locals: &[&Package]) -> Option<Chosen<Git>> {
    let reads = |package: &Package, one: &str| {
        package.dependencies.iter().any(|dependency| dependency.package == one)
    };
    let using = |package: &&&Package| BY_VARIABLE.iter().find(|one| reads(package, one)).copied();
    let readers: BTreeSet<String> = locals
        .iter()
        .filter(|package| using(package).is_some())
        .map(|package| package.name.clone())
        .collect();
    let (data, because) = match &config.git {
        Some(setting) => (setting.value, setting.origin.to_string()),
        None => {
            let (package, by) = locals.iter().find_map(|package| Some((package, using(&package)?)))?;
            (GitData::Auto, format!("`{}` is built with {by}", package.name))
        }
    };
    let built = || locals.iter().filter(|one| reads(one, "built")).map(|one| one.name.as_str()).collect();
    let variables = match data {
        GitData::Auto | GitData::Env => variables(options, built()),
        GitData::Dir | GitData::Off => None,
    };
    let value = Git { variables: variables.unwrap_or_default(), directory: data == GitData::Dir, readers };
    // Who read a commit in the build before must learn that there is none now.
    let says_something = value.directory || !value.variables.is_empty() || !value.readers.is_empty();
    says_something.then_some(Chosen { value, because })
}

/// The names by which crates and people know the commit. `built` are the packages that use the crate of that name,
/// whose variables hold the name of the package.
fn variables(options: &Options, built: Vec<&str>) -> Option<BTreeMap<String, String>> {
    let revision = options.vcs_revision.as_deref()?;
    // The client's way to say that there are changes which no commit has.
    let (commit, is_dirty) = match revision.strip_suffix("-dirty") {
        Some(commit) => (commit, true),
        None => (revision, false),
    };
    let dirty = is_dirty.to_string();
    let mut variables: BTreeMap<String, String> = [
        ("GIT_SHA", commit),
        ("GIT_COMMIT", commit),
        ("GIT_DIRTY", &dirty),
        ("VERGEN_GIT_SHA", commit),
        ("VERGEN_GIT_DIRTY", &dirty),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    for package in built {
        let prefix = format!("BUILT_OVERRIDE_{}_GIT_", package.replace('-', "_"));
        variables.insert(format!("{prefix}COMMIT_HASH"), commit.to_owned());
        variables.insert(format!("{prefix}COMMIT_HASH_SHORT"), commit.chars().take(7).collect());
        variables.insert(format!("{prefix}DIRTY"), dirty.clone());
    }
    if let Some(epoch) = options.source_date_epoch {
        variables.insert("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string());
    }
    Some(variables)
}

#[cfg(test)]
mod tests {
    use super::variables;
    use crate::options::Options;

    #[test]
    fn the_commit_has_the_names_that_crates_read() {
        let options = Options {
            vcs_revision: Some("0123456789-dirty".to_owned()),
            source_date_epoch: Some(7),
            ..Options::default()
        };
        let known = variables(&options, vec!["my-app"]).unwrap();
        for (name, value) in [
            ("VERGEN_GIT_SHA", "0123456789"),
            ("VERGEN_GIT_DIRTY", "true"),
            ("BUILT_OVERRIDE_my_app_GIT_COMMIT_HASH_SHORT", "0123456"),
            ("SOURCE_DATE_EPOCH", "7"),
        ] {
            assert_eq!(known.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(variables(&Options::default(), Vec::new()), None, "nothing is known");
    }
}
