//! Programs on the `PATH`.

use std::path::PathBuf;

/// The program `name` on the `PATH`; an absolute path is itself.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    if name.starts_with('/') {
        return Some(PathBuf::from(name)).filter(|program| program.is_file());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|place| place.join(name)).find(|program| program.is_file())
}
