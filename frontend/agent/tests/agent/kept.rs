//! A target directory that outlives the dependency step: what is reused, what is handed out, and what leaves it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use supercargo_report::{Export, Step};

use crate::bed::{Outcome, Project, at, for_each, main, manifest, set_time};
use crate::interrupted::{HOLDING, kill, wait_for};

const STUB: &str = "stub";

/// Watches nothing in particular, so cargo keeps the time of the package's newest file in its fingerprint.
const WATCHING_ALL: &str = "fn main() { println!(\"cargo:rustc-env=X=1\"); }";

/// Compiles a skeleton as the dependency step does. `mine` stands for a path crate that externals are patched with,
/// and `other` for one beside it.
struct Skeleton(Project);

impl Skeleton {
    fn new(vendored: &[(&str, &str)]) -> Self {
        let mut project = Project::new(&[
            ("src/lib.rs", ""),
            ("tool", "a linker, say"),
            ("mine/Cargo.toml", &manifest("mine", "")),
            ("mine/src/lib.rs", "pub fn value() -> &'static str { \"one\" }"),
            ("mine/build.rs", WATCHING_ALL),
            ("other/Cargo.toml", &manifest("other", "[dependencies]\nmine = { path = \"../mine\" }\n")),
            ("other/src/lib.rs", "pub fn value() -> String { mine::value().to_uppercase() }"),
            (
                ".cargo/config.toml",
                "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n",
            ),
        ]);
        fs::create_dir_all(project.source("vendor")).unwrap();
        let command: Vec<String> = project.job.command.drain(..).chain(["--lib".to_owned()]).collect();
        project.job.command = command;
        project.job.step = Step::Deps;
        project.job.stubs = vec![STUB.to_owned()];
        project.job.freshness = None;
        project.job.collect = None;
        let path = |name: &str| project.path(name).to_str().unwrap().to_owned();
        let export = Export {
            into: path("deps"),
            skeleton: path("src"),
            pinned: ["mine", "other", "tool", "vendor"].map(str::to_owned).to_vec(),
        };
        project.job.export = Some(export);
        let skeleton = Self(project);
        skeleton.depend(vendored, "");
        skeleton
    }

    /// Lets the stub depend on `other` and on exactly these vendored crates, `(name, version)`.
    fn depend(&self, vendored: &[(&str, &str)], more: &str) {
        let _ = fs::remove_dir_all(self.0.source("vendor"));
        fs::create_dir_all(self.0.source("vendor")).unwrap();
        let mut dependencies = "[dependencies]\nother = { path = \"other\" }\n".to_owned();
        for (name, version) in vendored {
            self.vendor(name, version, &format!("pub const VERSION: &str = \"{version}\";"));
            dependencies = format!("{dependencies}{name} = \"={version}\"\n");
        }
        let text = manifest(STUB, &format!("{dependencies}{more}\n[workspace]\n"));
        self.0.write("Cargo.toml", &text);
        let _ = fs::remove_file(self.0.source("Cargo.lock"));
    }

    fn vendor(&self, name: &str, version: &str, text: &str) {
        let directory = format!("vendor/{name}");
        let manifest = manifest(name, "").replace("0.1.0", version);
        self.0.write(&format!("{directory}/Cargo.toml"), &manifest);
        self.0.write(&format!("{directory}/src/lib.rs"), text);
        self.0.write(&format!("{directory}/.cargo-checksum.json"), "{\"files\":{},\"package\":null}");
    }

    fn try_run(&self) -> Outcome {
        let deps = self.0.path("deps");
        let _ = fs::remove_dir_all(&deps);
        fs::create_dir(&deps).unwrap();
        self.0.try_build()
    }

    /// Runs the step, and checks how its last line ends.
    fn run(&self, ending: &str) -> Outcome {
        let outcome = self.try_run();
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let line = outcome.stdout.lines().last().unwrap();
        assert_eq!(line, format!("deps: {ending}"), "{outcome:?}");
        outcome
    }

    fn list(&self) -> Value {
        serde_json::from_slice(&fs::read(self.0.path("deps/.supercargo-deps.json")).unwrap()).unwrap()
    }

    /// Makes what was handed out all that there is.
    fn start_from_what_was_handed_out(&self) {
        let target = self.0.path("target");
        let index = fs::read(target.join(".supercargo-index.json")).unwrap();
        fs::remove_dir_all(&target).unwrap();
        fs::rename(self.0.path("deps"), &target).unwrap();
        fs::write(target.join(".supercargo-index.json"), index).unwrap();
    }

    fn change_index(&self, change: impl FnOnce(&mut Value)) {
        let path = self.0.path("target/.supercargo-index.json");
        let mut index: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut index);
        fs::write(&path, index.to_string()).unwrap();
    }
}

