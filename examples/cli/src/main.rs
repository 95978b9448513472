//! The command: reads its arguments or its input, and prints the counts.

use std::io::{self, Read};

use anyhow::Context;
use clap::Parser;
use tally::{Regex, tally};

/// Counts what a pattern matches, most frequent first
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Print at most this many lines
    #[arg(short, long, value_name = "LINES", default_value_t = 10)]
    top: usize,

    /// What to count, as a regular expression
    pattern: Regex,

    /// Where to count; standard input if absent
    text: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    let input = if args.text.is_empty() {
        let mut input = String::new();
        io::stdin()
            .read_to_string(&mut input)
            .context("cannot read the standard input")?;
        input
    } else {
        args.text.join("\n")
    };

    for count in tally(&args.pattern, &input).iter().take(args.top) {
        println!("{count}");
    }
    Ok(())
}
