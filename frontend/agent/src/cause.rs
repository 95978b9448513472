//! Why something had to be compiled, as far as the inputs tell.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use crate::console;
use crate::index::Run;
use crate::inputs::Inputs;

/// How many differences a line names before it only counts.
const SHOWN: usize = 3;

/// What `inputs` differ in from the earlier run that comes closest, the latest of those that come equally close.
/// Nothing if there is no such run, or no difference.
pub(crate) fn difference(inputs: &Inputs, earlier: &VecDeque<Run>) -> Option<String> {
    let differences = earlier.iter().rev().map(|run| compare(&run.inputs, inputs));
    let closest = differences.min_by_key(Difference::count)?;
    closest.text()
}

/// That nothing was compiled here before, with the compiler's name where cargo has noted it.
pub(crate) fn first_build(target_dir: &Path) -> String {
    let noted = std::fs::read_to_string(target_dir.join(".rustc_info.json")).ok();
    let rustc = noted.as_deref().and_then(rustc_of);
    rustc.map_or_else(|| "first build here".to_owned(), |rustc| format!("first build here with {rustc}"))
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
#[derive(Debug, Default)]
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

fn compare(was: &Inputs, is: &Inputs) -> Difference {
    let mut difference = Difference::default();
    let none = BTreeSet::new();
    for name in keys(&was.packages, &is.packages) {
        let (old, new) = (was.packages.get(name).unwrap_or(&none), is.packages.get(name).unwrap_or(&none));
        let (gone, come): (Vec<_>, Vec<_>) = (old.difference(new).collect(), new.difference(old).collect());
        match (gone.as_slice(), come.as_slice()) {
            ([old], [new]) => difference.lockfile.push(format!("{name} {old} -> {new}")),
            (gone, come) => {
                difference.lockfile.extend(gone.iter().map(|version| format!("-{name} {version}")));
                difference.lockfile.extend(come.iter().map(|version| format!("+{name} {version}")));
            }
        }
    }
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

fn keys<'a, V>(one: &'a BTreeMap<String, V>, other: &'a BTreeMap<String, V>) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, VecDeque};

    use super::{difference, rustc_of};
    use crate::index::Run;
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

    fn run(inputs: Inputs) -> Run {
        Run { units: BTreeSet::new(), inputs }
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
        let runs = VecDeque::from([run(base.clone())]);
        assert_eq!(
            difference(&later, &runs).unwrap(),
            "Cargo.lock: itoa 1.0.14 -> 1.0.15, +syn 2.0.0; features of tokio: +net, build.rustflags added, \
             profile.release.lto changed"
        );
        assert_eq!(difference(&base, &runs), None);
        assert_eq!(difference(&base, &VecDeque::new()), None);
        later = base.clone();
        later.sources.insert("mine".to_owned(), "2".to_owned());
        let mut before = base;
        before.sources.insert("mine".to_owned(), "1".to_owned());
        assert_eq!(difference(&later, &VecDeque::from([run(before)])).unwrap(), "sources of mine changed");
    }

    #[test]
    fn the_closest_run_is_compared_with() {
        let of = |itoa: &str, ryu: &str| inputs(&[("itoa", &[itoa]), ("ryu", &[ryu])], &[], &[]);
        let runs = VecDeque::from([run(of("1", "1")), run(of("2", "2"))]);
        assert_eq!(difference(&of("1", "3"), &runs).unwrap(), "Cargo.lock: ryu 1 -> 3");
        assert_eq!(difference(&of("3", "2"), &runs).unwrap(), "Cargo.lock: itoa 2 -> 3");
    }

    #[test]
    fn the_compiler_is_named_as_cargo_noted_it() {
        let noted = r#"{"rustc_fingerprint":1,"outputs":{"1":{"stdout":"___\nlib___.rlib\n"},"2":{"stdout":"rustc 1.95.0 (abc 2026-04-14)\nbinary: rustc\n"}}}"#;
        assert_eq!(rustc_of(noted).unwrap(), "rustc 1.95.0");
        assert_eq!(rustc_of("{}"), None);
    }
}
