//! Finds the agent and the programs that images may need: they ship in the frontend's own image, which the engine hands over as a graph.

use buildkit_llb::source::Image;
use buildkit_llb::{Definition, ImageRef, Output, Platform};

use super::environment::Environment;
use super::failure::Failure;
use crate::options::Options;

/// The file system that holds the agent.
///
/// Engines before BuildKit 0.10 do not hand over the graph; there the image is named again.
pub(super) fn find(
    environment: &Environment,
    options: &Options,
    platform: &Platform,
) -> Result<Output, Failure> {
    if let Ok(bytes) = std::fs::read(&environment.own_definition) {
        return Definition::from_bytes(&bytes).map(|definition| definition.to_output()).map_err(|error| {
            Failure::Internal(format!("failed to read the definition of the frontend's own image: {error}"))
        });
    }
    let name = "[internal] load the agent";
    by_name(options, platform, name)?.ok_or_else(|| {
        Failure::Internal(
            "the engine told neither the definition nor the name of the frontend's image".to_owned(),
        )
    })
}

/// The file system that holds the programs which images may need, for an image of `platform`; the engine's own platform is
/// `own`. The graph that the engine hands over is of that one, so for another the image is named again.
pub(super) fn tools(
    environment: &Environment,
    options: &Options,
    platform: &Platform,
    own: &Platform,
) -> Result<Output, Failure> {
    if own != platform
        && let Some(output) = by_name(options, platform, "[internal] load the tools of the image")?
    {
        return Ok(output);
    }
    find(environment, options, own)
}

fn by_name(options: &Options, platform: &Platform, name: &str) -> Result<Option<Output>, Failure> {
    let Some(source) = &options.source else { return Ok(None) };
    let reference: ImageRef = source.parse().map_err(|error| {
        Failure::Internal(format!("failed to parse the name of the frontend's image `{source}`: {error}"))
    })?;
    Ok(Some(Image::new(reference, platform.clone()).name(name).output()))
}
