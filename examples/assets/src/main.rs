//! Prints a page that another tool made.

/// Made by `[assets.web]`: it is not in the repository.
const PAGE: &str = include_str!("../web/dist/index.html");

fn main() {
    let mut buffer = itoa::Buffer::new();
    eprintln!("{} bytes", buffer.format(PAGE.len()));
    println!("{}", PAGE.trim());
}
