//! Counts what a compile made and what it found made already, for the line that ends the step.

use std::collections::BTreeMap;

use crate::console;
use crate::messages::Artifact;
use crate::package::PackageId;

/// How many names a line shows before it only counts.
const SHOWN: usize = 8;

/// The packages of one group, each with whether all of it was fresh.
#[derive(Debug, Default)]
struct Group<'a>(BTreeMap<PackageId<'a>, bool>);

impl<'a> Group<'a> {
    fn of(artifacts: impl Iterator<Item = &'a Artifact>) -> Self {
        let mut group = Self::default();
        for artifact in artifacts {
            *group.0.entry(artifact.package()).or_insert(true) &= artifact.fresh;
        }
        group
    }

    fn reused(&self) -> usize {
        self.0.values().filter(|fresh| **fresh).count()
    }

    /// Names of the packages of which anything was compiled, sorted.
    fn compiled(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> =
            self.0.iter().filter(|(_, fresh)| !**fresh).map(|(package, _)| package.name()).collect();
        names.sort_unstable();
        names
    }
}

/// The last line of the dependency step; the synthetic packages `stubs` do not count.
pub(crate) fn of_deps(artifacts: &[Artifact], stubs: &[String]) -> String {
    let all = artifacts.iter().filter(|artifact| stubs.iter().all(|stub| stub != artifact.package().name()));
    let group = Group::of(all);
    format!("deps: {} compiled, {} reused", crates(group.compiled().len()), group.reused())
}

/// The last line of the step that compiles the user's code; `step` is its name, `build` or that of a check.
pub(crate) fn of_build(step: &str, artifacts: &[Artifact]) -> String {
    let external = Group::of(artifacts.iter().filter(|artifact| !artifact.package().is_local()));
    let local = Group::of(artifacts.iter().filter(|artifact| artifact.package().is_local()));
    let compiled = local.compiled();
    let again = external.compiled().len();
    let dependencies = match external.reused() {
        1 => "1 dependency".to_owned(),
        count => format!("{count} dependencies"),
    };
    let again = if again == 0 { String::new() } else { format!(", {again} compiled") };
    let names =
        if compiled.is_empty() { String::new() } else { format!(": {}", console::list(&compiled, SHOWN)) };
    let (count, of) = (compiled.len(), local.0.len());
    let noun = if of == 1 { "crate" } else { "crates" };
    format!("{step}: {dependencies} reused{again}; compiled {count} of {of} local {noun}{names}")
}

/// True if anything of the user's own was compiled.
pub(crate) fn compiled_local(artifacts: &[Artifact]) -> bool {
    artifacts.iter().any(|artifact| artifact.package().is_local() && !artifact.fresh)
}

/// `count` crates, in words.
pub(crate) fn crates(count: usize) -> String {
    if count == 1 { "1 crate".to_owned() } else { format!("{count} crates") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{compiled_local, of_build, of_deps};
    use crate::messages::{Artifact, Artifacts};

    fn artifacts(units: &[(&str, &str, bool)]) -> Vec<Artifact> {
        let mut artifacts = Artifacts::below(Path::new("/target"));
        for (package, kind, fresh) in units {
            let line = serde_json::json!({
                "reason": "compiler-artifact", "package_id": package, "target": { "kind": [kind], "name": "x" },
                "profile": {}, "features": [], "executable": null, "fresh": fresh,
            });
            artifacts.take(line.to_string().as_bytes());
        }
        artifacts.0
    }

    const ITOA: &str = "registry+https://example.com#itoa@1.0.0";
    const RYU: &str = "registry+https://example.com#ryu@1.0.0";
    const API: &str = "path+file:///src/api#0.1.0";
    const DB: &str = "path+file:///src/db#0.1.0";

    #[test]
    fn a_package_is_compiled_if_any_part_of_it_is() {
        let units = artifacts(&[
            (ITOA, "custom-build", true),
            (ITOA, "lib", false),
            (RYU, "lib", true),
            (API, "lib", false),
        ]);
        assert_eq!(of_deps(&units, &["api".to_owned()]), "deps: 1 crate compiled, 1 reused");
        assert_eq!(of_deps(&units, &[]), "deps: 2 crates compiled, 1 reused", "a patched path crate counts");
        assert_eq!(
            of_build("build", &units),
            "build: 1 dependency reused, 1 compiled; compiled 1 of 1 local crate: api"
        );
    }

    #[test]
    fn a_build_names_the_local_crates() {
        let units =
            artifacts(&[(ITOA, "lib", true), (RYU, "lib", true), (DB, "lib", true), (API, "bin", false)]);
        assert_eq!(
            of_build("build", &units),
            "build: 2 dependencies reused; compiled 1 of 2 local crates: api"
        );
        assert!(compiled_local(&units));
        let units = artifacts(&[(ITOA, "lib", true), (DB, "lib", true)]);
        assert_eq!(of_build("build", &units), "build: 1 dependency reused; compiled 0 of 1 local crate");
        assert!(!compiled_local(&units));
    }
}
