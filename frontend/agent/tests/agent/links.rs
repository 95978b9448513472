//! Dependencies come into a kept target directory as links to a layer, and whatever that layer becomes, the binary is
//! the one that it and the sources say.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use supercargo_report::Dependencies;

use crate::bed::{Project, for_each, manifest, set_time};

/// Compiles a C library and generates a source, from a variable that it does not tell cargo about.
const SYS_SCRIPT: &str = r#"use std::process::Command;
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap());
    std::fs::write(out.join("native.c"), "int native(void) { return 4; }").unwrap();
    let run = |program: &str, arguments: &[&str]| {
        assert!(Command::new(program).args(arguments).current_dir(&out).status().unwrap().success());
    };
    run("cc", &["-c", "-O1", "native.c", "-o", "native.o"]);
    run("ar", &["crsD", "libnative.a", "native.o"]);
    let value = std::env::var("UNTOLD").unwrap_or_default();
    std::fs::write(out.join("generated.rs"), format!("pub const VALUE: &str = {value:?};")).unwrap();
    std::fs::write(out.join("header"), "7").unwrap();
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-link-lib=static=native");
    println!("cargo:root={}", out.display());
}"#;

const SYS: &str = "include!(concat!(env!(\"OUT_DIR\"), \"/generated.rs\"));\n\
    extern \"C\" { fn native() -> i32; }\npub fn four() -> i32 { unsafe { native() } }\n";

const MACRO: &str = "#[proc_macro]\npub fn one(_: proc_macro::TokenStream) -> proc_macro::TokenStream { \"1\".parse().unwrap() }\n";

const LIB_SCRIPT: &str = r#"fn main() {
    let header = std::path::PathBuf::from(std::env::var("DEP_NATIVE_ROOT").unwrap()).join("header");
    println!("cargo:rerun-if-changed={}", header.display());
    println!("cargo:rustc-env=HEADER={}", std::fs::read_to_string(header).unwrap());
}"#;

/// A project with an external library, native code and a procedural macro, and the layer that holds those compiled.
struct Layered {
    project: Project,
    /// Arguments that choose a profile.
    profile: Vec<&'static str>,
}

