//! Whatever a user, a file or the engine sends is answered with a value or with words: never with a panic, and the same
//! way each time.
//!
//! A second or two by default; `PROPTEST_CASES=100000 cargo test -p supercargo --test hostile` looks for longer.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected has failed"
)]

mod damage;
#[path = "../fixture/mod.rs"]
mod fixture;
mod frames;
mod growth;
mod names;
mod options;
mod projects;
