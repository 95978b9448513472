//! Compares the skeleton of a project with the project itself.

use std::collections::BTreeSet;
use std::path::Path;

use supercargo::name::RelPath;
use supercargo::project::{Project, check_lockfile};
use supercargo::skeleton::{Features, Form, Outcome, Selection, Skeleton, make};
use tempfile::TempDir;

use crate::cargo;
use crate::facts::same_facts;
use crate::fixture::{self, Files};

/// The triple that the tests build for and on.
pub(crate) const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// The members called `packages`, in release.
pub(crate) fn select(packages: &str) -> Selection {
    Selection {
        packages: packages.split_whitespace().map(str::to_owned).collect(),
        features: Features::default(),
        binaries: BTreeSet::new(),
        profile: "release".to_owned(),
        target: TRIPLE.to_owned(),
        host: TRIPLE.to_owned(),
        profile_keys: std::collections::BTreeMap::new(),
        rustflags: Vec::new(),
        tests: false,
    }
}

/// The features called `names`.
pub(crate) fn features(names: &str) -> Features {
    Features { names: names.split_whitespace().map(str::to_owned).collect(), ..Features::default() }
}

/// The binaries called `names` of the members called `packages`.
pub(crate) fn binaries(packages: &str, names: &str) -> Selection {
    Selection { binaries: names.split_whitespace().map(str::to_owned).collect(), ..select(packages) }
}

/// A project on disk with its lockfile.
pub(crate) struct Real {
    pub(crate) dir: TempDir,
    pub(crate) files: Files,
    pub(crate) project: Project,
}

/// Writes the project and lets Cargo lock it, unless it brings a lockfile.
pub(crate) fn real(text: &str) -> Real {
    let dir = tempfile::tempdir().unwrap();
    let mut files = fixture::files(text);
    fixture::write(dir.path(), &files);
    if !files.contains_key("Cargo.lock") {
        cargo::lock(dir.path());
        files.insert("Cargo.lock".to_owned(), std::fs::read(dir.path().join("Cargo.lock")).unwrap());
    }
    let project = fixture::project(&files).unwrap_or_else(|errors| panic!("{}", fixture::messages(&errors)));
    assert_eq!(project.warnings, []);
    same_facts(dir.path(), &project.value);
    let checked = check_lockfile(&project.value);
    assert!(checked.is_ok(), "{}", fixture::messages(&checked.unwrap_err()));
    Real { dir, files, project: project.value }
}

/// The skeleton of the project, or its errors.
pub(crate) fn skeleton(files: &Files, selection: &Selection) -> Result<Outcome, String> {
    let project = fixture::project(files).map_err(|errors| fixture::messages(&errors))?.value;
    make(&project, selection).map(|made| made.value).map_err(|errors| fixture::messages(&errors))
}

/// The skeleton, which must exist.
pub(crate) fn ready(files: &Files, selection: &Selection) -> Skeleton {
    match skeleton(files, selection).unwrap() {
        Outcome::Ready(skeleton) => *skeleton,
        other => panic!("there is no skeleton: {other:?}"),
    }
}

/// Writes the skeleton, with the real files that it asks for.
pub(crate) fn write_skeleton(dir: &Path, skeleton: &Skeleton, files: &Files) {
    let real = |name: &&String| {
        let path = RelPath::new(name).unwrap();
        skeleton.patched.iter().chain(&skeleton.referenced).any(|dir| path.is_within(dir))
    };
    fixture::write(
        dir,
        &files.iter().filter(|(name, _)| real(name)).map(|(n, c)| (n.clone(), c.clone())).collect(),
    );
    fixture::write(dir, &skeleton.files.iter().map(|(n, c)| (n.as_str().to_owned(), c.clone())).collect());
}

/// The command that builds the skeleton.
pub(crate) fn skeleton_arguments(selection: &Selection, skeleton: &Skeleton) -> Vec<String> {
    let mut arguments = cargo::common_arguments(selection);
    arguments.extend(skeleton.arguments.clone());
    arguments
}

/// Asserts that skeleton and project compile the same external units.
pub(crate) fn same_units(text: &str, selection: &Selection) -> Skeleton {
    same_units_of(&real(text), selection)
}

/// As [`same_units`], for a project that is on disk.
pub(crate) fn same_units_of(real: &Real, selection: &Selection) -> Skeleton {
    let skeleton = ready(&real.files, selection);
    let dir = tempfile::tempdir().unwrap();
    write_skeleton(dir.path(), &skeleton, &real.files);
    let patched = skeleton.patched.iter().map(|dir| dir.as_str().to_owned()).collect();
    let mut real_arguments = cargo::real_arguments(real.dir.path(), &real.project, selection);
    real_arguments.push("--locked".to_owned());
    let expected = cargo::units(real.dir.path(), real_arguments, &patched).unwrap();
    let arguments = skeleton_arguments(selection, &skeleton);
    let found = cargo::units(dir.path(), arguments, &patched)
        .unwrap_or_else(|error| panic!("{error}\n{}", print(&skeleton)));
    let missing: Vec<_> = expected.difference(&found).collect();
    let superfluous: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && superfluous.is_empty(),
        "missing: {missing:#?}\nsuperfluous: {superfluous:#?}\n{}",
        print(&skeleton)
    );
    nothing_new_is_locked(dir.path(), &skeleton);
    skeleton
}

/// Cargo may drop entries from the skeleton's lockfile, but must not choose a version itself.
fn nothing_new_is_locked(dir: &Path, skeleton: &Skeleton) {
    let packages = |text: &str| -> BTreeSet<String> {
        let parsed: toml::Table = toml::from_str(text).unwrap();
        let packages = parsed.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        let id = |key: &str, package: &toml::Value| {
            package.get(key).map_or(String::new(), |value| value.as_str().unwrap().to_owned())
        };
        let ids = ["name", "version", "source", "checksum"];
        packages.iter().map(|package| ids.map(|key| id(key, package)).join(" ")).collect()
    };
    let given = packages(&text(skeleton, "Cargo.lock"));
    let after = packages(&std::fs::read_to_string(dir.join("Cargo.lock")).unwrap());
    let new: Vec<_> = after.difference(&given).collect();
    assert!(new.is_empty(), "cargo locked by itself: {new:?}");
}

/// The text of one of the skeleton's files.
pub(crate) fn text(skeleton: &Skeleton, name: &str) -> String {
    let contents = skeleton.files.get(&fixture::path(name)).unwrap_or_else(|| panic!("no `{name}`"));
    String::from_utf8(contents.clone()).unwrap()
}

/// All of the skeleton, to read in a failure.
pub(crate) fn print(skeleton: &Skeleton) -> String {
    let files = skeleton
        .files
        .iter()
        .map(|(name, contents)| format!("//- {name}\n{}", String::from_utf8_lossy(contents)));
    format!("{:?} {:?}\n{}", skeleton.form, skeleton.arguments, files.collect::<String>())
}

/// Asserts the form of a skeleton.
pub(crate) fn assert_flattened(skeleton: &Skeleton) {
    assert_eq!(skeleton.form, Form::Flattened);
}
