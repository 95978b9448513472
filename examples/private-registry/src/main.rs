//! Says what a crate of a private registry says.

fn main() {
    println!("{}", corp_greeting::TEXT);
}
