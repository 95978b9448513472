//! The frontend's own image, built on the bed from this workspace.

use anyhow::{Context, Result};

use crate::build::Build;
use crate::docker::Docker;
use crate::image::Image;
use crate::place::workspace_root;

/// The name by which people use the image.
pub const REFERENCE: &str = "supercargo:latest";
/// The Cargo profile to build the frontend with, instead of the one that is shipped.
pub const PROFILE: &str = "SUPERCARGO_PROFILE";
/// An image that the engine already has, to test instead of building one: a published release, or one made by other means.
pub const GIVEN: &str = "SUPERCARGO_FRONTEND";

/// The build of the image.
///
/// The engine's cache is what makes this quick when the sources have not changed: it alone knows which files count.
#[must_use]
pub fn build(docker: &Docker) -> Build {
    let build = Build::new(docker, workspace_root())
        // The same sources give the same image, whoever builds it and when.
        .env("SOURCE_DATE_EPOCH", "0")
        .arg("--provenance=false");
    match std::env::var(PROFILE) {
        Ok(profile) if !profile.is_empty() => build.build_arg("PROFILE", &profile),
        _ => build,
    }
}

/// Builds the image under a name that belongs to its content, and gives that name.
///
/// Several checkouts may share one engine: a test must not meet the frontend of another one under `latest`.
pub fn provide(docker: &Docker) -> Result<String> {
    if let Some(reference) = std::env::var(GIVEN).ok().filter(|reference| !reference.is_empty()) {
        Image::inspect(docker, &reference).with_context(|| format!("{GIVEN} names `{reference}`"))?;
        return Ok(reference);
    }
    // The client's `--iidfile` holds another digest with each image store; the engine's own answer is one that it takes.
    let scaffold = format!("supercargo:building-{}", std::process::id());
    build(docker).tag(&scaffold).succeed().context("failed to build the frontend's image")?;
    let image = Image::inspect(docker, &scaffold)?;
    let short: String = image.id.trim_start_matches("sha256:").chars().take(12).collect();
    let reference = format!("supercargo:{short}");
    docker.command(["tag", &scaffold, &reference]).run()?;
    docker.command(["image", "rm", &scaffold]).run()?;
    Ok(reference)
}
