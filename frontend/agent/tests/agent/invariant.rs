//! Random projects, random edits: after each round the program is the one that a build from scratch makes.
//!
//! `SUPERCARGO_INVARIANT=<first seed>,<projects>,<rounds>` runs other projects than every test run does. A failure
//! names its seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::bed::{Outcome, Project, at};
use crate::unrecorded;

/// First seed, projects, rounds: what every run of the tests does. Every fourth project is built where nothing can be
/// recorded.
const EVERY_RUN: [u64; 3] = [1, 4, 6];

/// Numbers that look random and are the same for the same seed: Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(count).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// True in `part` of `whole` cases.
    fn chance(&mut self, part: usize, whole: usize) -> bool {
        self.below(whole) < part
    }
}

/// Files of a package that code may read, some of which look like files that no code reads.
const FILES: [&str; 20] = [
    "data/one.txt",
    "data/deep/two.txt",
    "README.md",
    "CHANGELOG",
    "LICENSE-MIT",
    "Dockerfile",
    "Makefile",
    "compose.yaml",
    "docker-bake.hcl",
    "justfile",
    "clippy.toml",
    ".gitignore",
    ".github/ci.yml",
    "examples/three.txt",
    "tests/four.json",
    "benches/five.sql",
    "src/six.html",
    "templates/seven.rs",
    "build/eight.md",
    "rustfmt.toml",
];

/// The same beside all packages.
const SHARED: [&str; 5] = ["README.md", "shared/nine.txt", "docs/ten.md", "Dockerfile", "deny.toml"];

/// Macros that tell the compiler nothing of what they look at.
const MACROS: &str = r#"use proc_macro::TokenStream;
use std::path::PathBuf;
const OWN: &str = "0";
fn path(input: &TokenStream) -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join(input.to_string().trim_matches('"'))
}
fn text(text: String) -> TokenStream { format!("{:?}", text + OWN).parse().unwrap() }
#[proc_macro] pub fn read(input: TokenStream) -> TokenStream {
    text(std::fs::read_to_string(path(&input)).unwrap_or("none".into()))
}
#[proc_macro] pub fn exists(input: TokenStream) -> TokenStream { text(path(&input).exists().to_string()) }
#[proc_macro] pub fn size(input: TokenStream) -> TokenStream {
    text(std::fs::metadata(path(&input)).map_or(0, |it| if it.is_dir() { 1 } else { it.len() }).to_string())
}
#[proc_macro] pub fn link(input: TokenStream) -> TokenStream {
    text(std::fs::read_link(path(&input)).map_or("none".into(), |it| it.display().to_string()))
}
#[proc_macro] pub fn list(input: TokenStream) -> TokenStream {
    let mut names: Vec<String> = std::fs::read_dir(path(&input))
        .map(|all| all.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()).unwrap_or_default();
    names.sort();
    text(names.join(","))
}
#[proc_macro] pub fn variable(input: TokenStream) -> TokenStream {
    text(std::env::var(input.to_string().trim_matches('"')).unwrap_or("unset".into()))
}
#[proc_macro] pub fn program(input: TokenStream) -> TokenStream {
    let output = std::process::Command::new("sh").arg("-c").arg("cat \"$1\" 2>/dev/null; true").arg("sh")
        .arg(path(&input)).output().unwrap();
    text(String::from_utf8(output.stdout).unwrap())
}
"#;

/// One workspace that is edited.
struct Subject {
    project: Project,
    random: Random,
    libraries: usize,
    /// Every file that any package may look at, by its path.
    interesting: Vec<String>,
    counter: usize,
    features: BTreeSet<&'static str>,
}