fn names(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for_each(directory, &mut |path| {
        if path.is_file() {
            names.insert(path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned());
        }
    });
    names
}

/// True for a file name of that extension.
fn is(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|own| own == extension)
}

fn units_of<'a>(names: &'a BTreeSet<String>, package: &str) -> Vec<&'a String> {
    names.iter().filter(|name| name.contains(&format!(".fingerprint/{package}-"))).collect()
}

#[test]
fn a_bump_compiles_one_crate_and_going_back_none() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0"), ("bb", "1.0.0")]);
    let rustc = std::process::Command::new("rustc").arg("-V").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let rustc = rustc.split(' ').take(2).collect::<Vec<_>>().join(" ");
    skeleton.run(&format!("4 crates compiled, 0 reused; first build here with {rustc}"));
    skeleton.run("0 crates compiled, 4 reused");
    let first = names(&skeleton.0.path("deps"));

    skeleton.depend(&[("aa", "1.0.1"), ("bb", "1.0.0")], "");
    skeleton.run("1 crate compiled, 3 reused; Cargo.lock: aa 1.0.0 -> 1.0.1");
    let second = names(&skeleton.0.path("deps"));
    assert_eq!(units_of(&second, "aa").len(), units_of(&first, "aa").len(), "nothing of 1.0.0 is handed out");
    assert!(units_of(&second, "aa") != units_of(&first, "aa"));
    assert_eq!(units_of(&names(&skeleton.0.path("target")), STUB), Vec::<&String>::new());

    skeleton.depend(&[("aa", "1.0.0"), ("bb", "1.0.0")], "");
    skeleton.run("0 crates compiled, 4 reused");
    assert_eq!(names(&skeleton.0.path("deps")), first, "as the first time");
    skeleton.depend(&[("bb", "1.0.0")], "[profile.dev]\noverflow-checks = false\n");
    let text = skeleton.try_run().stdout;
    assert!(text.ends_with("; Cargo.lock: -aa 1.0.0; profile.dev.overflow-checks added\n"), "{text}");
}

#[test]
fn what_is_handed_out_is_fresh_and_small() {
    let mut skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    skeleton.0.write("mine/build.rs", WATCHING_ALL);
    assert_eq!(skeleton.try_run().code, Some(0));
    let deps = skeleton.0.path("deps");
    let files = names(&deps);
    let unwanted = |name: &&String| {
        let last = name.rsplit('/').next().unwrap();
        last.starts_with(STUB) || last.contains("libstub") || last == "invoked.timestamp" || is(last, "d")
    };
    assert_eq!(files.iter().filter(unwanted).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(!files.contains(".supercargo-index.json"));

    // The build script has two names, and one file.
    let mut scripts = Vec::new();
    for_each(&deps, &mut |path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_file()
            && name.replace('_', "-").starts_with("build-script-build")
            && !path.to_str().unwrap().contains(".fingerprint")
        {
            scripts.push(path.metadata().unwrap());
        }
    });
    assert_eq!(scripts.len(), 2, "{files:?}");
    assert!(scripts[0].ino() == scripts[1].ino() && scripts[0].mode() & 0o111 != 0);

    // Every library has its digest, and each is that of what it holds.
    let list = skeleton.list();
    let libraries: BTreeMap<String, String> = serde_json::from_value(list["libraries"].clone()).unwrap();
    let expected: BTreeSet<&String> =
        files.iter().filter(|name| is(name, "rlib") || is(name, "rmeta")).collect();
    assert_eq!(libraries.keys().collect::<BTreeSet<_>>(), expected);
    for (name, digest) in &libraries {
        let sum = std::process::Command::new("sha256sum").arg(deps.join(name)).output().unwrap();
        assert!(String::from_utf8(sum.stdout).unwrap().starts_with(digest), "{name}");
    }

    // A step that starts from nothing else finds all of it fresh.
    fs::remove_dir_all(skeleton.0.path("target")).unwrap();
    fs::rename(&deps, skeleton.0.path("target")).unwrap();
    skeleton.0.job.step = Step::Build;
    skeleton.0.job.stubs = Vec::new();
    skeleton.0.job.export = None;
    skeleton.0.job.freshness = None;
    skeleton.0.arrival = at(0);
    let outcome = skeleton.0.try_build();
    assert!(
        outcome.stdout.contains("build: 1 dependency reused; compiled 1 of 3 local crates: stub"),
        "{outcome:?}"
    );
}

