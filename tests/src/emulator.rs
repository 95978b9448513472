//! Programs of other machines, run on this one.
//!
//! The kernel is not told of the emulator, or the engine would offer to run images of other machines.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::machine::suite::Suite;
use crate::place::Place;
use crate::process::Cmd;

const SUITE: &str = "bookworm";

/// An emulator of one architecture.
#[derive(Debug, Clone)]
pub struct Emulator {
    program: PathBuf,
}

impl Emulator {
    /// The emulator of an architecture by QEMU's name, such as `aarch64`, brought by the first one who asks.
    pub fn of(place: &Place, architecture: &str) -> Result<Self> {
        let suite = Suite::open(place, SUITE)?;
        let folder = place.folder("emulator")?;
        let program = folder.join("usr/bin").join(format!("qemu-{architecture}-static"));
        if !program.is_file() {
            suite.unpack(&["qemu-user-static"], &folder)?;
        }
        Ok(Self { program })
    }

    /// Runs a program of an image's files, `root`, with the libraries that are there; gives what it prints.
    pub fn run(&self, root: &Path, program: &str, arguments: &[&str]) -> Result<String> {
        Cmd::new(&self.program)
            .arg("-L")
            .arg(root)
            .arg(root.join(program.trim_start_matches('/')))
            .args(arguments)
            .run()
    }
}
