//! The linker that was asked for, where the C compiler looks for it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::Path;

use supercargo_report::Linker;

use crate::error::Error;
use crate::program;

/// Makes the link to the program, before anything is compiled.
pub(crate) fn lay_down(linker: &Linker) -> Result<(), Error> {
    let missing = || Error::NoLinker { program: linker.program.clone(), package: linker.package.clone() };
    let program = program::find(&linker.program).ok_or_else(missing)?;
    let file = Path::new(&linker.file);
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory).map_err(Error::file("create", directory))?;
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::file("remove", file)(error)),
        _ => {}
    }
    symlink(program, file).map_err(Error::file("link", file))
}
