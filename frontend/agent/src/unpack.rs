//! Unpacks crates, so that what was compiled from them at any time is newer than they are.

use std::fs;
use std::path::Path;

use supercargo_report::Unpack;

use crate::cargo;
use crate::console;
use crate::error::Error;
use crate::files;
use crate::stamp::Stamp;
use crate::tally;

/// Runs the command and returns cargo's exit code.
pub(crate) fn unpack(job: &Unpack) -> Result<u8, Error> {
    let exit = cargo::run(&job.command)?;
    if exit.code() != 0 {
        return Ok(exit.code());
    }
    let mut unpacked = 0;
    for directory in &job.directories {
        let directory = Path::new(directory);
        for host in files::names(directory)? {
            unpacked += files::names(&directory.join(host))?.len();
        }
        if directory.is_dir() {
            age(directory)?;
        }
    }
    console::line(&format!("unpack: {}", tally::crates(unpacked)));
    Ok(0)
}

/// Gives everything at and below `path` one time in the past.
///
/// Most archives bring such times. But a checkout is as old as the step that made it, and a build script that watches
/// a file of its own would run again wherever that is newer than what another machine compiled.
fn age(path: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(path).map_err(Error::file("look at", path))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path).map_err(Error::file("list", path))? {
            age(&entry.map_err(Error::file("list", path))?.path())?;
        }
    }
    if Stamp::of(&metadata) == Stamp::PACKED { Ok(()) } else { Stamp::PACKED.set(path) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::age;
    use crate::stamp::Stamp;

    #[test]
    fn files_directories_and_links_become_equally_old() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir_all(at("one/two")).unwrap();
        fs::write(at("one/two/new"), "").unwrap();
        fs::write(at("one/future"), "").unwrap();
        Stamp(9_000_000_000, 0).set(&at("one/future")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("one/link")).unwrap();
        age(directory.path()).unwrap();
        for name in ["", "one", "one/two", "one/two/new", "one/future", "one/link"] {
            assert_eq!(Stamp::of(&at(name).symlink_metadata().unwrap()), Stamp::PACKED, "{name}");
        }
    }
}
