//! What the build answers: the image's configuration and the keys that exporters read.

mod annotations;
mod export;
mod image_config;

pub use annotations::annotations;
pub use export::{Built, metadata};
pub use image_config::{ConfigError, image_config};