impl Subject {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.below(2);
        }
        let libraries = 1 + random.below(3);
        let mut subject = Self {
            project: Project::new(&[]),
            random,
            libraries,
            interesting: Vec::new(),
            counter: 0,
            features: BTreeSet::new(),
        };
        subject.interesting.extend(SHARED.map(str::to_owned));
        let members: Vec<String> = (0..libraries).map(|number| format!("\"lib{number}\"")).collect();
        subject.project.write(
            "Cargo.toml",
            &format!(
                "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"mac\", {}]\n\
                 [workspace.package]\nlicense = \"MIT\"\n[profile.dev]\ndebug = 0\nincremental = {}\n",
                members.join(", "),
                seed.is_multiple_of(3)
            ),
        );
        subject.project.write(
            "mac/Cargo.toml",
            "[package]\nname = \"mac\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n",
        );
        subject.project.write("mac/src/lib.rs", MACROS);
        let places = ["", "lib0", "lib0/src", "app", "data"];
        let place = *subject.random.pick(&places);
        subject.project.write(
            ".cargo/config.toml",
            &format!("[env]\nWORD = \"word\"\nPLACE = {{ value = \"{place}\", relative = true }}\n"),
        );
        for number in 0..libraries {
            subject.package(&format!("lib{number}"), number);
        }
        subject.package("app", libraries);
        for path in subject.interesting.clone() {
            if subject.random.chance(2, 3) {
                subject.rewrite(&path);
            }
        }
        subject
    }

    /// Writes a package that may depend on the first `below` libraries.
    fn package(&mut self, name: &str, below: usize) {
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\ndescription = \"d0\"\n\
             license.workspace = true\n[dependencies]\nmac = {{ path = \"../mac\" }}\n"
        );
        let mut parts = vec!["m::V.to_string()".to_owned()];
        for number in 0..below {
            if name == "app" || self.random.chance(1, 2) {
                let _ = writeln!(manifest, "lib{number} = {{ path = \"../lib{number}\" }}");
                parts.push(format!("lib{number}::value()"));
            }
        }
        let own: Vec<&str> = (0..3).map(|_| *self.random.pick(&FILES)).collect();
        self.interesting.extend(own.iter().map(|file| format!("{name}/{file}")));
        for _ in 0..(2 + self.random.below(5)) {
            let part = self.look(name, &own);
            parts.push(part);
        }
        if self.random.chance(1, 2) {
            let part = self.script(name, &own);
            parts.push(part);
        }
        self.project.write(&format!("{name}/Cargo.toml"), &manifest);
        self.project.write(&format!("{name}/src/m.rs"), "pub const V: u32 = 0;\n");
        let body = parts.join(",\n    ");
        let (file, code) = if name == "app" {
            ("main", format!("mod m;\nfn main() {{\n    println!(\"{{:?}}\", [{body}]);\n}}\n"))
        } else {
            ("lib", format!("mod m;\npub fn value() -> String {{\n    format!(\"{{:?}}\", [{body}])\n}}\n"))
        };
        self.project.write(&format!("{name}/src/{file}.rs"), &code);
    }

    /// An expression that looks at something.
    fn look(&mut self, name: &str, own: &[&str]) -> String {
        let shared = *self.random.pick(&SHARED);
        let mine = *self.random.pick(own);
        let path = match self.random.below(6) {
            0 => format!("../{shared}"),
            1 => "../mac/src/lib.rs".to_owned(),
            2 => "Cargo.toml".to_owned(),
            _ => mine.to_owned(),
        };
        let (feature, expression) = match self.random.below(9) {
            0 | 1 => ("a macro reads", format!("mac::read!(\"{path}\").to_string()")),
            2 => ("a macro asks", format!("mac::exists!(\"{path}\").to_string()")),
            3 => ("a macro lists", {
                let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
                format!("mac::list!(\"{directory}\").to_string()")
            }),
            4 => ("a macro's variable", {
                let names = ["WORD", "CARGO_PKG_DESCRIPTION", "CARGO_PKG_LICENSE", "CARGO_PKG_VERSION"];
                format!("mac::variable!(\"{}\").to_string()", self.random.pick(&names))
            }),
            5 => ("a macro measures", format!("mac::size!(\"{path}\").to_string()")),
            6 => ("a macro reads a link", format!("mac::link!(\"{path}\").to_string()")),
            7 => ("a macro runs a program", format!("mac::program!(\"{path}\").to_string()")),
            _ => {
                // The compiler must find it; what is not there stops both builds alike.
                self.rewrite(&format!("{name}/data/one.txt"));
                ("include_str", "include_str!(\"../data/one.txt\").to_string()".to_owned())
            }
        };
        self.features.insert(feature);
        expression
    }

    /// A build script, and the expression that gives what it found.
    fn script(&mut self, name: &str, own: &[&str]) -> String {
        let mine = *self.random.pick(own);
        let path = if self.random.chance(1, 4) {
            format!("../{}", self.random.pick(&SHARED))
        } else {
            mine.to_owned()
        };
        let watches = match self.random.below(3) {
            0 => String::new(),
            1 => format!("println!(\"cargo:rerun-if-changed={path}\");"),
            _ => "println!(\"cargo:rerun-if-changed=build.rs\");".to_owned(),
        };
        let read = if self.random.chance(1, 3) {
            let command = format!("cat '{path}' 2>/dev/null; true");
            format!(
                "String::from_utf8(std::process::Command::new(\"sh\").arg(\"-c\").arg({command:?}).output().unwrap().stdout).unwrap()"
            )
        } else {
            format!("std::fs::read_to_string({path:?}).unwrap_or(\"none\".into())")
        };
        let (feature, write, expression) = match self.random.below(3) {
            0 => (
                "a script's variable",
                "println!(\"cargo:rustc-env=FOUND={}\", found.replace('\\n', \" \"));",
                "env!(\"FOUND\").to_string()",
            ),
            1 => (
                "a script's file",
                "std::fs::write(std::env::var(\"OUT_DIR\").unwrap() + \"/found\", found).unwrap();",
                "include_str!(concat!(env!(\"OUT_DIR\"), \"/found\")).to_string()",
            ),
            _ => (
                "a script writes into the sources",
                "std::fs::write(\"src/generated.txt\", found).unwrap();",
                "include_str!(\"generated.txt\").to_string()",
            ),
        };
        self.features.insert(feature);
        let text = format!("fn main() {{\n    {watches}\n    let found: String = {read};\n    {write}\n}}\n");
        self.project.write(&format!("{name}/build.rs"), &text);
        expression.to_owned()
    }

    /// A text that is different each time.
    fn word(&mut self) -> String {
        self.counter += 1;
        format!("w{}", self.counter)
    }

    fn rewrite(&mut self, path: &str) {
        let path = self.project.source(path);
        // What became a link or a folder is a file again.
        if fs::symlink_metadata(&path).is_ok_and(|it| it.is_dir()) {
            fs::remove_dir_all(&path).unwrap();
        } else {
            let _ = fs::remove_file(&path);
        }
        let text = if self.random.chance(1, 4) { "again".to_owned() } else { self.word() };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn member(&mut self) -> String {
        let number = self.random.below(self.libraries + 1);
        if number == self.libraries { "app".to_owned() } else { format!("lib{number}") }
    }

    /// Replaces text in a file, by what `new` makes of a word.
    fn replace(&mut self, path: &str, start: &str, new: impl Fn(&str) -> String) {
        let word = self.word();
        let text = fs::read_to_string(self.project.source(path)).unwrap();
        let lines =
            text.lines().map(|line| if line.starts_with(start) { new(&word) } else { line.to_owned() });
        self.project.write(path, &(lines.collect::<Vec<_>>().join("\n") + "\n"));
    }

    /// One edit that reaches only who looks at it; returns what it was.
    fn edit(&mut self) -> String {
        let path = self.random.pick(&self.interesting).clone();
        let member = self.member();
        let place = self.project.source(&path);
        match self.random.below(12) {
            0..=5 => {
                self.rewrite(&path);
                format!("write {path}")
            }
            6 | 7 => {
                if fs::symlink_metadata(&place).is_ok_and(|it| !it.is_dir()) && !path.ends_with("one.txt") {
                    fs::remove_file(place).unwrap();
                }
                format!("remove {path}")
            }
            8 => {
                let word = self.word();
                let beside = path.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
                self.project.write(&format!("{beside}new-{word}.txt"), "new");
                format!("create beside {path}")
            }
            9 => {
                self.replace(&format!("{member}/src/m.rs"), "pub const V", |word| {
                    format!("pub const V: u32 = {};", &word[1..])
                });
                format!("edit {member}/src/m.rs")
            }
            10 => {
                let manifest = format!("{member}/Cargo.toml");
                self.replace(&manifest, "description", |word| format!("description = \"{word}\""));
                format!("describe {member}")
            }
            _ => {
                let word = self.word();
                self.project.write(&format!("{member}/tests/{word}.rs"), "#[test]\nfn passes() {}\n");
                format!("add a test to {member}")
            }
        }
    }

    /// One edit that may reach everybody. A round with one of these proves little of the others.
    fn wide_edit(&mut self) -> String {
        match self.random.below(4) {
            0 => {
                let path = self.random.pick(&self.interesting).clone();
                let place = self.project.source(&path);
                if fs::symlink_metadata(&place).is_ok_and(|it| !it.is_dir()) {
                    fs::remove_file(&place).unwrap();
                }
                if !fs::exists(&place).unwrap() {
                    fs::create_dir_all(place.parent().unwrap()).unwrap();
                    let target = *self.random.pick(&["../mac/src/lib.rs", "beside.txt"]);
                    fs::write(place.with_file_name("beside.txt"), self.word()).unwrap();
                    symlink(target, &place).unwrap();
                }
                format!("link {path}")
            }
            1 => {
                self.replace(".cargo/config.toml", "WORD", |word| format!("WORD = \"{word}\""));
                "set WORD".to_owned()
            }
            2 => {
                self.replace("mac/src/lib.rs", "const OWN", |word| format!("const OWN: &str = \"{word}\";"));
                "edit mac".to_owned()
            }
            _ => {
                self.replace("Cargo.toml", "license", |word| format!("license = \"{word}\""));
                "license all".to_owned()
            }
        }
    }

    /// What the agent builds, and what it compiled.
    fn build(&mut self, recorded: bool) -> (Option<String>, Outcome) {
        let times = [at(0), at(1_700_000_000), at(4_100_000_000)];
        self.project.arrival = *self.random.pick(&times);
        let mut agent = self.project.agent();
        let output = if recorded { agent.output().unwrap() } else { unrecorded::output(&mut agent) };
        let outcome = crate::bed::outcome(&output);
        let printed = (outcome.code == Some(0)).then(|| run(&self.project.path("out/bin/app")));
        (printed, outcome)
    }

    /// What a build from scratch makes.
    fn scratch(&self) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("target");
        // In the same place, since a program may hold its path.
        let status = Command::new("cargo")
            .args(["build", "--offline", "--quiet", "--bin", "app"])
            .current_dir(self.project.path("src"))
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTFLAGS")
            .stderr(std::process::Stdio::null())
            .status();
        status.unwrap().success().then(|| run(&target.join("debug/app")))
    }

    /// Takes away what build scripts wrote: a context brings none of it.
    fn clean(&self) {
        for name in (0..self.libraries).map(|number| format!("lib{number}")).chain(["app".to_owned()]) {
            let _ = fs::remove_file(self.project.source(&format!("{name}/src/generated.txt")));
        }
    }
}

