//! A project that asks for a hidden crate, and what a build is passed to get it.

use testbed::bed::Ready;
use testbed::build::Build;
use testbed::container::Run;
use testbed::project::Project;

use crate::served::commit;
use crate::story;
use crate::subject::run_id;

/// A project whose program prints `hidden::WORD`; `dependencies` are lines of the manifest, and `locked` the entries of
/// `names` in the lockfile.
pub(crate) fn project(bed: &Ready, dependencies: &str, names: &[&str], locked: &str) -> Project {
    let manifest = format!(
        "[package]\nname = \"asking\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}"
    );
    let names: String = names.iter().map(|name| [" \"", name, "\",\n"].concat()).collect();
    let own = format!("\n[[package]]\nname = \"asking\"\nversion = \"0.1.0\"\ndependencies = [\n{names}]\n");
    let project = Project::of(&[
        ("Cargo.toml", &manifest),
        ("Cargo.lock", &format!("version = 4\n{own}{locked}")),
        ("src/main.rs", "fn main() { println!(\"{}\", hidden::WORD) }\n"),
    ])
    .unwrap();
    story::prepare(bed, &project);
    project
}

pub(crate) fn library() -> String {
    format!("pub const WORD: &str = \"found {}\";\n", run_id())
}

pub(crate) fn build(bed: &Ready, project: &Project, image: &str) -> Build {
    Build::new(bed.docker(), project.path()).tag(image).arg("--network=host")
}

/// A secret of this id with this text; the file goes with the value.
pub(crate) struct Passed(Project, String);

impl Passed {
    pub(crate) fn of(id: &str, text: &str) -> Self {
        Self(Project::of(&[("secret", text)]).unwrap(), id.to_owned())
    }

    pub(crate) fn to(&self, build: &Build) -> Build {
        build.clone().secret(&format!("id={},src={}", self.1, self.0.path().join("secret").display()))
    }
}

pub(crate) fn assert_found(bed: &Ready, image: &str) {
    let said = Run::new(bed.docker(), image).complete().unwrap().stdout;
    assert_eq!(said, format!("found {}\n", run_id()));
}

/// A repository with the crate that a project asks for, and its commit.
pub(crate) fn repository(name: &str) -> (Project, String) {
    let repositories = Project::empty().unwrap();
    let manifest = "[package]\nname = \"hidden\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    repositories.write(&format!("{name}/Cargo.toml"), manifest).unwrap();
    repositories.write(&format!("{name}/src/lib.rs"), library()).unwrap();
    let revision = commit(&repositories.path().join(name));
    (repositories, revision)
}
