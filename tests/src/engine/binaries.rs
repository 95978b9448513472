//! The programs of an engine and of its client, taken out of Debian's packages.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::engine::release::Release;
use crate::machine::suite::Suite;
use crate::place::Place;
use crate::progress::step;

/// Written last, so that a half unpacked folder is never taken for a whole one.
const VERSIONS: &str = "versions";
/// The client is the newest one for every engine: it speaks the API of all of them.
const CLIENT_SUITES: &[&str] = &["forky", "sid"];
const CLIENT_PACKAGES: &[&str] = &["docker-cli", "docker-buildx"];
const REGISTRY_SUITES: &[&str] = &["bookworm"];

/// The folder with the programs of an engine's daemon.
pub fn engine(place: &Place, release: &Release) -> Result<PathBuf> {
    let root = unpacked(place, &format!("engine-{}", release.name), release.suites, release.packages)?;
    let bin = root.join("bin");
    if !bin.is_dir() {
        fs::create_dir(&bin).with_context(|| format!("failed to create `{}`", bin.display()))?;
        for folder in ["usr/bin", "usr/sbin"] {
            link_all(&root.join(folder), &bin)?;
        }
    }
    Ok(bin)
}

/// The `docker` program, with buildx found by the configuration folder that comes with it.
pub fn client(place: &Place) -> Result<Client> {
    let root = unpacked(place, "client", CLIENT_SUITES, CLIENT_PACKAGES)?;
    let config = place.folder("docker-config")?;
    let file = config.join("config.json");
    let plugins = root.join("usr/libexec/docker/cli-plugins");
    let text = serde_json::json!({ "cliPluginsExtraDirs": [plugins] }).to_string();
    // The bed's folder may have been moved; else the file is left to clients that read it now.
    if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
        fs::write(&file, text).with_context(|| format!("failed to write `{}`", file.display()))?;
    }
    Ok(Client { program: root.join("usr/bin/docker"), config })
}

/// The `docker-registry` program.
pub fn registry(place: &Place) -> Result<PathBuf> {
    let root = unpacked(place, "registry", REGISTRY_SUITES, &["docker-registry"])?;
    Ok(root.join("usr/bin/docker-registry"))
}

/// A `docker` program and its configuration folder.
#[derive(Debug, Clone)]
pub struct Client {
    /// The program.
    pub program: PathBuf,
    /// The value of `DOCKER_CONFIG`.
    pub config: PathBuf,
}

/// A folder with packages of the first suite that has them; downloaded once.
fn unpacked(place: &Place, name: &str, suites: &[&str], packages: &[&str]) -> Result<PathBuf> {
    let folder = place.folder("programs")?.join(name);
    if folder.join(VERSIONS).is_file() {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("failed to clear `{}`", folder.display()))?;
    }
    let mut failure = None;
    for suite in suites {
        let doing = step(format!("downloading {} from Debian {suite}", packages.join(" ")));
        match Suite::open(place, suite).and_then(|suite| suite.unpack(packages, &folder)) {
            Ok(versions) => {
                fs::write(folder.join(VERSIONS), versions.join("\n"))
                    .context("failed to note the versions")?;
                doing.done();
                return Ok(folder);
            }
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| anyhow::anyhow!("no Debian suite is known for `{name}`")))
}

fn link_all(from: &Path, into: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry.with_context(|| format!("failed to list `{}`", from.display()))?;
        // A link to a program of a package that was not downloaded would hide the machine's own.
        if entry.path().is_file() {
            symlink(entry.path(), into.join(entry.file_name())).context("failed to link a program")?;
        }
    }
    Ok(())
}
