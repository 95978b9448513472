//! Changes of a project, as its people make them every day.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::mark;
use super::metadata::Metadata;
use super::subject::Subject;
use crate::process::Cmd;
use crate::project::Project;

/// Changes what the binary's `main` says.
pub fn edit(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    mark::set(project, &subject.main, mark::MAIN, number)
}

/// Changes what the library says that most packages stand on.
pub fn edit_library(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    let library = subject.library.as_ref().context("the project has no library")?;
    mark::set(project, &library.file, mark::LIBRARY, number)
}

/// Adds a module to the binary, and a call of it.
pub fn add_module(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    let name = format!("bench_module_{number}");
    let folder = subject.main.parent().context("failed to find the folder of the main file")?;
    // A file beside `src/bin/tool.rs` would be another binary.
    let (folder, way) = match folder.parent() {
        Some(above) if folder.ends_with("bin") => (above, "../"),
        _ => (folder, ""),
    };
    let mark = mark::text(mark::MODULE, number);
    let file = folder.join(format!("{name}.rs"));
    let function = format!("pub(crate) fn mark() -> &'static str {{\n    \"{mark}\"\n}}\n");
    project.write(mark::in_utf8(&file)?, function)?;
    let statement = format!("\n    let _ = std::hint::black_box({name}::mark());");
    mark::into_main(project, &subject.main, &statement)?;
    let item = format!("\n#[path = \"{way}{name}.rs\"]\nmod {name};\n");
    project.append(mark::in_utf8(&subject.main)?, &item)
}

/// Gives every file another modification time and no other content, as a fresh clone does.
pub fn touch(project: &Project) -> Result<()> {
    Cmd::new("find").arg(project.path()).args(["-type", "f", "-exec", "touch", "{}", "+"]).run().map(drop)
}

/// Adds a dependency for tests: a package that the lockfile has already, so that nothing but the table changes.
pub fn add_dev_dependency(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    let place = usize::try_from(number.saturating_sub(1)).unwrap_or_default();
    let (name, version) = strangers(project, subject)?
        .into_iter()
        .nth(place)
        .context("the lockfile has no package that could become a dev-dependency")?;
    let metadata = Metadata::of(project)?;
    let manifest = metadata.package(&subject.package)?.manifest_path.strip_prefix(project.path());
    let manifest = mark::in_utf8(manifest.context("failed to find the manifest")?)?.to_owned();
    let table = format!("\n[dev-dependencies.{name}]\nversion = \"={version}\"\ndefault-features = false\n");
    project.append(&manifest, &table)?;
    // Cargo writes the new entry into the lockfile and leaves the rest of it as it was.
    let resolve = Cmd::new("cargo").args(["metadata", "--quiet", "--format-version=1"]);
    resolve.current_dir(project.path()).run().map(drop)
}

/// The packages of the registry, with their versions, that the lockfile has and the package does not ask for itself.
pub fn strangers(project: &Project, subject: &Subject) -> Result<Vec<(String, String)>> {
    let metadata = Metadata::of(project)?;
    let package = metadata.package(&subject.package)?;
    let lockfile = project.read("Cargo.lock")?;
    let all: Vec<(&str, &str)> = blocks(&lockfile)
        .filter(|block| field(block, "source").is_none_or(|source| source.starts_with("registry+")))
        .filter_map(|block| Some((field(block, "name")?, field(block, "version")?)))
        .collect();
    let local: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let is_stranger = |(name, _): &&(&str, &str)| {
        // Of two versions, cargo would have to be told which one.
        all.iter().filter(|(other, _)| other == name).count() == 1
            && !local.contains(name)
            && !package.dependencies.iter().any(|dependency| dependency.name == *name)
    };
    let strangers = all.iter().filter(is_stranger).map(|(name, version)| {
        // What follows a `+` is no part of a requirement.
        ((*name).to_owned(), version.split('+').next().unwrap_or(version).to_owned())
    });
    Ok(strangers.collect())
}

/// Raises the last number of the package's version by `number`, in its manifest and in the lockfile.
pub fn bump_version(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    let now = version_now(project, &subject.package)?;
    let next = raised(&subject.version, number)?;
    for (manifest, table) in homes_of_version(project, subject)? {
        let text = project.read(&manifest)?;
        let Some(changed) = with_version(&text, table, &now, &next) else { continue };
        project.write(&manifest, changed)?;
        // A version that a workspace gives to its members moves for more than one of them: cargo knows for which.
        let lockfile = lockfile_with(&project.read("Cargo.lock")?, &versions(project)?);
        return project.write("Cargo.lock", lockfile);
    }
    bail!("failed to find the version `{now}` of `{}` in a manifest", subject.package)
}

