//! What Cargo starts in place of rustc.
//!
//! sccache looks up what a crate compiles to by what rustc says that it reads. What a procedural macro reads rustc does
//! not know, so sccache would give back a crate of the user's as it was before such a file changed. A crate of a
//! registry cannot change so.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The variable that names sccache. Where it is set and no job is, this program is the wrapper.
pub(super) const SCCACHE: &str = "SUPERCARGO_SCCACHE";

/// This program.
pub(super) fn program() -> PathBuf {
    // The kernel's own link, if it cannot be read, leads to the same file.
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"))
}

/// Becomes sccache, or rustc itself for a crate in the directory that Cargo was started in. Returns why it cannot, and
/// nothing if this process is not the wrapper.
pub(crate) fn run(arguments: &[OsString]) -> Option<Error> {
    let sccache = std::env::var_os(SCCACHE)?;
    let (rustc, rest) = arguments.split_first()?;
    let mut command = if is_local() {
        Command::new(rustc)
    } else {
        let mut command = Command::new(&sccache);
        command.arg(rustc);
        command
    };
    let source = command.args(rest).exec();
    Some(Error::Spawn { program: command.get_program().to_string_lossy().into_owned(), source })
}

/// True for a crate of the user's. Without a package it is a question to the compiler.
fn is_local() -> bool {
    let workspace = std::env::var_os(WORKSPACE);
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    workspace.zip(package).is_none_or(|(workspace, package)| Path::new(&package).starts_with(workspace))
}

/// The variable that names the directory of the user's crates.
pub(super) const WORKSPACE: &str = "SUPERCARGO_WORKSPACE";
