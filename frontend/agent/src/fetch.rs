//! Fills a `CARGO_HOME` with what one lockfile names, or with what a `cargo install` compiles.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use supercargo_report::{Download, Fetch, Lock};

use crate::access;
use crate::console;
use crate::downloads::Downloads;
use crate::error::Error;
use crate::files;
use crate::lockfile::Lockfile;
use crate::restored::Restored;
use crate::tally;

/// A binary that no crate has.
const NO_BINARY: &str = "supercargo-downloads-only";

/// Runs the fetch and returns cargo's exit code. The downloads of earlier builds only save time: whatever is wrong
/// with them, cargo fetches what it misses, and nothing here fails for it.
pub(crate) fn fetch(job: &Fetch) -> Result<u8, Error> {
    access::narrow(Path::new(&job.workspace))?;
    let home = Path::new(&job.cargo_home);
    fs::create_dir_all(home).map_err(Error::file("create", home))?;
    let lockfile = Lockfile::read(Path::new(&job.lockfile))?;
    let downloads = job.downloads.as_deref().map(|downloads| Downloads::new(Path::new(downloads)));
    let mut restored = Restored::default();
    let taken = downloads.as_ref().map_or(Ok(()), |cache| cache.restore(&lockfile, home, &mut restored));
    if let Err(error) = taken {
        console::note(&format!("not everything could be taken from the download cache: {error}"));
    }
    let shown = job.output.as_ref().is_none_or(|output| output.shown);
    let (exit, printed) = access::run(&job.command, &job.access, home, shown, None)?;
    if exit.code() != 0 {
        return Ok(exit.code());
    }
    if let Some(output) = &job.output {
        files::write(Path::new(&output.file), printed.as_bytes())?;
    }
    restored.drop_unused(home)?;
    tidy(home)?;
    if let Err(error) = downloads.as_ref().map_or(Ok(()), |cache| cache.save(home)) {
        console::note(&format!("not everything could be kept in the download cache: {error}"));
    }
    console::line(&summary(home, &restored)?);
    Ok(0)
}

/// Downloads what a `cargo install` compiles and returns cargo's exit code.
///
/// Cargo has no command for this. If the binary that it shall install does not exist, it finds out when all crates are
/// there and before it compiles one. Were it ever to find out earlier, the offline compile would miss crates and fail.
pub(crate) fn download(job: &Download) -> Result<u8, Error> {
    let home = Path::new(&job.cargo_home);
    fs::create_dir_all(home).map_err(Error::file("create", home))?;
    // Colours would be in the words of the error.
    let more = ["--bin", NO_BINARY, "--color", "never"].map(str::to_owned);
    let command = [job.command.as_slice(), &more].concat();
    let exit = access::run_until(&command, &job.access, home, NO_BINARY)?;
    if exit.code() == 0 {
        tidy(home)?;
        console::line(&summary(home, &Restored::default())?);
    }
    Ok(exit.code())
}

/// Has cargo write a lockfile and returns its exit code.
pub(crate) fn lock(job: &Lock) -> Result<u8, Error> {
    access::narrow(Path::new(&job.workspace))?;
    let home = Path::new(&job.cargo_home);
    fs::create_dir_all(home).map_err(Error::file("create", home))?;
    Ok(access::run(&job.command, &job.access, home, true, None)?.0.code())
}

/// Removes what cargo writes about this very run: locks and the times of last use.
fn tidy(home: &Path) -> Result<(), Error> {
    for name in files::names(home)? {
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(b".package-cache") || bytes.starts_with(b".global-cache") {
            files::remove(&home.join(name))?;
        }
    }
    Ok(())
}

fn summary(home: &Path, restored: &Restored) -> Result<String, Error> {
    let mut crates = BTreeSet::new();
    for host in files::names(&home.join("registry/cache"))? {
        crates.extend(files::names(&home.join("registry/cache").join(host))?);
    }
    let mut text = format!("fetch: {}", tally::crates(crates.len()));
    match files::names(&home.join("git/db"))?.len() {
        0 => {}
        1 => text.push_str(" and 1 git repository"),
        count => text.push_str(&[" and ", &count.to_string(), " git repositories"].concat()),
    }
    let kept = restored.crates.len() + restored.repositories.len();
    if kept > 0 {
        text.push_str(&[" (", &kept.to_string(), " from the download cache)"].concat());
    }
    Ok(text)
}
