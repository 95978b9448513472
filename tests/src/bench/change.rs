//! Changes of a project, as its people make them every day.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::subject::Subject;
use crate::process::Cmd;
use crate::project::Project;

/// Adds a line to the binary's `main`, one that reaches the binary and differs for each `number`.
pub fn edit(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    let path = subject.main.to_str().context("failed to name the main file in UTF-8")?;
    let text = project.read(path)?;
    let body = text
        .find("fn main()")
        .and_then(|at| Some(at + text.get(at..)?.find('{')? + 1))
        .with_context(|| format!("failed to find `fn main()` and its body in `{path}`"))?;
    let (before, after) = text.split_at(body);
    let line = format!("\n    let _benchmark = std::hint::black_box(\"edit {number}\");");
    project.write(path, format!("{before}{line}{after}"))
}

/// Raises the last number of the package's version by `number`, in its manifest and in the lockfile.
pub fn bump_version(project: &Project, subject: &Subject, number: u32) -> Result<()> {
    let now = version_now(project, &subject.package)?;
    let next = raised(&subject.version, number)?;
    for (manifest, table) in homes_of_version(project, subject)? {
        let text = project.read(&manifest)?;
        let Some(changed) = with_version(&text, table, &now, &next) else { continue };
        project.write(&manifest, changed)?;
        let lockfile = project.read("Cargo.lock")?;
        // A version that a workspace gives to its members moves for all of them.
        let all = table == "[workspace.package]";
        return project.write("Cargo.lock", lockfile_with(&lockfile, &subject.package, all, &now, &next));
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

/// The lockfile's text with another version of the package, or of all packages of the project.
fn lockfile_with(text: &str, package: &str, all: bool, now: &str, next: &str) -> String {
    let from = format!("version = \"{now}\"");
    let changed = blocks(text).map(|block| {
        let meant = all || field(block, "name") == Some(package);
        if meant && is_local(block) {
            block.replace(&from, &format!("version = \"{next}\""))
        } else {
            block.to_owned()
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
    use super::{bump_version, edit, version_now};
    use crate::bench::subject::Subject;
    use crate::process::Cmd;

    fn subject(spec: &str) -> Subject {
        Subject::bring(&spec.parse().unwrap()).unwrap()
    }

    /// Cargo itself says whether manifest and lockfile still agree.
    fn assert_locked(spec: &str, version: &str) {
        let subject = subject(spec);
        let project = subject.copy().unwrap();
        bump_version(&project, &subject, 1).unwrap();
        bump_version(&project, &subject, 2).unwrap();
        assert_eq!(version_now(&project, &subject.package).unwrap(), version);
        let id = Cmd::new("cargo").args(["pkgid", "--offline", "--locked", "--package", &subject.package]);
        let id = id.current_dir(project.path()).run().unwrap();
        assert!(id.trim().ends_with(version), "{id}");
    }

    #[test]
    fn a_version_moves_in_manifest_and_lockfile() {
        assert_locked("minimal", "0.1.2");
    }

    #[test]
    fn a_version_of_a_workspace_moves_for_all_members() {
        assert_locked("workspace:api", "0.3.2");
    }

    #[test]
    fn each_edit_adds_one_line_to_main() {
        let subject = subject("workspace:api");
        let project = subject.copy().unwrap();
        let lines = || project.read("crates/api/src/main.rs").unwrap().lines().count();
        let before = lines();
        edit(&project, &subject, 1).unwrap();
        edit(&project, &subject, 2).unwrap();
        assert_eq!(lines(), before + 2);
        let text = project.read("crates/api/src/main.rs").unwrap();
        assert!(
            text.contains("anyhow::Result<()> {\n    let _benchmark = std::hint::black_box(\"edit 2\");")
        );
    }
}
