//! Installs packages of the system, as far as they are not there.

mod apk;
mod apt;
mod system;
mod times;

use std::path::Path;

use supercargo_report::Packages;

use crate::access::Trust;
use crate::console;
use crate::error::Error;
pub(crate) use system::{Manager, System};
use times::Before;

/// Runs the image's package manager and returns its exit code.
pub(crate) fn install(job: &Packages) -> Result<u8, Error> {
    let root = Path::new("/");
    let apt = job.command.get(1..).unwrap_or_default();
    let system = System::of(root);
    let (wanted, missing) = match system.manager {
        Some(Manager::Apt) => (apt, apt::missing(root, apt)?),
        Some(Manager::Apk) => (job.apk.as_slice(), apk::missing(root, &job.apk)?),
        // An image may be done with installing, and have thrown away what does it.
        None => {
            let missing = apt::missing(root, apt).unwrap_or_else(|_| apt.to_vec());
            if !missing.is_empty() {
                return Err(Error::NoPackageManager { system: system.name, packages: missing });
            }
            (apt, missing)
        }
    };
    if missing.is_empty() {
        console::line(&format!("packages: {} has {}", system.name, listed(wanted)));
        return Ok(0);
    }
    let cache = Path::new(&job.cache);
    let before = job.timestamp.map(|seconds| Before::now(root, cache, seconds)).transpose()?;
    let trust = Trust::granted()?;
    let commands = match system.manager {
        Some(Manager::Apk) => apk::commands(cache, &missing)?,
        _ => apt::commands(root, cache, trust.file(), &missing)?,
    };
    for command in commands {
        let exit = crate::cargo::run_with(&command, &trust.variables())?;
        if exit.code() != 0 {
            console::note(&format!("packages go by the names that they have in {}", system.name));
            return Ok(exit.code());
        }
    }
    if let Some(before) = before {
        before.settle()?;
    }
    console::line(&format!("packages: installed {} on {}", listed(&missing), system.name));
    Ok(0)
}

fn listed(packages: &[String]) -> String {
    if packages.is_empty() { "nothing to install".to_owned() } else { packages.join(", ") }
}