impl Layered {
    fn new(profile: &[&'static str], settings: &str) -> Self {
        let mut project = Project::new(&[
            ("../ext/sys/Cargo.toml", &manifest("sys", "links = \"native\"\nbuild = \"build.rs\"\n")),
            ("../ext/sys/build.rs", SYS_SCRIPT),
            ("../ext/sys/src/lib.rs", SYS),
            ("../ext/mac/Cargo.toml", &manifest("mac", "[lib]\nproc-macro = true\n")),
            ("../ext/mac/src/lib.rs", MACRO),
            ("../ext/outer/Cargo.toml", &manifest("outer", "[dependencies]\nsys = { path = \"../sys\" }\n")),
            (
                "../ext/outer/src/lib.rs",
                "pub fn value() -> String { format!(\"{}{}\", sys::VALUE, sys::four()) }\n",
            ),
            ("lib/build.rs", LIB_SCRIPT),
            (
                "lib/src/lib.rs",
                "pub fn text() -> String { format!(\"{} {}\", outer::value(), env!(\"HEADER\")) }\n",
            ),
            ("src/main.rs", "fn main() { println!(\"{} {}\", lib::text(), mac::one!()); }\n"),
        ]);
        git(&project, &["init", "--quiet"]);
        commit(&project);
        let url = format!("file://{}", project.path("ext").display());
        let external = |name: &str| format!("{name} = {{ git = \"{url}\" }}\n");
        // With both kinds under link-time optimisation, dependencies are compiled in another way.
        let kinds = if settings.contains("lto") { "\"lib\"" } else { "\"cdylib\", \"rlib\"" };
        let lib = format!(
            "[lib]\ncrate-type = [{kinds}]\n[dependencies]\n{}{}",
            external("outer"),
            external("sys")
        );
        project.write("lib/Cargo.toml", &manifest("lib", &lib));
        let app =
            format!("[dependencies]\nlib = {{ path = \"lib\" }}\n{}[workspace]\n{settings}", external("mac"));
        project.write("Cargo.toml", &manifest("app", &app));
        let all = ["outer", "sys", "mac"].map(external).concat();
        let stub = format!("[dependencies]\n{all}[workspace]\n{settings}");
        project.write("../skeleton/Cargo.toml", &manifest("stub", &stub));
        project.write("../skeleton/src/lib.rs", "");
        project.environment = vec![("CARGO_HOME", project.path("home").to_str().unwrap().to_owned())];
        project.job.command.retain(|argument| argument != "--offline");
        project.job.command.extend(profile.iter().map(|argument| (*argument).to_owned()));
        let directory = project.path("layer").to_str().unwrap().to_owned();
        project.job.dependencies = Dependencies::Linked { directory };
        let layered = Self { project, profile: profile.to_vec() };
        layered.compile("x");
        layered
    }

    /// Compiles the layer, as the dependency step does: in a directory of the same path as the target directory's.
    fn compile(&self, untold: &str) {
        let (target, aside) = (self.project.path("target"), self.project.path("aside"));
        fs::rename(&target, &aside).unwrap();
        let output = Command::new("cargo")
            .args(["build", "--quiet"])
            .args(&self.profile)
            .current_dir(self.project.path("skeleton"))
            .envs(self.project.environment.iter().map(|(name, value)| (name, value)))
            .env("CARGO_TARGET_DIR", &target)
            .env("UNTOLD", untold)
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        self.replace(&target);
        fs::rename(&aside, &target).unwrap();
    }

    fn layer(&self) -> PathBuf {
        self.project.path("layer")
    }

    /// Puts the directory `by` in place of the layer.
    fn replace(&self, by: &Path) {
        fs::remove_dir_all(self.layer()).ok();
        fs::rename(by, self.layer()).unwrap();
    }

    /// Builds; every dependency must be a reused one.
    fn build(&self, printed: &str, compiled: &str) -> String {
        let outcome = self.project.build(printed, compiled);
        assert!(outcome.stdout.contains("build: 3 dependencies reused; "), "{outcome:?}");
        assert!(self.project.report().rebuilt.is_empty(), "{outcome:?}");
        self.check_links();
        outcome.stdout
    }

    /// No link leads nowhere, and nothing of a dependency is here but as a link.
    fn check_links(&self) {
        let mut links = 0;
        walk(&self.project.path("target"), &mut |path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_symlink() {
                assert!(path.exists(), "{} leads nowhere", path.display());
                links += 1;
            } else {
                let of_dependency = ["outer-", "libouter-", "sys-", "libsys-", "mac-", "libmac-"];
                assert!(!of_dependency.iter().any(|start| name.starts_with(start)), "{}", path.display());
            }
        });
        assert!(links > 10, "{links}");
    }
}

fn walk(path: &Path, act: &mut impl FnMut(&Path)) {
    act(path);
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), act);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("--archive").args([from, to]).status();
    assert!(status.unwrap().success());
}

