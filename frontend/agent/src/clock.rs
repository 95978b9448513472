//! What time it is, where the target directory is.
//!
//! Cargo compares modification times that the kernel wrote, and the kernel's clock for files may be a few milliseconds
//! behind the one that programs read. So the time is read off a file.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::stamp::Stamp;

/// How far the clock of files may lag behind the time that went by, before it counts as set back.
const TOLERANCE: Duration = Duration::from_millis(100);

/// True if the clock, which showed `start` when `began` was taken, was not set back until it showed `now`.
pub(crate) fn went_on(start: Stamp, began: Instant, now: Stamp) -> bool {
    now >= start.after(began.elapsed().saturating_sub(TOLERANCE))
}

/// The time that a file written now at `path` gets. The file stays there.
pub(crate) fn now(path: &Path) -> Result<Stamp, Error> {
    let written = File::create(path).and_then(|file| file.metadata());
    written.map(|metadata| Stamp::of(&metadata)).map_err(Error::file("write", path))
}

/// Takes the future out of a target directory: what was written after `now` gets `now`.
///
/// That happens where a clock was set back, or where another machine's was ahead. The order of files is kept, except
/// that some become equally old, which cargo takes for fresh. Sources that are not older than `now` must count as
/// changed for that reason.
pub(crate) fn settle(directory: &Path, now: Stamp) -> Result<(), Error> {
    for entry in fs::read_dir(directory).map_err(Error::file("list", directory))? {
        let entry = entry.map_err(Error::file("list", directory))?;
        let path = entry.path();
        let metadata = entry.metadata().map_err(Error::file("look at", &path))?;
        if metadata.is_dir() {
            settle(&path, now)?;
        }
        if Stamp::of(&metadata) > now {
            now.set(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{now, settle};
    use crate::stamp::Stamp;

    #[test]
    fn the_future_is_brought_back_and_the_past_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("below");
        std::fs::create_dir(&below).unwrap();
        let (past, future) = (below.join("past"), below.join("future"));
        let time = now(&past).unwrap();
        now(&future).unwrap();
        Stamp(1_000, 0).set(&past).unwrap();
        Stamp(time.0 + 1_000, 0).set(&future).unwrap();
        Stamp(time.0 + 1_000, 0).set(&below).unwrap();
        settle(directory.path(), time).unwrap();
        for (path, expected) in [(&past, Stamp(1_000, 0)), (&future, time), (&below, time)] {
            assert_eq!(Stamp::of(&path.symlink_metadata().unwrap()), expected, "{}", path.display());
        }
    }
}
