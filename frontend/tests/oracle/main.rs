//! Cargo's own unit graph says whether a skeleton is right.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected has failed"
)]

mod builds;
mod cargo;
mod check;
mod edits;
mod facts;
mod fallback;
#[path = "../fixture/mod.rs"]
mod fixture;
mod layouts;
mod sources;