#[test]
fn a_path_crate_is_compiled_again_exactly_when_its_content_changes() {
    let mut skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    // Sources arrive with all kinds of times that say nothing.
    for arrival in [at(1_000), at(4_000_000_000), at(0)] {
        skeleton.0.arrival = arrival;
        skeleton.run("0 crates compiled, 3 reused");
        // Same size, and the same time as ever.
        let text = fs::read_to_string(skeleton.0.source("mine/src/lib.rs")).unwrap();
        let (from, to) = if text.contains("one") { ("one", "two") } else { ("two", "one") };
        skeleton.0.write("mine/src/lib.rs", &text.replace(from, to));
        skeleton.run("2 crates compiled, 1 reused; sources of mine changed");
    }
}

#[test]
fn a_path_crate_absent_for_a_while_is_kept() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    let text = fs::read_to_string(skeleton.0.source("Cargo.toml")).unwrap();
    for away in ["mine", "other"] {
        fs::rename(skeleton.0.source(away), skeleton.0.path(away)).unwrap();
    }
    skeleton.0.write("Cargo.toml", &text.replace("other = { path = \"other\" }", ""));
    skeleton.0.remove("Cargo.lock");
    skeleton.run("0 crates compiled, 1 reused");
    for back in ["mine", "other"] {
        fs::rename(skeleton.0.path(back), skeleton.0.source(back)).unwrap();
    }
    skeleton.0.write("Cargo.toml", &text);
    skeleton.0.remove("Cargo.lock");
    skeleton.run("0 crates compiled, 3 reused");
}

#[test]
fn a_vendored_crate_of_the_same_version_and_other_content_is_compiled_again() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0"), ("bb", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    skeleton.vendor("aa", "1.0.0", "pub const VERSION: &str = \"other\";");
    skeleton.run("1 crate compiled, 3 reused; sources of aa changed");
    skeleton.run("0 crates compiled, 4 reused");
}

#[test]
fn a_crate_that_writes_to_its_sources_never_misses_what_it_wrote() {
    let skeleton = Skeleton::new(&[]);
    skeleton.0.write(
        "mine/build.rs",
        "fn main() { println!(\"cargo:rerun-if-changed=build.rs\");\n\
         std::fs::write(\"src/made.rs\", \"pub const MADE: &str = \\\"made\\\";\").unwrap(); }",
    );
    skeleton.0.write("mine/src/lib.rs", "mod made; pub fn value() -> &'static str { made::MADE }");
    for more in ["", "[profile.dev]\nopt-level = 1\n", ""] {
        skeleton.depend(&[], more);
        let outcome = skeleton.try_run();
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        skeleton.0.remove("mine/src/made.rs");
    }
}

#[test]
fn a_target_directory_from_the_future_is_followed() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    for_each(&skeleton.0.path("target"), &mut |path| {
        set_time(path, SystemTime::now() + Duration::from_hours(1));
    });
    skeleton.change_index(|index| index["clock"][0] = (index["clock"][0].as_u64().unwrap() + 3_600).into());
    skeleton.0.write("mine/src/lib.rs", "pub fn value() -> &'static str { \"two\" }");
    skeleton.run("2 crates compiled, 1 reused; sources of mine changed");
    skeleton.run("0 crates compiled, 3 reused");
    let now = SystemTime::now();
    for_each(&skeleton.0.path("deps"), &mut |path| {
        assert!(path.metadata().unwrap().modified().unwrap() <= now, "{}", path.display());
    });
}

#[test]
fn damage_costs_a_compile_and_nothing_else() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    // Killed before its end: nothing of cargo's own is lost, but path crates may have been written to.
    skeleton.change_index(|index| index["finished"] = false.into());
    let outcome = skeleton.try_run();
    assert!(outcome.stdout.contains("deps: 2 crates compiled, 1 reused"), "{outcome:?}");
    // An index that is only half there describes nothing.
    let index = skeleton.0.path("target/.supercargo-index.json");
    let text = fs::read(&index).unwrap();
    fs::write(&index, &text[..text.len() / 2]).unwrap();
    let outcome = skeleton.try_run();
    assert!(outcome.stdout.contains("deps: 3 crates compiled, 0 reused; first build here"), "{outcome:?}");
    // Cargo failed: nothing is handed out that could be taken for a result.
    skeleton.0.write("mine/src/lib.rs", "broken");
    assert_eq!(skeleton.try_run().code, Some(101));
    assert!(names(&skeleton.0.path("deps")).is_empty());
}

