//! Why something had to be compiled, as far as the inputs tell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::console;
use crate::inputs::Inputs;
use crate::lockfile::Versions;

/// The cause where nothing was built before.
pub(crate) const FIRST: &str = "first build here";

/// How many differences a line names before it only counts.
const SHOWN: usize = 3;

/// What `inputs` differ in from those `earlier` ones, the newest first, that come closest; nothing if they do not
/// differ. If there are none, this is the first build in `target_dir`.
pub(crate) fn of<'a>(
    inputs: &Inputs,
    earlier: impl Iterator<Item = &'a Inputs>,
    target_dir: &Path,
) -> Option<String> {
    let differences = earlier.map(|earlier| compare(earlier, inputs));
    let closest = differences.min_by_key(Difference::count);
    closest.map_or_else(|| Some(first_build(target_dir)), |closest| closest.text())
}

/// That nothing was compiled here before, with the compiler's name where cargo has noted it.
fn first_build(target_dir: &Path) -> String {
    let noted = std::fs::read_to_string(target_dir.join(".rustc_info.json")).ok();
    let rustc = noted.as_deref().and_then(rustc_of);
    rustc.map_or_else(|| FIRST.to_owned(), |rustc| format!("{FIRST} with {rustc}"))
}

/// `rustc 1.95.0` from cargo's notes about the compiler.
fn rustc_of(noted: &str) -> Option<String> {
    let noted: serde_json::Value = serde_json::from_str(noted).ok()?;
    let mut outputs = noted.get("outputs")?.as_object()?.values();
    outputs.find_map(|output| {
        let version = output.get("stdout")?.as_str()?.strip_prefix("rustc ")?.split_whitespace().next()?;
        Some(format!("rustc {version}"))
    })
}

/// What differs between two runs, in words.
struct Difference {
    lockfile: Vec<String>,
    others: Vec<String>,
}

impl Difference {
    fn count(&self) -> usize {
        self.lockfile.len() + self.others.len()
    }

    fn text(&self) -> Option<String> {
        let lockfile = (!self.lockfile.is_empty())
            .then(|| format!("Cargo.lock: {}", console::list(&self.lockfile, SHOWN)));
        let others = (!self.others.is_empty()).then(|| console::list(&self.others, SHOWN));
        let parts: Vec<String> = lockfile.into_iter().chain(others).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// What differs between two lockfiles, one fragment each.
pub(crate) fn bumps(was: &Versions, is: &Versions) -> Vec<String> {
    let mut found = Vec::new();
    let none = BTreeSet::new();
    for name in keys(was, is) {
        let (old, new) = (was.get(name).unwrap_or(&none), is.get(name).unwrap_or(&none));
        let (gone, come): (Vec<_>, Vec<_>) = (old.difference(new).collect(), new.difference(old).collect());
        match (gone.as_slice(), come.as_slice()) {
            ([old], [new]) => found.push(format!("{name} {old} -> {new}")),
            (gone, come) => {
                found.extend(gone.iter().map(|version| format!("-{name} {version}")));
                found.extend(come.iter().map(|version| format!("+{name} {version}")));
            }
        }
    }
    found
}

fn compare(was: &Inputs, is: &Inputs) -> Difference {
    let mut difference = Difference { lockfile: bumps(&was.packages, &is.packages), others: Vec::new() };
    // Only of packages that are in both: what came or went says so above.
    for (package, new) in &is.features {
        let Some(old) = was.features.get(package) else { continue };
        let come = new.difference(old).map(|feature| format!("+{feature}"));
        let gone = old.difference(new).map(|feature| format!("-{feature}"));
        let changes: Vec<String> = come.chain(gone).collect();
        if !changes.is_empty() {
            let name = package.split(' ').next().unwrap_or(package);
            difference.others.push(format!("features of {name}: {}", changes.join(" ")));
        }
    }
    for key in keys(&was.settings, &is.settings) {
        match (was.settings.get(key), is.settings.get(key)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(_), Some(_)) => difference.others.push(format!("{key} changed")),
            (Some(_), None) => difference.others.push(format!("{key} removed")),
            (None, _) => difference.others.push(format!("{key} added")),
        }
    }
    for (name, new) in &is.sources {
        if was.sources.get(name).is_some_and(|old| old != new) {
            let name = name.split(' ').next().unwrap_or(name);
            difference.others.push(format!("sources of {name} changed"));
        }
    }
    difference
}

/// The keys of both.
pub(crate) fn keys<'a, V>(one: &'a BTreeMap<String, V>, other: &'a BTreeMap<String, V>) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::{of, rustc_of};
    use crate::inputs::Inputs;

    fn sets(entries: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        let entries = entries.iter().map(|(name, values)| {
            ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        });
        entries.collect()
    }

    fn inputs(
        packages: &[(&str, &[&str])],
        features: &[(&str, &[&str])],
        settings: &[(&str, &str)],
    ) -> Inputs {
        Inputs {
            packages: sets(packages),
            features: sets(features),
            settings: settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            sources: BTreeMap::new(),
        }
    }

    fn since(earlier: &[&Inputs], inputs: &Inputs) -> Option<String> {
        of(inputs, earlier.iter().copied(), Path::new("nowhere"))
    }

    #[test]
    fn each_kind_of_difference_has_its_words() {
        let base = inputs(
            &[("itoa", &["1.0.14"]), ("syn", &["1.0.1"])],
            &[("tokio 1.0.0", &["rt"])],
            &[("profile.release.lto", "a")],
        );
        let mut later = inputs(
            &[("itoa", &["1.0.15"]), ("syn", &["1.0.1", "2.0.0"])],
            &[("tokio 1.0.0", &["net", "rt"])],
            &[("profile.release.lto", "b"), ("build.rustflags", "c")],
        );
        assert_eq!(
            since(&[&base], &later).unwrap(),
            "Cargo.lock: itoa 1.0.14 -> 1.0.15, +syn 2.0.0; features of tokio: +net, build.rustflags added, \
             profile.release.lto changed"
        );
        assert_eq!(since(&[&base], &base), None);
        assert_eq!(since(&[], &base).unwrap(), "first build here");
        later = base.clone();
        later.sources.insert("mine".to_owned(), "2".to_owned());
        let mut before = base;
        before.sources.insert("mine".to_owned(), "1".to_owned());
        assert_eq!(since(&[&before], &later).unwrap(), "sources of mine changed");
    }

    #[test]
    fn the_closest_run_is_compared_with() {
        let locked = |itoa: &str, ryu: &str| inputs(&[("itoa", &[itoa]), ("ryu", &[ryu])], &[], &[]);
        let (older, newer) = (locked("1", "1"), locked("2", "2"));
        let since = |inputs: &Inputs| since(&[&newer, &older], inputs).unwrap();
        assert_eq!(since(&locked("1", "3")), "Cargo.lock: ryu 1 -> 3");
        assert_eq!(since(&locked("3", "2")), "Cargo.lock: itoa 2 -> 3");
        assert_eq!(since(&locked("2", "1")), "Cargo.lock: ryu 2 -> 1", "the newer of two");
    }

    #[test]
    fn the_compiler_is_named_as_cargo_noted_it() {
        let noted = r#"{"rustc_fingerprint":1,"outputs":{"1":{"stdout":"___\nlib___.rlib\n"},"2":{"stdout":"rustc 1.95.0 (abc 2026-04-14)\nbinary: rustc\n"}}}"#;
        assert_eq!(rustc_of(noted).unwrap(), "rustc 1.95.0");
        assert_eq!(rustc_of("{}"), None);
    }
}
