//! Runs a command of the user's own, which is let in where the client says so.

use std::fs;
use std::path::Path;

use supercargo_report::Task;

use crate::access;
use crate::error::Error;
use crate::freshness::Tracked;

/// Runs the command and returns its exit code.
pub(crate) fn run(job: &Task) -> Result<u8, Error> {
    // Without one, nothing is granted that would be laid down there.
    let home = job.cargo_home.as_deref().map_or_else(std::env::temp_dir, |home| Path::new(home).to_owned());
    if job.cargo_home.is_some() {
        fs::create_dir_all(&home).map_err(Error::file("create", &home))?;
    }
    let target = job.target_dir.as_deref().map(Path::new);
    let mut tracked = match (&job.freshness, target) {
        (Some(freshness), Some(target)) => Some(Tracked::start(freshness, target, |_| false)?),
        _ => None,
    };
    let (exit, _) =
        access::run(&job.command, &job.access, &home, true, tracked.as_mut().map(Tracked::recorder))?;
    if let Some(tracked) = tracked {
        tracked.finish(exit)?;
    }
    Ok(exit.code())
}
