//! `cargo bed`: the commands of the test bed.

mod command;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match command::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bed: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
