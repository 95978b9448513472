//! Supercargo's agent: what cargo cannot do for itself inside a step of the build graph.
//!
//! `supercargo-agent cargo build …` runs as the only process of an exec vertex, in any image that has cargo and without
//! a shell. What to do around the command is a [`supercargo_report::Job`], JSON in a variable. The agent's bytes are
//! part of the cache key of every compile step, so it knows nothing of LLB, images or configuration and changes rarely.
//!
//! - [`fetch`] fills a `CARGO_HOME` with what a [`lockfile`] names, and has [`downloads`] of earlier builds to take
//!   from; or with what a `cargo install` compiles. [`access`] gets it what not everybody may see. This program is also a
//!   [`git_credential`] helper for git and a [`registry_credential`] provider for Cargo.
//! - [`unpack`] unpacks that.
//! - [`compile`] runs one cargo compile: [`freshness`] before it, [`messages`] and [`reads`] while it runs, [`stubs`],
//!   [`reuse`] and [`collect`] after it, and the [`tally`] at the end. [`sccache`] has a server beside it if one was asked for.
//! - [`kept`] looks after the target directory of the dependency step, which may outlive it: [`pinned`] sources before
//!   cargo, [`export`] of what is live after it, and the [`cause`] of a compile, from its [`inputs`]. Its [`index`] is
//!   what it remembers.
//! - [`workplace`] is the target directory that outlives a build: dependencies come in as [`links`], and the
//!   [`circumstances`] say what is different. Its [`mount`] is what it remembers.
//! - Both sweep out what is not [`live`] by the [`history`] of the last runs. [`mod@unit`] knows where what lies.
//! - [`advice`] is what would help after a compile that failed.
//! - [`jobs`] is how many compilers run at once.
//! - [`install`] adds to the toolchain what the image lacks of it.
//! - [`packages`] installs what the system's package manager has.
//! - [`task`] runs a command of the user's own, with [`freshness`] before it if it compiles.
//! - [`audit`] looks whether the base of the image has what the binaries need, by what [`elf`] says of them.
//! - [`cargo`] is the one place that starts a process.
//!
//! The program itself is only a call of [`main`], so that fuzz targets can link the parsers.

mod access;
mod advice;
mod audit;
mod cargo;
mod cause;
mod changes;
mod circumstances;
mod clock;
mod collect;
mod compile;
mod console;
mod downloads;
mod elf;
mod error;
mod export;
mod fetch;
mod files;
mod freshness;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod git_credential;
mod history;
mod index;
mod inputs;
mod install;
mod jobs;
mod kept;
mod ledger;
mod linker;
mod links;
mod live;
mod lockfile;
mod manifests;
mod memory;
mod messages;
mod mount;
mod package;
mod packages;
mod pinned;
mod program;
mod reads;
mod registry_credential;
mod repository;
mod restored;
mod reuse;
mod sccache;
mod seed;
mod sources;
mod stamp;
mod stubs;
mod symbols;
mod tally;
mod task;
mod toolchain;
mod unit;
mod unpack;
mod workplace;

use std::process::ExitCode;

use supercargo_report::Job;

use crate::error::Error;

/// Says that the agent itself failed and not cargo; `EX_SOFTWARE` of `sysexits.h`.
const AGENT_FAILED: u8 = 70;

/// Does the job that the environment names, and returns the code to exit with.
#[must_use]
pub fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            console::error(&error);
            ExitCode::from(AGENT_FAILED)
        }
    }
}

/// Does the job; the code is cargo's own where cargo was the one to fail.
fn run() -> Result<u8, Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((word, rest)) if word == git_credential::WORD => return git_credential::answer(rest),
        Some((word, _)) if word == registry_credential::WORD => return registry_credential::answer(),
        _ => {}
    }
    let Ok(text) = std::env::var(supercargo_report::JOB) else {
        let arguments: Vec<_> = std::env::args_os().skip(1).collect();
        return Err(sccache::wrap(&arguments).unwrap_or(Error::NoJob));
    };
    let job: Job = serde_json::from_str(&text).map_err(Error::Job)?;
    match job.with_command(arguments) {
        Job::Fetch(job) => fetch::fetch(&job),
        Job::Download(job) => fetch::download(&job),
        Job::Lock(job) => fetch::lock(&job),
        Job::Unpack(job) => unpack::unpack(&job),
        Job::Compile(job) => compile::compile(&job),
        Job::Run(job) => Ok(cargo::run(&job.command)?.code()),
        Job::Install(job) => install::install(&job),
        Job::Audit(job) => audit::audit(&job),
        Job::Packages(job) => packages::install(&job),
        Job::Task(job) => task::run(&job),
    }
}
