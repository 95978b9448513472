//! Reads one gate per line and announces it.

use std::process::ExitCode;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_else(|| "/etc/announce/gates".to_owned());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("cannot read `{path}`: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut digits = itoa::Buffer::new();
    for gate in text.lines().filter_map(|line| line.trim().parse::<u16>().ok()) {
        println!("Boarding now: gate {}", digits.format(gate));
    }
    ExitCode::SUCCESS
}
