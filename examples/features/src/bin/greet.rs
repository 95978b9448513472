//! Greets people.

use greeter::{Greeting, framed};

fn main() {
    println!("{}", framed(&Greeting::from_args().to_string()));
}
