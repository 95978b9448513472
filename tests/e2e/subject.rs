//! A project that is built again and again, and says each time what it was built from.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::log::BuildLog;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::story;

/// A project with the image that is made of it.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) project: Project,
    pub(crate) image: String,
    bed: &'static Ready,
    target: Option<String>,
}

/// A word that no other run of the tests has: an engine may remember what an earlier run built of the same sources.
pub(crate) fn run_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        format!("{:x}-{:x}", std::process::id(), time.as_nanos())
    })
}

impl Subject {
    /// A project of `files`, locked by cargo, whose image is called `image`.
    pub(crate) fn of(image: &str, files: &[(&str, &str)]) -> Self {
        Self::in_place(image, Project::of(files).unwrap())
    }

    /// As [`Subject::of`], of a folder that is there.
    pub(crate) fn in_place(image: &str, project: Project) -> Self {
        let bed = Bed::ensure().unwrap();
        story::prepare(bed, &project);
        if !project.path().join("Cargo.lock").exists() {
            cargo(project.path(), &["generate-lockfile", "--quiet"]);
        }
        Self { project, image: format!("e2e-{image}"), bed, target: None }
    }

    /// A copy in another folder, with the same times.
    pub(crate) fn copy(&self, image: &str) -> Self {
        let mut copy = Self::in_place(image, Project::copy_of(self.project.path()).unwrap());
        copy.target.clone_from(&self.target);
        copy
    }

    /// The same project, built with `--target`.
    pub(crate) fn target(mut self, target: &str) -> Self {
        self.target = Some(target.to_owned());
        self
    }

    /// The build of its image.
    pub(crate) fn command(&self) -> Build {
        let build = Build::new(self.bed.docker(), self.project.path()).tag(&self.image);
        self.target.iter().fold(build, Build::target)
    }

    pub(crate) fn build(&self) -> BuildLog {
        let log = self.command().succeed().unwrap();
        assert!(!log.transcript().contains("could not be reused"), "{}", log.transcript());
        log
    }

    /// What the image's program prints.
    pub(crate) fn says(&self) -> String {
        Run::new(self.bed.docker(), &self.image).complete().unwrap().stdout.trim_end().to_owned()
    }

    /// Builds it, and asserts that the program then prints `expected`.
    pub(crate) fn must_say(&self, when: &str, expected: &str) -> BuildLog {
        let log = self.build();
        assert_eq!(self.says(), expected, "{when}\n{}", log.transcript());
        log
    }

    /// Edits a file of the project.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        self.project.edit(path, from, to).unwrap();
    }
}

/// Runs cargo on the host.
pub(crate) fn cargo(folder: &Path, arguments: &[&str]) {
    Cmd::new("cargo").args(arguments.iter().copied()).current_dir(folder).run().unwrap();
}

/// Runs git on the host, for a person who need not exist.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"];
    Cmd::new("git").args(identity).args(arguments.iter().copied()).current_dir(folder).run().unwrap();
}
