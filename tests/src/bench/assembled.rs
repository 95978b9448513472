//! Workspaces of published packages: what a project of many local packages is like, for everybody who reaches crates.io.
//!
//! The packages of one family are taken out of the registry and become members that know one another by path, as they
//! do where they come from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use toml::{Table, Value};

use crate::process::Cmd;
use crate::project::Project;

/// A workspace to put together.
#[derive(Debug)]
pub struct Assembly {
    /// What it is called.
    name: &'static str,
    /// The package on top of the family.
    top: &'static str,
    /// Its version.
    version: &'static str,
    /// How the names of the family begin.
    family: &'static str,
    /// The features of the package on top, besides the usual ones.
    features: &'static [&'static str],
}

/// All of them.
pub const ASSEMBLIES: &[Assembly] = &[
    // The binary and fifteen members that it needs.
    Assembly {
        name: "gix-ref-workspace",
        top: "gix-ref",
        version: "0.69.1",
        family: "gix-",
        features: &["sha1"],
    },
    // The binary and sixty members.
    Assembly { name: "gix-workspace", top: "gix", version: "0.90.0", family: "gix", features: &[] },
];

/// The one of this name.
#[must_use]
pub fn of(name: &str) -> Option<&'static Assembly> {
    ASSEMBLIES.iter().find(|assembly| assembly.name == name)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// Packages that many of a family stand on.
const BOTTOM: &[&str] = &["gix-error", "gix-trace", "gix-utils", "gix-validate"];

impl Package {
    fn folder(&self) -> Option<&Path> {
        self.manifest_path.parent()
    }
}

/// The packages that a project is made of, downloaded.
fn ask(project: &Project) -> Result<Vec<Package>> {
    let command = Cmd::new("cargo").args(["metadata", "--format-version=1", "--quiet"]);
    let Metadata { packages } = serde_json::from_str(&command.current_dir(project.path()).run()?)
        .context("failed to read the answer of `cargo metadata`")?;
    Ok(packages)
}

/// The tables of a manifest that hold dependencies.
const DEPENDENCIES: &[&str] = &["dependencies", "build-dependencies"];
/// What members lose: their tests need files that were never published, and there is one binary, `app`.
const UNPUBLISHED: &[&str] = &["dev-dependencies", "test", "bench", "bin", "example", "lints"];

impl Assembly {
    /// Brings the packages and makes them a workspace with one binary, `app`.
    pub fn put_together(&self) -> Result<Project> {
        let Self { top, version, features, .. } = self;
        let asking = Project::of(&[
            (
                "Cargo.toml",
                &format!(
                    "[package]\nname = \"bring\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n\
                     [dependencies.{top}]\nversion = \"={version}\"\nfeatures = {features:?}\n"
                ),
            ),
            ("lib.rs", ""),
        ])?;
        let first =
            ask(&asking).with_context(|| format!("failed to bring `{top} {version}` from crates.io"))?;
        let released = first.iter().find(|package| package.name == *top).and_then(Package::folder);
        let released = released.with_context(|| format!("cargo did not bring `{top} {version}`"))?;
        // The versions of the day on which it was released: the benchmark builds the same next year.
        let lockfile = std::fs::read(released.join("Cargo.lock"));
        asking
            .write("Cargo.lock", lockfile.with_context(|| format!("`{top} {version}` has no lockfile"))?)?;
        let packages = ask(&asking)?;
        let family: Vec<Package> =
            packages.into_iter().filter(|package| package.name.starts_with(self.family)).collect();
        let names: BTreeSet<&str> = family.iter().map(|package| package.name.as_str()).collect();
        let project = Project::empty()?;
        for package in &family {
            Self::add(&project, package, &names)?;
        }
        let lockfile = asking.read("Cargo.lock")?;
        project.write("Cargo.lock", lockfile)?;
        self.top_off(&project)?;
        // The lockfile of the question names the same versions; what is a path now loses its source.
        ask(&project)?;
        Ok(project)
    }

