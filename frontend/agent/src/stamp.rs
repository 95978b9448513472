//! A modification time, as file systems keep it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Seconds and nanoseconds since the epoch, UTC. The order is that of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Stamp(pub(crate) i64, pub(crate) i64);

impl Stamp {
    /// Older than anything that a compile leaves, and what the build graph gives to files of the context, so that
    /// there is nothing to set.
    pub(crate) const OLD: Self = Self(0, 0);

    /// What cargo gives to the files of a crate that it packs; older than anything that a compile leaves.
    pub(crate) const PACKED: Self = Self(1_153_704_088, 0);

    /// The modification time in `metadata`.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(metadata.mtime(), metadata.mtime_nsec())
    }

    /// This time and `duration`.
    pub(crate) fn after(self, duration: Duration) -> Self {
        let nanos = self.1 + i64::from(duration.subsec_nanos());
        let secs = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(secs).saturating_add(nanos / 1_000_000_000), nanos % 1_000_000_000)
    }

    /// Gives this time to what `path` names; a link gets it itself and not what it leads to.
    pub(crate) fn set(self, path: &Path) -> Result<(), Error> {
        let times = Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec: self.0, tv_nsec: self.1 },
        };
        utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|errno| Error::file("set the modification time of", path)(errno.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Stamp;

    #[test]
    fn time_goes_on() {
        assert_eq!(Stamp(5, 600_000_000).after(Duration::from_millis(1_500)), Stamp(7, 100_000_000));
        assert!(Stamp(5, 999_999_999) < Stamp(6, 0));
    }

    #[test]
    fn a_link_gets_its_own_time() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        std::fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        Stamp(1_000, 5).set(&file).unwrap();
        Stamp(2_000, 6).set(&link).unwrap();
        assert_eq!(Stamp::of(&file.metadata().unwrap()), Stamp(1_000, 5));
        assert_eq!(Stamp::of(&link.symlink_metadata().unwrap()), Stamp(2_000, 6));
    }
}
