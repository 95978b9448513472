//! Finds the agent: it ships in the frontend's own image, which the engine hands over as a graph.

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
    let Some(source) = &options.source else {
        return Err(Failure::Internal(
            "the engine told neither the definition nor the name of the frontend's image".to_owned(),
        ));
    };
    let reference: ImageRef = source.parse().map_err(|error| {
        Failure::Internal(format!("failed to parse the name of the frontend's image `{source}`: {error}"))
    })?;
    Ok(Image::new(reference, platform.clone()).name("[internal] load the agent").output())
}