    fn add(project: &Project, package: &Package, family: &BTreeSet<&str>) -> Result<()> {
        let folder = package.folder().context("failed to find a package's folder")?;
        let into = format!("crates/{}", package.name);
        project.write(&format!("{into}/.keep"), "")?;
        for part in ["src", "build.rs", "README.md"] {
            if folder.join(part).exists() {
                let to = project.path().join(&into);
                Cmd::new("cp")
                    .args(["--recursive", "--no-preserve=mode"])
                    .arg(folder.join(part))
                    .arg(to)
                    .run()?;
            }
        }
        project.remove(&format!("{into}/.keep"))?;
        let text = std::fs::read_to_string(&package.manifest_path)
            .with_context(|| format!("failed to read `{}`", package.manifest_path.display()))?;
        let mut manifest: Table =
            text.parse().with_context(|| format!("failed to parse the manifest of `{}`", package.name))?;
        localise(&mut manifest, family);
        project.write(&format!("{into}/Cargo.toml"), manifest.to_string())
    }

    fn top_off(&self, project: &Project) -> Result<()> {
        let Self { top, features, .. } = self;
        project.write("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"crates/*\"]\n")?;
        // The package on top and some at the bottom: the binary of a real workspace knows both.
        let bottom = BOTTOM.iter().filter(|name| project.path().join("crates").join(name).is_dir());
        let uses: Vec<String> = bottom
            .map(|name| (name, "default-features = false".to_owned()))
            .chain([(top, format!("features = {features:?}"))])
            .map(|(name, features)| format!("{name} = {{ path = \"../crates/{name}\", {features} }}\n"))
            .collect();
        let manifest = format!(
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\npublish = false\n\n[dependencies]\n{}",
            uses.concat()
        );
        project.write("app/Cargo.toml", manifest)?;
        let linked = format!("use {} as _;\n\n", top.replace('-', "_"));
        project.write("app/src/main.rs", linked + "fn main() {\n    println!(\"ready\");\n}\n")
    }
}

/// Members of one workspace instead of packages of a registry.
fn localise(manifest: &mut Table, family: &BTreeSet<&str>) {
    for name in UNPUBLISHED {
        manifest.remove(*name);
    }
    for name in DEPENDENCIES {
        point_at_neighbours(manifest.get_mut(*name), family);
    }
    let platforms = manifest.get_mut("target").and_then(Value::as_table_mut).into_iter().flatten();
    for (_, platform) in platforms {
        let Value::Table(platform) = platform else { continue };
        platform.remove("dev-dependencies");
        for name in DEPENDENCIES {
            point_at_neighbours(platform.get_mut(*name), family);
        }
    }
}

fn point_at_neighbours(table: Option<&mut Value>, family: &BTreeSet<&str>) {
    for (key, entry) in table.and_then(Value::as_table_mut).into_iter().flatten() {
        let Value::Table(entry) = entry else { continue };
        let name = entry.get("package").and_then(Value::as_str).unwrap_or(key).to_owned();
        if family.contains(name.as_str()) {
            entry.insert("path".to_owned(), Value::String(format!("../{name}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::localise;

    #[test]
    fn packages_of_the_family_become_neighbours() {
        let text = "[package]\nname = \"a\"\n[dependencies.fam-b]\nversion = \"1\"\n[dependencies.other]\nversion = \"2\"\n\
                    [dev-dependencies.fam-c]\nversion = \"1\"\n[target.'cfg(unix)'.dependencies.x]\nversion = \"1\"\npackage = \"fam-c\"\n";
        let mut manifest = text.parse().unwrap();
        localise(&mut manifest, &BTreeSet::from(["fam-b", "fam-c"]));
        let text = manifest.to_string();
        assert!(text.contains("path = \"../fam-b\"") && text.contains("path = \"../fam-c\""), "{text}");
        assert_eq!(text.matches("path = ").count(), 2);
        assert!(!text.contains("dev-dependencies"));
    }
}
