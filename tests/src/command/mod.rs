//! What can be asked of the bed on the command line.

mod bench;
mod demo;
mod deny;
mod down;
mod env;
mod fuzz;
mod image;
mod matrix;
mod smoke;
mod soak;
mod status;
mod test;
mod up;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use testbed::bed::{ENGINE, STORE};
use testbed::engine::release::{Choice, Store};

/// Brings up a real engine, builds the frontend on it, and runs tests and a demonstration.
#[derive(Debug, Parser)]
#[command(name = "cargo bed", bin_name = "cargo bed")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring up the engine and its base images.
    Up(EngineArgs),
    /// Stop every engine of this bed and remove what it added to the machine.
    Down(down::DownArgs),
    /// Print the environment of the engine for a shell: `eval "$(cargo bed env)"`.
    Env(EngineArgs),
    /// Build the frontend's own image on the engine, as `supercargo:latest`.
    Image(EngineArgs),
    /// Everything that must hold: formatting, lints, unit tests, end-to-end tests on a real engine.
    Test(test::TestArgs),
    /// Check the licences, sources and duplicates of all dependencies.
    Deny(deny::DenyArgs),
    /// Fuzz everything that parses bytes from outside.
    Fuzz(fuzz::FuzzArgs),
    /// Build an example service, run it, edit it, and show what was reused.
    Demo(demo::DemoArgs),
    /// Build the same projects as others build theirs, against the clock.
    Bench(bench::BenchArgs),
    /// Run the end-to-end tests on every engine and write docs/compatibility.md: an hour and more.
    Matrix(matrix::MatrixArgs),
    /// Build, build again, edit and run one example on the oldest engine: the last part of `test`.
    Smoke(EngineArgs),
    /// Build a hundred times and more on one engine, and see that nothing is left behind.
    Soak(soak::SoakArgs),
    /// Say what runs and where it is.
    Status,
}

/// Which engine.
#[derive(Debug, Args)]
struct EngineArgs {
    /// The release of the engine: 28.5, 26.1 or 20.10.
    #[arg(long, env = ENGINE)]
    engine: Option<String>,
    /// Where the engine keeps images: containerd or graphdriver.
    #[arg(long, env = STORE)]
    store: Option<Store>,
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<()> {
        match self.command {
            Command::Up(engine) => up::run(&engine),
            Command::Down(down) => down::run(&down),
            Command::Env(engine) => env::run(&engine),
            Command::Image(engine) => image::run(&engine),
            Command::Test(test) => test::run(&test),
            Command::Deny(deny) => deny::run(&deny),
            Command::Fuzz(fuzz) => fuzz::run(&fuzz),
            Command::Demo(demo) => demo::run(&demo),
            Command::Bench(bench) => bench::run(&bench),
            Command::Matrix(matrix) => matrix::run(&matrix),
            Command::Smoke(engine) => smoke::run(&engine),
            Command::Soak(soak) => soak::run(&soak),
            Command::Status => status::run(),
        }
    }
}

impl EngineArgs {
    fn choice(&self) -> Result<Choice> {
        Choice::of(self.engine.as_deref().filter(|engine| !engine.is_empty()), self.store)
    }
}
