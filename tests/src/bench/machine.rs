//! The machine and the engine that the figures are of.

use std::fs;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::docker::Docker;
use crate::image::Image;

/// What one must know of a machine to read its figures.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The number of cores that the run could use.
    pub cores: usize,
    /// Of memory, in GiB.
    pub memory_gib: u64,
    /// The processor's name.
    pub processor: String,
    /// The load of the last minute when the run began: whether the machine was quiet.
    pub load: String,
    /// The version of the Docker engine.
    pub docker: String,
    /// The version of the BuildKit in it; nothing when its packager left that out.
    pub buildkit: Option<String>,
    /// The version of the compiler.
    pub rust: String,
    /// Which frontend was measured: the image that was asked for, or the profile that it was built with.
    pub frontend: String,
}

impl Machine {
    /// Looks at this machine, at this engine, and at the image that contestants compile in.
    pub fn look(docker: &Docker, builder: &Image, frontend: Option<&str>) -> Result<Self> {
        let cores = std::thread::available_parallelism().context("failed to count cores")?.get();
        let memory = file("/proc/meminfo")?;
        let memory = value_of(&memory, "MemTotal:").and_then(|value| value.split(' ').next()?.parse().ok());
        let memory: u64 = memory.context("failed to read the size of the memory")?;
        let processor = file("/proc/cpuinfo")?;
        let processor = value_of(&processor, "model name").unwrap_or_default();
        let load = file("/proc/loadavg")?;
        let worker = docker.command(["buildx", "inspect"]).run()?;
        let buildkit =
            value_of(&worker, "BuildKit version:").filter(|version| !version.starts_with("v0.0.0"));
        let rust = builder.config.env.iter().find_map(|variable| variable.strip_prefix("RUST_VERSION="));
        let profile = std::env::var(crate::frontend::PROFILE).ok().filter(|profile| !profile.is_empty());
        Ok(Self {
            cores,
            memory_gib: memory.div_ceil(1024 * 1024),
            processor: processor.trim_start_matches([':', ' ']).to_owned(),
            load: load.split(' ').next().unwrap_or_default().to_owned(),
            docker: docker.server_version()?,
            buildkit: buildkit.map(str::to_owned),
            rust: rust.context("failed to find `RUST_VERSION` in the builder image")?.to_owned(),
            frontend: match frontend {
                Some(image) => format!("image `{image}`"),
                None => format!("built with profile `{}`", profile.unwrap_or_else(|| "release".to_owned())),
            },
        })
    }
}

fn file(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read `{path}`"))
}

fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::value_of;

    #[test]
    fn a_value_stands_behind_its_key() {
        let text = "Name: default\n  BuildKit version: v0.25.1\n";
        assert_eq!(value_of(text, "BuildKit version:"), Some("v0.25.1"));
        assert_eq!(value_of(text, "Driver:"), None);
    }
}
