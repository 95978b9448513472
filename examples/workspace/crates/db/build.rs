//! Turns `schema.sql` into Rust: one `Table` for each `CREATE TABLE`.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=schema.sql");

    let schema = fs::read_to_string("schema.sql")?;
    let out_dir = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&out_dir).join("tables.rs"), tables(&schema))
}

/// Writes the tables as one Rust expression.
fn tables(schema: &str) -> String {
    let tables: Vec<String> = schema
        .split("CREATE TABLE ")
        .skip(1)
        .filter_map(|statement| statement.split_once('('))
        .map(|(name, body)| {
            let name = name.trim();
            let columns: Vec<&str> = body
                .lines()
                .take_while(|line| !line.starts_with(')'))
                .filter_map(|line| line.split_whitespace().next())
                .collect();
            format!("Table {{ name: {name:?}, columns: &{columns:?} }}")
        })
        .collect();
    format!("&[{}]", tables.join(", "))
}
