//! Runs a command of the user's own, with the certificates of the client.

use std::path::Path;

use supercargo_report::{Access, Task};

use crate::access;
use crate::error::Error;
use crate::freshness::Tracked;

/// Runs the command and returns its exit code.
pub(crate) fn run(job: &Task) -> Result<u8, Error> {
    // This access writes nothing to a `CARGO_HOME`.
    let (nothing, home) = (Access::default(), std::env::temp_dir());
    let target = job.target_dir.as_deref().map(Path::new);
    let mut tracked = match (&job.freshness, target) {
        (Some(freshness), Some(target)) => Some(Tracked::start(freshness, target, |_| false)?),
        _ => None,
    };
    let (exit, _) =
        access::run(&job.command, &nothing, &home, true, tracked.as_mut().map(Tracked::recorder))?;
    if let Some(tracked) = tracked {
        tracked.finish(exit)?;
    }
    Ok(exit.code())
}
