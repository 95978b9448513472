//! The frontend binary: a runtime, and the shell on it.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    supercargo::shell::run().await
}
