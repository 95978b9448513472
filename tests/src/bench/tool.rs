//! Programs that some contestants need in the image that they compile in.

use anyhow::{Context, Result};

use super::contestant::BUILDER;
use crate::build::Build;
use crate::docker::Docker;
use crate::image::Image;
use crate::progress::step;
use std::time::Duration;

/// A program of crates.io.
#[derive(Debug)]
pub struct Tool {
    /// The package.
    pub name: &'static str,
    /// Its release.
    pub version: &'static str,
    /// How it is built, besides.
    pub arguments: &'static str,
}

/// The release of cargo-chef that takes part.
pub const CARGO_CHEF: Tool = Tool { name: "cargo-chef", version: "0.1.77", arguments: "--locked" };
/// The release of cargo-build-dependencies that takes part.
pub const BUILD_DEPENDENCIES: Tool =
    Tool { name: "cargo-build-dependencies", version: "0.1.3", arguments: "" };
/// The release of sccache that takes part, with the local disk as its only store.
pub const SCCACHE: Tool =
    Tool { name: "sccache", version: "0.19.0", arguments: "--locked --no-default-features" };

impl Tool {
    /// The image of the builder with this program, made if the engine does not have it.
    pub fn image(&self, docker: &Docker, builder: &Image) -> Result<String> {
        let Self { name, version, arguments } = self;
        let short: String = builder.id.trim_start_matches("sha256:").chars().take(12).collect();
        let image = format!("supercargo-bench-{name}:{version}-{short}");
        if Image::inspect(docker, &image).is_err() {
            let doing = step(format!("installing {name} {version} into an image"));
            let text = format!("FROM {BUILDER}\nRUN cargo install {name} --version {version} {arguments}\n");
            // In an empty folder: the image needs no file of ours.
            let nothing = tempfile::tempdir().context("failed to create an empty folder")?;
            let build = Build::new(docker, nothing.path()).dockerfile(text).tag(&image);
            build.deadline(Duration::from_hours(1)).succeed()?;
            doing.done();
        }
        Ok(image)
    }
}
