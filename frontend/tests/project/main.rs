//! What the project model says of good and of bad input.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected has failed")]

mod bad_input;
mod choice;
#[path = "../fixture/mod.rs"]
mod fixture;
mod good_input;
mod selection;
