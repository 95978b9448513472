//! Looks whether the base of an image has what its binaries need, before there is an image.

mod examine;
mod misfit;
mod owners;
mod root;
mod search;
mod shell;
mod take;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use supercargo_report::{Audit, Needs};

use crate::console;
use crate::elf::split;
use crate::error::Error;
use crate::packages::System;
use examine::{Examined, Sides};
use root::Root;
use take::Taking;

/// How many libraries a line names before it only counts.
const NAMED: usize = 5;

/// Examines the binaries; the code is 1 if one of them would not run.
pub(crate) fn audit(job: &Audit) -> Result<u8, Error> {
    let (base, builder) = (Root::new(job.base.as_deref()), Root::new(Some("/")));
    let sides = Sides { base: &base, builder: &builder, directory: &job.directory };
    let file = Path::new(&job.needs);
    let text = fs::read(file).map_err(Error::file("read", file))?;
    let needs: Needs =
        serde_json::from_slice(&text).map_err(|source| Error::Json { path: file.to_owned(), source })?;
    let mut taking = Taking::new(&base, &builder, Path::new(&job.into));
    let mut examined = BTreeMap::new();
    for name in job.command.get(1..).unwrap_or_default() {
        // One that is no ELF file is nothing that could be linked wrongly.
        let Some(binary) = needs.binaries.get(name) else { continue };
        let found = sides.examine(name, binary);
        if found.misfits.is_empty() {
            taking.libraries(&found)?;
            console::line(&format!("audit: {name} {}", about(&found, &job.base_name)));
        }
        examined.insert(name, found);
    }
    let misfits: Vec<_> = examined.values().flat_map(|found| &found.misfits).collect();
    let builder_name = System::of(Path::new("/")).name;
    for misfit in &misfits {
        console::rendered(&format!("supercargo: {}\n", misfit.text(&job.base_name, &builder_name)));
    }
    if !misfits.is_empty() {
        return Ok(1);
    }
    if job.with_shell {
        let Some(shell) = shell::find(&base) else {
            console::rendered(&format!("supercargo: {}\n", shell::lacking(&job.base_name)));
            return Ok(1);
        };
        console::line(&format!("audit: the shell of {} is {shell}", job.base_name));
    }
    for package in &job.packages {
        let also = taking.package(package)?;
        let Some((_, binary)) = needs.binaries.iter().next() else { continue };
        for library in also {
            let found = sides.examine_library(package, &library, binary);
            if let Some(misfit) = found.misfits.first() {
                console::rendered(&format!("supercargo: {}\n", misfit.text(&job.base_name, &builder_name)));
                return Ok(1);
            }
            taking.libraries(&found)?;
        }
        console::line(&format!("audit: took the files of {package} from the builder"));
    }
    Ok(0)
}

/// What one binary needs and where it is.
fn about(found: &Examined, base: &str) -> String {
    if found.is_static {
        return "is static and runs on any base".to_owned();
    }
    let mut text = match (&found.needs_glibc, &found.has_glibc) {
        (Some(needs), Some(has)) => format!("needs glibc {}, {base} has {}", number(needs), number(has)),
        _ => format!("has its C library in {base}"),
    };
    if !found.lacking.is_empty() {
        let names: Vec<&str> = found.lacking.keys().map(String::as_str).collect();
        text.push_str("; from the builder: ");
        text.push_str(&console::list(&names, NAMED));
    }
    text
}

/// `GLIBC_2.34` as `2.34`.
fn number(version: &str) -> String {
    let numbers = split(version).1;
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}
