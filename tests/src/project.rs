//! A project to build, in a folder that goes away with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Cmd;

/// What a copy leaves behind: results of builds and the history of the sources.
const LEFT_OUT: &[&str] = &["target", ".git"];

/// A folder with the files of a project.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project of these files: paths and texts.
    pub fn of(files: &[(&str, &str)]) -> Result<Self> {
        let project = Self::empty()?;
        for (path, text) in files {
            project.write(path, text)?;
        }
        Ok(project)
    }

    /// A project without a file.
    pub fn empty() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("project-").tempdir();
        Ok(Self { folder: folder.context("failed to create a folder for a project")? })
    }

    /// A copy of a folder, with the modification times of its files, without what cargo and git left in it.
    pub fn copy_of(folder: &Path) -> Result<Self> {
        let project = Self::empty()?;
        let entries =
            fs::read_dir(folder).with_context(|| format!("failed to list `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("failed to list `{}`", folder.display()))?;
            if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            Cmd::new("cp").arg("--archive").arg(entry.path()).arg(project.path()).run()?;
        }
        Ok(project)
    }

    /// An example of this repository.
    pub fn example(name: &str) -> Result<Self> {
        Self::copy_of(&crate::place::workspace_root().join("examples").join(name))
    }

    /// A package as crates.io has it, brought by cargo itself.
    pub fn from_registry(name: &str, version: &str) -> Result<Self> {
        let manifest = format!(
            "[package]\nname = \"bring\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n\
             [dependencies.wanted]\npackage = \"{name}\"\nversion = \"={version}\"\n"
        );
        let asking = Self::of(&[("Cargo.toml", &manifest), ("lib.rs", "")])?;
        let answer = Cmd::new("cargo")
            .args(["metadata", "--format-version=1", "--quiet"])
            .current_dir(asking.path())
            .run()
            .with_context(|| format!("failed to bring `{name} {version}` from crates.io"))?;
        let folder = match manifest_of(&answer, name, version)? {
            Some(manifest) => manifest.parent().context("failed to find the package's folder")?.to_owned(),
            // A package without a library is brought like any other, but is no dependency that cargo tells of.
            None => extracted(name, version)?,
        };
        let project = Self::copy_of(&folder)?;
        // Cargo's own mark of a complete download is no file of the package.
        project.remove(".cargo-ok")?;
        Ok(project)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders that it is in.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> Result<()> {
        let file = self.file(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
        }
        fs::write(&file, text).with_context(|| format!("failed to write `{path}`"))
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.file(path)).with_context(|| format!("failed to read `{path}`"))
    }

    /// Replaces a text in a file; one that is not there is an error, since an edit that changes nothing proves nothing.
    pub fn edit(&self, path: &str, from: &str, to: &str) -> Result<()> {
        let text = self.read(path)?;
        if !text.contains(from) {
            bail!("`{path}` has no `{from}` to replace");
        }
        self.write(path, text.replace(from, to))
    }

    /// Adds a text at the end of a file.
    pub fn append(&self, path: &str, text: &str) -> Result<()> {
        self.write(path, self.read(path)? + text)
    }

    /// Removes a file or a folder, if it is there.
    pub fn remove(&self, path: &str) -> Result<()> {
        let file = self.file(path);
        let removed = if file.is_dir() && !file.is_symlink() {
            fs::remove_dir_all(&file)
        } else if file.symlink_metadata().is_ok() {
            fs::remove_file(&file)
        } else {
            Ok(())
        };
        removed.with_context(|| format!("failed to remove `{path}`"))
    }

    /// Gives a file another modification time and the same contents, as a fresh checkout does.
    pub fn touch(&self, path: &str, seconds_since_epoch: u64) -> Result<()> {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds_since_epoch);
        fs::File::options()
            .append(true)
            .open(self.file(path))
            .and_then(|file| file.set_modified(time))
            .with_context(|| format!("failed to touch `{path}`"))
    }

    fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }
}

/// The manifest of a package among those that `cargo metadata` tells of.
fn manifest_of(answer: &str, name: &str, version: &str) -> Result<Option<PathBuf>> {
    let metadata: Value =
        serde_json::from_str(answer).context("failed to read the answer of `cargo metadata`")?;
    let packages = metadata.get("packages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is =
        |package: &Value, key: &str, value: &str| package.get(key).and_then(Value::as_str) == Some(value);
    let found = packages.iter().find(|package| is(package, "name", name) && is(package, "version", version));
    Ok(found.and_then(|package| package.get("manifest_path")?.as_str()).map(PathBuf::from))
}

/// The folder into which cargo extracted a package of a registry.
fn extracted(name: &str, version: &str) -> Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.context("failed to find cargo's home folder")?.join("registry/src");
    for registry in
        std::fs::read_dir(&sources).with_context(|| format!("failed to list `{}`", sources.display()))?
    {
        let folder = registry?.path().join(format!("{name}-{version}"));
        if folder.is_dir() {
            return Ok(folder);
        }
    }
    bail!("cargo did not bring `{name} {version}`")
}

#[cfg(test)]
mod tests {
    use super::Project;

    #[test]
    fn an_edit_that_would_change_nothing_is_an_error() {
        let project = Project::of(&[("src/main.rs", "fn main() {}")]).unwrap();
        project.edit("src/main.rs", "main", "start").unwrap();
        assert_eq!(project.read("src/main.rs").unwrap(), "fn start() {}");
        assert!(project.edit("src/main.rs", "main", "start").is_err());
    }

    #[test]
    fn a_copy_leaves_build_results_behind() {
        let project =
            Project::of(&[("Cargo.toml", "[package]"), ("target/x", ""), ("src/lib.rs", "")]).unwrap();
        let copy = Project::copy_of(project.path()).unwrap();
        assert!(copy.path().join("src/lib.rs").is_file());
        assert!(!copy.path().join("target").exists());
    }
}
