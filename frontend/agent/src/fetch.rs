//! Fills a `CARGO_HOME` with what one lockfile names.

use std::fs;
use std::io;
use std::path::Path;

use supercargo_report::Fetch;

use crate::cargo;
use crate::console;
use crate::error::Error;
use crate::tally;

/// Runs the fetch and returns cargo's exit code.
pub(crate) fn fetch(job: &Fetch) -> Result<u8, Error> {
    let home = Path::new(&job.cargo_home);
    let exit = cargo::run(&job.command)?;
    if exit.code() != 0 {
        return Ok(exit.code());
    }
    tidy(home)?;
    console::line(&format!("fetch: {}", tally::crates(count(home))));
    Ok(0)
}

/// Removes what cargo writes about this very run: locks and the times of last use.
fn tidy(home: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(home).map_err(Error::file("list", home))?.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(b".package-cache") || name.starts_with(b".global-cache") {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::file("remove", &entry.path())(error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn count(home: &Path) -> usize {
    let hosts = fs::read_dir(home.join("registry/cache")).into_iter().flatten().flatten();
    hosts.filter_map(|host| fs::read_dir(host.path()).ok()).flatten().flatten().count()
}
