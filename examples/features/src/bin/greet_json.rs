//! Greets programs.

use greeter::Greeting;

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string(&Greeting::from_args())?);
    Ok(())
}