fn git(project: &Project, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let output = Command::new("git").args(identity).args(arguments).current_dir(project.path("ext")).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn commit(project: &Project) {
    git(project, &["add", "--all"]);
    git(project, &["commit", "--quiet", "--message=x"]);
}

/// Changes the time of every file in a layer.
fn shift(layer: &Path, by: impl Fn(SystemTime) -> SystemTime) {
    for_each(layer, &mut |path| set_time(path, by(path.metadata().unwrap().modified().unwrap())));
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[test]
fn a_binary_is_the_same_as_with_the_layer_itself() {
    for (profile, settings, is_reproducible) in [
        (&[][..], "[profile.dev]\nincremental = false\n", true),
        // rustc gives such files names of which a part is random.
        (&[], "[profile.dev]\nsplit-debuginfo = \"unpacked\"\n", false),
        (&["--profile=release"], "[profile.release]\nlto = \"fat\"\ndebug = 2\n", true),
        (&["--profile=release"], "[profile.release]\nlto = \"thin\"\n", true),
    ] {
        let mut layered = Layered::new(profile, settings);
        layered.build("x4 7 1", "2 of 2");
        layered.build("x4 7 1", "0 of 2");
        let linked = fs::read(layered.project.path("out/bin/app")).unwrap();
        fs::remove_dir_all(layered.project.path("target")).unwrap();
        copy(&layered.layer(), &layered.project.path("target"));
        layered.project.job.dependencies = Dependencies::Given;
        layered.project.job.freshness = None;
        layered.project.build("x4 7 1", "2 of 2");
        let given = fs::read(layered.project.path("out/bin/app")).unwrap();
        assert!(!is_reproducible || linked == given, "{settings}");
    }
}

#[test]
fn a_layer_that_was_exported_and_imported_compiles_nothing() {
    let layered = Layered::new(&[], "");
    let said = layered.build("x4 7 1", "2 of 2");
    assert!(said.ends_with("first build here\n"), "{said}");
    shift(&layered.layer(), whole_seconds);
    layered.build("x4 7 1", "0 of 2");
    layered.project.write("src/main.rs", "fn main() { println!(\"{} {}!\", lib::text(), mac::one!()); }\n");
    let said = layered.build("x4 7 1!", "1 of 2");
    assert!(said.ends_with("compiled 1 of 2 local crates: app\nchanged: src/main.rs\n"), "{said}");
}

#[test]
fn other_contents_under_the_same_names_are_compiled_against() {
    let layered = Layered::new(&[], "");
    layered.build("x4 7 1", "2 of 2");
    let (older, newer) = (layered.project.path("older"), layered.project.path("newer"));
    copy(&layered.layer(), &older);
    // As if an hour later: a time that is new would be told by cargo itself.
    shift(&older, |time| time - Duration::from_hours(1));
    layered.compile("y");
    copy(&layered.layer(), &newer);
    let said = layered.build("y4 7 1", "2 of 2");
    assert!(said.ends_with("\nchanged: dependencies were compiled anew\n"), "{said}");
    layered.replace(&older);
    layered.build("x4 7 1", "2 of 2");
    layered.replace(&newer);
    layered.build("y4 7 1", "2 of 2");
    layered.build("y4 7 1", "0 of 2");
}

#[test]
fn a_new_version_of_a_dependency_leaves_nothing_of_the_old_one() {
    let layered = Layered::new(&[], "");
    layered.build("x4 7 1", "2 of 2");
    layered.project.write("../ext/mac/src/lib.rs", &MACRO.replace("\"1\"", "\"2\""));
    commit(&layered.project);
    for lockfile in ["Cargo.lock", "../skeleton/Cargo.lock"] {
        layered.project.remove(lockfile);
    }
    layered.compile("x");
    layered.build("x4 7 2", "2 of 2");
    layered.build("x4 7 2", "0 of 2");
}

#[test]
fn a_layer_from_the_future_is_copied_and_followed() {
    let layered = Layered::new(&[], "");
    let later = |time| time + Duration::from_hours(1);
    shift(&layered.layer(), later);
    for compiled in ["2 of 2", "0 of 2"] {
        layered.project.build("x4 7 1", compiled);
        assert!(layered.project.report().rebuilt.is_empty());
    }
    layered.project.write("src/main.rs", "fn main() { println!(\"{}\", lib::text()); }\n");
    layered.project.build("x4 7", "1 of 2");
    layered.compile("y");
    layered.build("y4 7", "2 of 2");
    layered.build("y4 7", "0 of 2");
}

#[test]
fn what_stands_in_a_links_place_is_not_believed() {
    let layered = Layered::new(&[], "");
    layered.build("x4 7 1", "2 of 2");
    let target = layered.project.path("target");
    let mut artifact = None;
    walk(&target, &mut |path| {
        if path.is_symlink() && path.extension().is_some_and(|one| one == "rmeta") {
            artifact = Some(path.to_owned());
        }
    });
    let artifact = artifact.unwrap();
    fs::remove_file(&artifact).unwrap();
    fs::write(&artifact, "not what was linked").unwrap();
    layered.build("x4 7 1", "2 of 2");
    // Half of the links missing, others to a layer of another time, as a killed build leaves them.
    fs::remove_dir_all(target.join("debug/build")).unwrap();
    symlink(layered.layer().join("gone"), target.join("debug/deps/libgone-0123456789abcdef.rlib")).unwrap();
    let outcome = layered.project.try_build();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    layered.build("x4 7 1", "0 of 2");
}

#[test]
fn without_its_memory_nothing_local_is_believed() {
    let layered = Layered::new(&[], "");
    layered.build("x4 7 1", "2 of 2");
    let memory = layered.project.path("target/.supercargo-mount.json");
    for damage in [None, Some(""), Some("{\"version\":1")] {
        match damage {
            None => fs::remove_file(&memory).unwrap(),
            Some(text) => fs::write(&memory, text).unwrap(),
        }
        layered.build("x4 7 1", "2 of 2");
    }
    // A build that ended before it wrote the whole of it leaves the new one beside the old one.
    File::create(layered.project.path("target/.supercargo-mount.json.new")).unwrap();
    layered.build("x4 7 1", "0 of 2");
}
