//! `supercargo-health http :8080/healthz` or `supercargo-health tcp :5432`: exits with 0 if the service answers.
//!
//! It stands in images without a shell, as the health check of a container, so it has no dependency and asks only where the
//! engine runs it. A check has no time limit of its own: the engine ends one that takes too long.

mod ask;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match words.as_slice() {
        ["http", address] => ask::http(address),
        ["tcp", address] => ask::tcp(address),
        _ => Err("usage: supercargo-health http [HOST]:PORT[/PATH] | tcp [HOST]:PORT".to_owned()),
    };
    match answer {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}
