//! Times of an installation that becomes a part of an image: equal packages give equal bytes on any day.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::apt;
use crate::clock;
use crate::error::Error;
use crate::stamp::Stamp;

/// A file system before an installation.
pub(super) struct Before {
    root: PathBuf,
    device: u64,
    start: Stamp,
    seconds: i64,
}

impl Before {
    /// Notes the time, by a file in `scratch`; what is written from now on will get `seconds`.
    pub(super) fn now(root: &Path, scratch: &Path, seconds: u64) -> Result<Self, Error> {
        let device = fs::symlink_metadata(root).map_err(Error::file("look at", root))?.dev();
        let start = clock::now(&scratch.join(".time"))?;
        Ok(Self { root: root.to_owned(), device, start, seconds: i64::try_from(seconds).unwrap_or_default() })
    }

    /// Removes logs, and gives everything that was written since then its time.
    pub(super) fn settle(&self) -> Result<(), Error> {
        apt::tidy(&self.root)?;
        self.settle_below(&self.root)
    }

    fn settle_below(&self, path: &Path) -> Result<(), Error> {
        let metadata = fs::symlink_metadata(path).map_err(Error::file("look at", path))?;
        if metadata.is_dir() {
            // Mounts of the step, such as /proc, are no part of the image. Only directories tell: a file of a lower
            // layer may have a device of its own.
            if metadata.dev() != self.device {
                return Ok(());
            }
            for entry in fs::read_dir(path).map_err(Error::file("list", path))? {
                self.settle_below(&entry.map_err(Error::file("list", path))?.path())?;
            }
        }
        if Stamp::of(&metadata) >= self.start {
            Stamp(self.seconds, 0).set(path)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Before;
    use crate::stamp::Stamp;

    #[test]
    fn what_is_written_gets_the_time_and_the_rest_keeps_its_own() {
        let (root, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| root.path().join(name);
        let stamp = |name: &str| Stamp::of(&fs::symlink_metadata(at(name)).unwrap());
        fs::create_dir_all(at("var/log/apt")).unwrap();
        fs::write(at("old"), "").unwrap();
        Stamp(1000, 5).set(&at("old")).unwrap();
        let before = Before::now(root.path(), scratch.path(), 42).unwrap();
        fs::write(at("var/log/apt/history.log"), "today").unwrap();
        fs::write(at("var/new"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
        before.settle().unwrap();
        assert!(!at("var/log/apt/history.log").exists());
        assert_eq!(stamp("old"), Stamp(1000, 5));
        for name in ["var/new", "link", "var", "var/log/apt"] {
            assert_eq!(stamp(name), Stamp(42, 0), "{name}");
        }
    }
}
