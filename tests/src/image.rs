//! What an image says of itself and what is in it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::docker::Docker;
use crate::process::Cmd;

/// The answer of `docker image inspect`, as far as tests look at it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Image {
    /// The engine's id of it.
    pub id: String,
    /// The architecture in OCI's spelling.
    pub architecture: String,
    /// When it says that it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created: String,
    /// In bytes, as this engine counts: with containerd's store compressed and unpacked together.
    pub size: u64,
    /// How a container of it runs.
    pub config: Config,
    /// Its layers.
    #[serde(rename = "RootFS")]
    pub layers: Layers,
}

/// The `config` part of an image.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// The user, by name or number.
    #[serde(deserialize_with = "or_default")]
    pub user: String,
    /// Variables as `NAME=value`.
    #[serde(deserialize_with = "or_default")]
    pub env: Vec<String>,
    /// The program and its first arguments.
    #[serde(deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// The arguments that follow.
    #[serde(deserialize_with = "or_default")]
    pub cmd: Vec<String>,
    /// The folder that the program starts in.
    #[serde(deserialize_with = "or_default")]
    pub working_dir: String,
    /// Ports such as `8080/tcp`.
    #[serde(deserialize_with = "or_default")]
    pub exposed_ports: BTreeMap<String, Value>,
    /// Folders that are volumes.
    #[serde(deserialize_with = "or_default")]
    pub volumes: BTreeMap<String, Value>,
    /// Labels.
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// The signal that stops it.
    #[serde(deserialize_with = "or_default")]
    pub stop_signal: String,
    /// The health check as the engine has it.
    #[serde(deserialize_with = "or_default")]
    pub healthcheck: Value,
}

/// The layers of an image.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Layers {
    /// The digests of the uncompressed layers, the lowest first.
    #[serde(rename = "Layers", deserialize_with = "or_default")]
    pub diff_ids: Vec<String>,
}

impl Image {
    /// Looks at an image that the engine has.
    pub fn inspect(docker: &Docker, reference: &str) -> Result<Self> {
        let answer = docker.command(["image", "inspect", reference]).run()?;
        let images: Vec<Self> = serde_json::from_str(&answer)
            .with_context(|| format!("failed to read what the engine says of `{reference}`"))?;
        images.into_iter().next().with_context(|| format!("the engine says nothing of `{reference}`"))
    }
}

/// The paths of all files and folders of an image, sorted, without a leading slash.
pub fn files(docker: &Docker, reference: &str) -> Result<Vec<String>> {
    let scratch = tempfile::tempdir().context("failed to create a folder for an image's files")?;
    let tar = scratch.path().join("files.tar");
    in_container(docker, reference, |id| {
        docker.command(["export", "--output"]).arg(&tar).arg(id).run().map(drop)
    })?;
    let list = Cmd::new("tar").arg("--list").arg("--file").arg(&tar).run()?;
    let mut paths: Vec<String> = list.lines().map(|path| path.trim_start_matches("./").to_owned()).collect();
    paths.sort();
    Ok(paths)
}

/// The contents of the file at an absolute path of an image.
pub fn file(docker: &Docker, reference: &str, path: &str) -> Result<Vec<u8>> {
    let scratch = tempfile::tempdir().context("failed to create a folder for an image's file")?;
    let copy = scratch.path().join("file");
    in_container(docker, reference, |id| {
        docker.command(["cp", "--follow-link"]).arg(format!("{id}:{path}")).arg(&copy).run().map(drop)
    })?;
    std::fs::read(&copy).with_context(|| format!("failed to read `{path}` of `{reference}`"))
}

/// Does something with a container that is never started.
fn in_container(docker: &Docker, reference: &str, act: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    // An image on nothing needs a command to be named all the same.
    let id = docker.command(["create", "--pull=never", reference, "/never-started"]).run()?;
    let done = act(id.trim());
    docker.command(["rm", "--force", id.trim()]).run()?;
    done
}

/// Engines write `null` for what is empty.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
