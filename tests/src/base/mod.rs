//! Images that builds start from.

use anyhow::Result;

use crate::docker::Docker;
use crate::place::Place;

/// Makes sure that the engine has every base image.
pub fn provide(_place: &Place, _docker: &Docker) -> Result<()> {
    Ok(())
}
