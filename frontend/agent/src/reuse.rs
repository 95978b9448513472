//! Whether the last compile reused what the dependency step made, and why not.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use supercargo_report::Rebuilt;

use crate::error::Error;
use crate::messages::Artifact;
use crate::seed;

/// What the dependency step leaves beside what it made.
#[derive(Serialize, Deserialize)]
struct List {
    units: Vec<Made>,
    /// Digests of the contents of all libraries, by their paths relative to the list.
    #[serde(default)]
    libraries: BTreeMap<String, String>,
}

/// One unit that the dependency step compiled, with what decides whether another compile can use it.
#[derive(Serialize, Deserialize)]
struct Made {
    package: String,
    target: String,
    features: Vec<String>,
    profile: Value,
}

/// Leaves the list of what the dependency step made for [`rebuilt`] of a later step.
pub(crate) fn remember(
    target_dir: &Path,
    artifacts: &[Artifact],
    libraries: BTreeMap<String, String>,
) -> Result<(), Error> {
    let external = artifacts.iter().filter(|artifact| !artifact.package().is_local());
    let list = List { units: external.map(Made::from).collect(), libraries };
    let path = seed::list(target_dir);
    let text = serde_json::to_vec(&list).map_err(|source| Error::Json { path: path.clone(), source })?;
    std::fs::write(&path, text).map_err(Error::file("write", &path))
}

/// Every dependency that was compiled although the dependency step should have done that.
pub(crate) fn rebuilt(target_dir: &Path, artifacts: &[Artifact]) -> Vec<Rebuilt> {
    let stale = artifacts.iter().filter(|artifact| !artifact.fresh && !artifact.package().is_local());
    let mut stale = stale.peekable();
    if stale.peek().is_none() {
        return Vec::new();
    }
    // The list only makes the explanation better; without it there is still a violation to report.
    let list: Option<List> =
        std::fs::read(seed::list(target_dir)).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let mut found: Vec<Rebuilt> = Vec::new();
    for artifact in stale {
        let package = artifact.package().0;
        if found.iter().all(|known| known.package != package) {
            let reason = list.as_ref().map_or_else(
                || "the target directory holds no list of a dependency step".to_owned(),
                |list| reason(artifact, &list.units),
            );
            found.push(Rebuilt { package: package.to_owned(), reason });
        }
    }
    found
}

/// Why none of the units `made` could stand in for `artifact`, from the one that comes closest.
fn reason(artifact: &Artifact, made: &[Made]) -> String {
    let same: Vec<&Made> = made
        .iter()
        .filter(|unit| unit.package == artifact.package().0 && unit.target == artifact.target())
        .collect();
    let Some(first) = same.first() else {
        return "the dependency step did not compile it".to_owned();
    };
    if let Some(unit) = same.iter().find(|unit| unit.features == artifact.features) {
        if unit.profile == artifact.profile {
            return "same features and profile as in the dependency step: the environment, the compiler or a file \
                    it watches differs, or a dependency of its own was compiled again"
                .to_owned();
        }
        return format!("its profile differs from the dependency step's: {}", difference(unit, artifact));
    }
    format!(
        "its features are [{}] and were [{}] in the dependency step",
        artifact.features.join(", "),
        first.features.join(", ")
    )
}

/// The profile keys in which the two differ, as `key was a, is b`.
fn difference(unit: &Made, artifact: &Artifact) -> String {
    let (Value::Object(was), Value::Object(is)) = (&unit.profile, &artifact.profile) else {
        return "its shape".to_owned();
    };
    let text = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), Value::to_string);
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let changed = keys.into_iter().filter(|key| was.get(*key) != is.get(*key));
    let parts = changed.map(|key| format!("`{key}` was {}, is {}", text(was.get(key)), text(is.get(key))));
    parts.collect::<Vec<_>>().join(", ")
}

impl From<&Artifact> for Made {
    fn from(artifact: &Artifact) -> Self {
        Self {
            package: artifact.package().0.to_owned(),
            target: artifact.target().to_owned(),
            features: artifact.features.clone(),
            profile: artifact.profile.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::{rebuilt, remember};
    use crate::messages::{Artifact, Artifacts};

    fn artifact(name: &str, features: &[&str], opt: u8, fresh: bool) -> Artifact {
        let line = serde_json::json!({
            "reason": "compiler-artifact",
            "package_id": format!("registry+https://example.com/index#{name}@1.0.0"),
            "target": { "kind": ["lib"], "name": name },
            "profile": { "opt_level": opt.to_string(), "test": false },
            "features": features,
            "executable": null,
            "fresh": fresh,
        });
        let mut artifacts = Artifacts::below(Path::new("/target"));
        artifacts.take(line.to_string().as_bytes());
        artifacts.0.remove(0)
    }

    #[test]
    fn each_violation_has_its_reason() {
        let target = tempfile::tempdir().unwrap();
        let made = [artifact("serde", &["std"], 3, false), artifact("itoa", &[], 3, false)];
        remember(target.path(), &made, BTreeMap::new()).unwrap();
        let check = |again: Artifact, expected: &str| {
            let found = rebuilt(target.path(), &[again.clone(), again]);
            assert_eq!(found.len(), 1, "one entry per package");
            assert!(found[0].reason.contains(expected), "{:?}", found[0].reason);
        };
        check(artifact("serde", &["alloc", "std"], 3, false), "features are [alloc, std] and were [std]");
        check(artifact("serde", &["std"], 2, false), "`opt_level` was \"3\", is \"2\"");
        check(artifact("serde", &["std"], 3, false), "same features and profile");
        check(artifact("ryu", &[], 3, false), "did not compile it");
        assert!(rebuilt(target.path(), &[artifact("serde", &["std"], 3, true)]).is_empty());
        std::fs::write(crate::seed::list(target.path()), "[").unwrap();
        check(artifact("ryu", &[], 3, false), "no list");
    }
}