fn run(program: &Path) -> String {
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_edit_ships_what_a_build_from_scratch_makes() {
    let asked = std::env::var("SUPERCARGO_INVARIANT").unwrap_or_default();
    let asked: Vec<u64> = asked.split(',').filter_map(|number| number.parse().ok()).collect();
    let [first, projects, rounds] = <[u64; 3]>::try_from(asked).unwrap_or(EVERY_RUN);
    let (mut edits, mut features) = (0, BTreeMap::<&str, usize>::new());
    for seed in first..first + projects {
        let mut subject = Subject::new(seed);
        let recorded = !seed.is_multiple_of(4);
        subject.project.job.command.extend(["--bin", "app"].map(str::to_owned));
        subject.project.job.freshness.as_mut().unwrap().configuration = vec![".cargo/config.toml".to_owned()];
        for feature in &subject.features {
            *features.entry(feature).or_default() += 1;
        }
        let mut done = vec!["make".to_owned()];
        for round in 0..=rounds {
            subject.clean();
            let (built, outcome) = subject.build(recorded);
            subject.clean();
            let scratch = subject.scratch();
            assert_eq!(
                built,
                scratch,
                "seed {seed}, round {round}, after {done:?}, sources in {}\n{outcome:?}",
                subject.project.path("").display()
            );
            done.clear();
            if subject.random.chance(1, 8) {
                done.push(subject.wide_edit());
            }
            let count = if subject.random.chance(1, 3) { 1 } else { 1 + subject.random.below(9) };
            for _ in 0..count {
                done.push(subject.edit());
            }
            edits += done.len();
        }
    }
    println!("{edits} edits of {projects} projects from seed {first}: {features:?}");
}