/// Moves one dependency to another version in the lockfile; `of` is `NAME@VERSION`.
pub fn bump_dependency(project: &Project, of: &str) -> Result<()> {
    let (name, version) = of
        .split_once('@')
        .with_context(|| format!("`{of}` is no dependency; right would be `uuid@1.28.0`"))?;
    let before = project.read("Cargo.lock")?;
    Cmd::new("cargo")
        .args(["update", "--quiet", "--package", name, "--precise", version])
        .current_dir(project.path())
        .run()?;
    if before == project.read("Cargo.lock")? {
        bail!("the lockfile has `{name}` at `{version}` already");
    }
    Ok(())
}

/// The versions of the packages of a project, by name, as the manifests have them.
fn versions(project: &Project) -> Result<BTreeMap<String, String>> {
    let packages = Metadata::of(project)?.packages.into_iter();
    Ok(packages.map(|package| (package.name, package.version)).collect())
}

/// The manifests that may hold the package's version, and the table that it is in.
fn homes_of_version(project: &Project, subject: &Subject) -> Result<Vec<(String, &'static str)>> {
    let mut homes = Vec::new();
    // From the main file up to the project's root: the nearest manifest is the package's.
    for folder in subject.main.ancestors().skip(1) {
        let manifest = folder.join("Cargo.toml");
        if project.path().join(&manifest).is_file() {
            let manifest = text_of(manifest)?;
            homes.push((manifest.clone(), "[package]"));
            homes.push((manifest, "[workspace.package]"));
        }
    }
    Ok(homes)
}

fn text_of(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().ok().context("failed to name a manifest in UTF-8")
}

/// The version that the lockfile has for a package of the project.
fn version_now(project: &Project, package: &str) -> Result<String> {
    let lockfile = project.read("Cargo.lock")?;
    blocks(&lockfile)
        .filter(|block| is_local(block) && field(block, "name") == Some(package))
        .find_map(|block| field(block, "version").map(str::to_owned))
        .with_context(|| format!("failed to find `{package}` in `Cargo.lock`"))
}

/// The manifest's text with another version in this table.
fn with_version(text: &str, table: &str, now: &str, next: &str) -> Option<String> {
    let start = text.find(&format!("{table}\n"))?;
    let (before, rest) = text.split_at(start);
    let end = rest.get(1..).and_then(|rest| rest.find("\n[")).map_or(rest.len(), |at| at + 1);
    let (body, after) = rest.split_at(end);
    let from = format!("\nversion = \"{now}\"");
    body.contains(&from)
        .then(|| format!("{before}{}{after}", body.replace(&from, &format!("\nversion = \"{next}\""))))
}

/// The lockfile's text with these versions of the packages of the project.
fn lockfile_with(text: &str, versions: &BTreeMap<String, String>) -> String {
    let changed = blocks(text).map(|block| {
        let local = is_local(block).then(|| field(block, "name")).flatten();
        match (local.and_then(|name| versions.get(name)), field(block, "version")) {
            (Some(next), Some(now)) => {
                block.replace(&format!("\nversion = \"{now}\""), &format!("\nversion = \"{next}\""))
            }
            _ => block.to_owned(),
        }
    });
    changed.collect::<Vec<_>>().join(SEPARATOR)
}

const SEPARATOR: &str = "\n\n";

fn blocks(lockfile: &str) -> impl Iterator<Item = &str> {
    lockfile.split(SEPARATOR)
}

fn is_local(block: &str) -> bool {
    block.contains("[[package]]") && field(block, "source").is_none()
}

fn field<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = block.lines().filter_map(|line| line.split_once(" = "));
    fields.find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"'))
}

fn raised(version: &str, by: u32) -> Result<String> {
    let parts: Vec<&str> = version.split('.').collect();
    let [major, minor, patch] = parts.as_slice() else {
        bail!("`{version}` is no version that can be raised");
    };
    let patch: u32 = patch.parse().with_context(|| format!("failed to raise the version `{version}`"))?;
    Ok(format!("{major}.{minor}.{}", patch + by))
}

#[cfg(test)]
mod tests {
    use super::{add_dev_dependency, add_module, bump_version, edit, edit_library, touch, version_now};
    use crate::bench::mark::found;
    use crate::bench::subject::Subject;
    use crate::process::Cmd;
    use crate::project::Project;