#[test]
fn a_run_that_is_killed_in_the_middle_is_taken_up_by_the_next() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    skeleton.0.write("mine/build.rs", HOLDING);
    skeleton.0.write("mine/value", "one");
    skeleton.0.write("mine/src/lib.rs", "pub fn value() -> &'static str { env!(\"VALUE\") }");
    fs::create_dir(skeleton.0.path("deps")).unwrap();
    for killed in ["one", "two"] {
        skeleton.0.write("mine/value", killed);
        fs::write(skeleton.0.path("hold"), "").unwrap();
        let child = skeleton.0.agent().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for(&skeleton.0.path("held"));
        kill(child);
        fs::remove_file(skeleton.0.path("hold")).unwrap();
        fs::remove_file(skeleton.0.path("held")).unwrap();
    }
    // Back to what was never compiled to its end, with the same size and time.
    skeleton.0.write("mine/value", "one");
    let outcome = skeleton.try_run();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let holds = |text: &str| {
        let deps = skeleton.0.path("deps");
        let names = names(&deps);
        let output = names.iter().find(|name| name.ends_with("/output") && name.contains("/mine-")).unwrap();
        fs::read_to_string(deps.join(output)).unwrap().contains(&format!("VALUE={text}"))
    };
    assert!(holds("one"));
    skeleton.0.write("mine/value", "two");
    skeleton.run("2 crates compiled, 1 reused; sources of mine changed");
    assert!(holds("two"));
}

#[test]
fn what_the_last_runs_did_not_use_leaves() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    for patch in 0..10 {
        skeleton.depend(&[("aa", &format!("1.0.{patch}"))], "");
        assert_eq!(skeleton.try_run().code, Some(0));
    }
    let units = names(&skeleton.0.path("target"));
    let fingerprints: BTreeSet<_> =
        units_of(&units, "aa").into_iter().map(|name| name.split('/').nth(2)).collect();
    assert_eq!(fingerprints.len(), 8, "{units:?}");
    let libraries = units.iter().filter(|name| name.contains("/libaa-") && is(name, "rlib"));
    assert_eq!(libraries.count(), 8, "{units:?}");
    skeleton.depend(&[("aa", "1.0.2")], "");
    skeleton.run("0 crates compiled, 3 reused");
    skeleton.depend(&[("aa", "1.0.0")], "");
    let outcome = skeleton.try_run();
    assert!(outcome.stdout.contains("deps: 1 crate compiled, 2 reused; Cargo.lock: aa "), "{outcome:?}");
}

#[test]
fn cargos_next_layout_is_kept_as_well() {
    let mut skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    skeleton.0.environment = vec![("RUSTC_BOOTSTRAP", "1".to_owned())];
    skeleton.0.job.command.push("-Zbuild-dir-new-layout".to_owned());
    assert_eq!(skeleton.try_run().code, Some(0));
    skeleton.depend(&[("aa", "1.0.1")], "");
    skeleton.run("1 crate compiled, 2 reused; Cargo.lock: aa 1.0.0 -> 1.0.1");
    // What was handed out serves a step that has nothing else.
    let files = names(&skeleton.0.path("deps"));
    let libraries = files.iter().filter(|name| is(name, "rlib") && name.contains("/aa/"));
    assert_eq!(libraries.count(), 1, "{files:?}");
    skeleton.start_from_what_was_handed_out();
    skeleton.run("0 crates compiled, 3 reused");
}

#[test]
fn a_dynamic_library_is_handed_out_with_the_name_that_cargo_looks_for() {
    let skeleton = Skeleton::new(&[]);
    skeleton.0.write("mine/Cargo.toml", &manifest("mine", "[lib]\ncrate-type = [\"dylib\"]\n"));
    assert_eq!(skeleton.try_run().code, Some(0));
    skeleton.run("0 crates compiled, 2 reused");
    skeleton.start_from_what_was_handed_out();
    skeleton.run("0 crates compiled, 2 reused");
}

#[test]
fn a_tool_with_other_contents_makes_everything_anew() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    skeleton.0.write("tool", "a linked, say");
    let outcome = skeleton.try_run();
    assert!(outcome.stdout.contains("deps: 3 crates compiled, 0 reused"), "{outcome:?}");
    skeleton.run("0 crates compiled, 3 reused");
}

#[test]
fn a_variable_of_the_configuration_makes_everything_anew() {
    let skeleton = Skeleton::new(&[("aa", "1.0.0")]);
    assert_eq!(skeleton.try_run().code, Some(0));
    let config = fs::read_to_string(skeleton.0.source(".cargo/config.toml")).unwrap();
    skeleton.0.write(".cargo/config.toml", &format!("{config}[env]\nCFLAGS = \"-O1\"\n"));
    let outcome = skeleton.try_run();
    assert!(outcome.stdout.contains("deps: 3 crates compiled, 0 reused"), "{outcome:?}");
}

/// The stub's own code is never wanted, so `main` of a test here would only be noise.
#[test]
fn a_stub_with_a_binary_hands_out_nothing_of_it() {
    let skeleton = Skeleton::new(&[]);
    skeleton.0.write("src/main.rs", &main("1"));
    assert_eq!(skeleton.try_run().code, Some(0));
    let files = names(&skeleton.0.path("deps"));
    assert!(!files.iter().any(|name| name.rsplit('/').next().unwrap().starts_with(STUB)), "{files:?}");
}
