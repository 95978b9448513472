//! Prints one line, with the help of one dependency.

fn main() {
    let mut digits = itoa::Buffer::new();
    println!(
        "{} {} counts to {}",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        digits.format(u64::MAX),
    );
}
