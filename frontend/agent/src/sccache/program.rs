//! Where the sccache program is.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

const NAME: &str = "sccache";

/// The program on the `PATH`.
pub(super) fn find() -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|place| place.join(NAME)).find(|program| program.is_file());
    found.ok_or(Error::NoSccache)
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
