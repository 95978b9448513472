//! Hands out the binaries that cargo made, and the report beside them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::Serialize;
use supercargo_report::{Collect, Needs, Report};

use crate::elf;
use crate::error::Error;
use crate::messages::Artifact;
use crate::symbols::Splitter;

/// Copies each wanted binary to `bin/<name>` and writes `report.json` and `needs.json`.
///
/// Where a binary is comes from cargo's message about it: the target directory may hold one of the same name that no
/// source makes any more.
pub(crate) fn collect(job: &Collect, artifacts: &[Artifact], report: &Report) -> Result<(), Error> {
    let into = Path::new(&job.into);
    let directory = into.join("bin");
    fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
    let splitter = job.symbols.as_ref().map(|symbols| Splitter::start(symbols, into)).transpose()?;
    let mut needs = Needs::default();
    for name in &job.binaries {
        let from = executable(artifacts, name).ok_or_else(|| Error::MissingBinary {
            wanted: name.clone(),
            built: binaries(artifacts).map(|(name, _)| name.to_owned()).collect(),
        })?;
        let to = directory.join(name);
        fs::copy(from, &to).map_err(Error::file("copy", Path::new(from)))?;
        fs::set_permissions(&to, Permissions::from_mode(0o755))
            .map_err(Error::file("make executable", &to))?;
        let Some(file) = elf::read(&to)? else { continue };
        needs.binaries.insert(name.clone(), file.linked);
        if let Some(splitter) = &splitter {
            splitter.split(name, &to)?;
        }
    }
    write(&into.join("needs.json"), &needs)?;
    write(&into.join("report.json"), report)
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let text = serde_json::to_vec(value).map_err(|source| Error::Json { path: path.to_owned(), source })?;
    fs::write(path, text).map_err(Error::file("write", path))
}

fn executable<'a>(artifacts: &'a [Artifact], wanted: &str) -> Option<&'a str> {
    binaries(artifacts).find(|(name, _)| *name == wanted).map(|(_, path)| path)
}

fn binaries(artifacts: &[Artifact]) -> impl Iterator<Item = (&str, &str)> {
    let named = artifacts.iter().filter(|artifact| artifact.is("bin"));
    named.filter_map(|artifact| Some((artifact.target(), artifact.executable.as_deref()?)))
}
