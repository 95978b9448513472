//! Symbols and debug information, taken out of a binary into a file of their own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use supercargo_report::Symbols;

use crate::error::Error;
use crate::program;

/// The program that takes symbols out, and where they go.
#[derive(Debug)]
pub(crate) struct Splitter {
    tool: PathBuf,
    directory: PathBuf,
}

impl Splitter {
    /// Looks for the program, and makes the directory `symbols` in `into`.
    pub(crate) fn start(job: &Symbols, into: &Path) -> Result<Self, Error> {
        let tool = job.tools.iter().find_map(|name| program::find(name));
        let tool = tool.ok_or_else(|| Error::NoObjcopy { tools: job.tools.clone() })?;
        let directory = into.join("symbols");
        fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
        Ok(Self { tool, directory })
    }

    /// Leaves in `binary` what runs, and the name and a checksum of the file with the rest.
    pub(crate) fn split(&self, name: &str, binary: &Path) -> Result<(), Error> {
        let file = self.directory.join(format!("{name}.debug"));
        self.run(Command::new(&self.tool).arg("--only-keep-debug").arg(binary).arg(&file))?;
        let mut link = OsString::from("--add-gnu-debuglink=");
        link.push(&file);
        self.run(Command::new(&self.tool).arg("--strip-all").arg(link).arg(binary))
    }

    fn run(&self, command: &mut Command) -> Result<(), Error> {
        let program = || self.tool.display().to_string();
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|source| Error::Spawn { program: program(), source })?;
        if output.status.success() {
            return Ok(());
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(Error::Objcopy { program: program(), reason })
    }
}
