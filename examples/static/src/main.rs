use std::collections::BTreeSet;
use std::fs::read_to_string;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let mapped = read_to_string("/proc/self/maps").context("failed to read what is mapped")?;
    let libraries: BTreeSet<&str> = mapped
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5))
        .filter(|file| file.contains(".so"))
        .collect();
    if libraries.is_empty() {
        println!("no shared library");
    }
    for library in libraries {
        println!("{library}");
    }
    Ok(())
}