    /// A workspace whose members, all but one, have the workspace's version.
    fn workspace() -> Subject {
        let member = |name: &str, version: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\n{version}\nedition = \"2024\"\n{rest}")
        };
        let project = Project::of(&[
            (
                "Cargo.toml",
                "[workspace]\nresolver = \"3\"\nmembers = [\"api\", \"types\", \"tool\"]\n\n\
                 [workspace.package]\nversion = \"0.3.9\"\n\n[workspace.dependencies]\n\
                 types = { path = \"types\", version = \"0.3.9\" }\n",
            ),
            (
                "api/Cargo.toml",
                &member("api", "version.workspace = true", "[dependencies]\ntypes.workspace = true\n"),
            ),
            ("api/src/main.rs", "fn main() {}\n"),
            ("types/Cargo.toml", &member("types", "version.workspace = true", "")),
            ("types/src/lib.rs", ""),
            ("tool/Cargo.toml", &member("tool", "version = \"0.3.9\"", "")),
            ("tool/src/main.rs", "fn main() {}\n"),
        ]);
        let project = project.unwrap();
        let lock = Cmd::new("cargo").args(["generate-lockfile", "--offline"]);
        lock.current_dir(project.path()).run().unwrap();
        Subject::of(project, "workspace", Some("api")).unwrap()
    }

    /// Cargo itself says whether the manifests and the lockfile still agree.
    fn versions_when_locked(project: &Project) -> Vec<String> {
        let tree =
            ["tree", "--workspace", "--depth=0", "--prefix=none", "--format={p}", "--locked", "--offline"];
        let tree = Cmd::new("cargo").args(tree).current_dir(project.path()).run().unwrap();
        let names = tree.lines().filter_map(|line| line.split(" (").next().map(str::to_owned));
        let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_version_of_a_workspace_moves_for_all_members_that_have_it() {
        let subject = workspace();
        let project = subject.copy().unwrap();
        bump_version(&project, &subject, 1).unwrap();
        assert_eq!(versions_when_locked(&project), ["api v0.3.10", "tool v0.3.9", "types v0.3.10"]);
        bump_version(&project, &subject, 2).unwrap();
        assert_eq!(version_now(&project, "api").unwrap(), "0.3.11");
        assert_eq!(versions_when_locked(&project), ["api v0.3.11", "tool v0.3.9", "types v0.3.11"]);
    }

    #[test]
    fn a_version_of_a_package_moves_for_it_alone() {
        let workspace = workspace();
        let tool = Subject::of(workspace.copy().unwrap(), "workspace", Some("tool")).unwrap();
        let project = tool.copy().unwrap();
        bump_version(&project, &tool, 1).unwrap();
        assert_eq!(versions_when_locked(&project), ["api v0.3.9", "tool v0.3.10", "types v0.3.9"]);
    }

    #[test]
    fn a_lockfile_that_was_forgotten_would_be_noticed() {
        let project = workspace().copy().unwrap();
        project.edit("tool/Cargo.toml", "0.3.9", "0.3.10").unwrap();
        let tree = Cmd::new("cargo").args(["tree", "--locked", "--offline"]).current_dir(project.path());
        assert!(!tree.succeeds());
    }

    #[test]
    fn a_module_and_an_edit_leave_marks_that_cargo_compiles() {
        let subject = workspace();
        let project = subject.copy().unwrap();
        edit(&project, &subject, 4).unwrap();
        edit_library(&project, &subject, 5).unwrap();
        add_module(&project, &subject, 1).unwrap();
        add_module(&project, &subject, 2).unwrap();
        touch(&project).unwrap();
        let build = Cmd::new("cargo").args(["build", "--quiet", "--locked", "--offline", "--package", "api"]);
        build.current_dir(project.path()).without_env("CARGO_TARGET_DIR").run().unwrap();
        let binary = std::fs::read(project.path().join("target/debug/api")).unwrap();
        let mut marks = found(&String::from_utf8_lossy(&binary));
        marks.sort();
        assert_eq!(marks, ["<bench library 5>", "<bench main 4>", "<bench module 1>", "<bench module 2>"]);
    }

    #[test]
    fn a_dev_dependency_is_one_that_the_lockfile_has() {
        let subject = Subject::bring(&"workspace:api".parse().unwrap()).unwrap();
        let project = subject.copy().unwrap();
        let count = || project.read("Cargo.lock").unwrap().matches("[[package]]").count();
        let before = count();
        add_dev_dependency(&project, &subject, 1).unwrap();
        add_dev_dependency(&project, &subject, 2).unwrap();
        assert_eq!(count(), before);
        let tree = ["tree", "--locked", "--offline", "--package", "api", "--edges=dev", "--depth=1"];
        let tree = Cmd::new("cargo").args(tree).current_dir(project.path()).run().unwrap();
        assert!(tree.lines().filter(|line| line.contains("──")).count() >= 2, "{tree}");
    }
}
