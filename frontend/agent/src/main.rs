//! Supercargo's agent, as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    supercargo_agent::main()
}
