//! A project in a directory of its own, which the agent compiles as a vertex would have it compile.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use supercargo_report::{Collect, Compile, Dependencies, Freshness, Job, Report, Step};
use tempfile::TempDir;

/// The command line that every compile here uses.
pub(crate) const BUILD: [&str; 4] =
    ["cargo", "build", "--offline", "--message-format=json-render-diagnostics"];

/// What an agent printed and how it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A project with its target directory, its ledger and the place for its binaries.
pub(crate) struct Project {
    directory: TempDir,
    /// Given to every source before each build, as a checkout or a copy would do.
    pub(crate) arrival: SystemTime,
    pub(crate) job: Compile,
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Project {
    /// A project of these files, `(path, contents)`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        fs::create_dir(path("target")).unwrap();
        let job = Compile {
            step: Step::Build,
            command: BUILD.map(str::to_owned).to_vec(),
            target_dir: path("target"),
            dependencies: Dependencies::Own,
            stubs: Vec::new(),
            jobs: None,
            freshness: Some(Freshness {
                directory: path("src"),
                ledger: path("target/supercargo/ledger.json"),
                configuration: Vec::new(),
                variables: Vec::new(),
                scripts: None,
            }),
            export: None,
            collect: Some(Collect { binaries: vec!["app".to_owned()], into: path("out"), symbols: None }),
            secrets: Vec::new(),
            sccache: None,
            linker: None,
        };
        let project = Self { directory, arrival: at(0), job, environment: Vec::new() };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A package `app` whose `main` prints `expression`, with these files beside it.
    pub(crate) fn printing(expression: &str, files: &[(&str, &str)]) -> Self {
        let project = Self::new(files);
        project.write("Cargo.toml", &manifest("app", ""));
        project.write("src/main.rs", &main(expression));
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn source(&self, name: &str) -> PathBuf {
        self.path("src").join(name)
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.path("target/supercargo/ledger.json")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.source(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.source(name)).unwrap();
    }

    /// The agent on this project's job, ready to start.
    pub(crate) fn agent(&self) -> Command {
        self.lock();
        stamp(&self.path("src"), self.arrival);
        let mut command = agent(&Job::Compile(self.job.clone()));
        command.current_dir(self.path("src")).env("CARGO_TARGET_DIR", self.path("target"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Gives the project the lockfile that it would have come with.
    fn lock(&self) {
        if self.source("Cargo.lock").exists() || !self.source("Cargo.toml").exists() {
            return;
        }
        let offline = self.job.command.iter().filter(|argument| *argument == "--offline");
        let lock = Command::new("cargo")
            .args(["generate-lockfile", "--quiet"])
            .args(offline)
            .current_dir(self.path("src"))
            .output();
        let lock = lock.unwrap();
        assert!(lock.status.success(), "{lock:?}");
    }

    /// Builds, whatever comes of it.
    pub(crate) fn try_build(&self) -> Outcome {
        outcome(&self.agent().output().unwrap())
    }

    /// Builds, and checks what the binary prints and how many local crates were compiled for it.
    pub(crate) fn build(&self, printed: &str, compiled: &str) -> Outcome {
        let outcome = self.try_build();
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let output = Command::new(self.path("out/bin/app")).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), printed, "{outcome:?}");
        assert!(outcome.stdout.contains(&format!("compiled {compiled} local crate")), "{outcome:?}");
        outcome
    }

    pub(crate) fn report(&self) -> Report {
        serde_json::from_slice(&fs::read(self.path("out/report.json")).unwrap()).unwrap()
    }
}

/// The agent that is under test, with `job`.
pub(crate) fn agent(job: &Job) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_supercargo-agent"));
    command.args(job.command()).env(supercargo_report::JOB, serde_json::to_string(job).unwrap());
    // What the test's own cargo set is not for the one under the agent.
    for name in ["CARGO", "CARGO_INCREMENTAL", "CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn outcome(output: &Output) -> Outcome {
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A manifest of a package without dependencies, and `more` below it.
pub(crate) fn manifest(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{more}")
}

/// A `main` that prints the text that `expression` is.
pub(crate) fn main(expression: &str) -> String {
    format!("fn main() {{ println!(\"{{}}\", {expression}); }}\n")
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Gives one time to everything at and below `path`.
pub(crate) fn stamp(path: &Path, time: SystemTime) {
    for_each(path, &mut |path| set_time(path, time));
}

/// Calls `act` for everything at and below `path`, links left out.
pub(crate) fn for_each(path: &Path, act: &mut impl FnMut(&Path)) {
    let metadata = path.symlink_metadata().unwrap();
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            for_each(&entry.unwrap().path(), act);
        }
    }
    if !metadata.is_symlink() {
        act(path);
    }
}

pub(crate) fn set_time(path: &Path, time: SystemTime) {
    File::open(path).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
}
