//! Where the sccache program is.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

const NAME: &str = "sccache";

/// Where images have programs.
const PLACES: [&str; 5] = ["usr/local/bin", "usr/bin", "usr/local/cargo/bin", "bin", ""];

/// The program of the image that is mounted at `image`, or the one on the `PATH`.
pub(super) fn find(image: Option<&str>) -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = match image {
        Some(root) => PLACES.iter().map(|place| Path::new(root).join(place)).collect(),
        None => std::env::split_paths(&path).collect(),
    };
    let found = places.into_iter().map(|place| place.join(NAME)).find(|program| program.is_file());
    found.ok_or(Error::NoSccache { in_image: image.is_some() })
}

/// Makes sure that it runs here at all: it may want libraries that the toolchain image lacks.
pub(super) fn check(program: &Path) -> Result<(), Error> {
    let failed = |reason: String| Error::SccacheProgram { path: program.to_owned(), reason };
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
