//! Which letters words begin with: `cargo run --example initials`.

use tally::{Error, Regex, tally};

fn main() -> Result<(), Error> {
    let initial = Regex::new(r"\b[a-z]")?;
    for count in tally(&initial, "she sells sea shells on the sea shore") {
        println!("{count}");
    }
    Ok(())
}
