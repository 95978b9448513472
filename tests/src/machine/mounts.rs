//! File systems that an engine mounted.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::Cmd;

/// Unmounts everything that is mounted below a folder, the innermost first.
pub fn unmount_below(folder: &Path) -> Result<()> {
    let table = fs::read_to_string("/proc/self/mountinfo").context("failed to read the table of mounts")?;
    // The table is in the order in which things were mounted.
    let below: Vec<PathBuf> =
        table.lines().filter_map(mount_point).filter(|at| at.starts_with(folder)).collect();
    for at in below.iter().rev() {
        // Lazily: a process that still has a file open there must not keep the rest of the machine's state dirty.
        Cmd::new("umount").arg("--lazy").arg(at).run()?;
    }
    Ok(())
}

/// The fifth field of a line, in which blanks are written as octal numbers.
fn mount_point(line: &str) -> Option<PathBuf> {
    let field = line.split(' ').nth(4)?;
    Some(PathBuf::from(field.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::mount_point;

    #[test]
    fn a_mount_point_may_have_blanks() {
        let line = r"36 35 98:0 / /var/my\040bed/root rw,noatime - ext4 /dev/root rw";
        assert_eq!(mount_point(line).as_deref(), Some(Path::new("/var/my bed/root")));
    }
}
