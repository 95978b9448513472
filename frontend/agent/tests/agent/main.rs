//! The agent as it is built, with the real cargo, on projects made for the purpose.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test bed has nobody to report to but the test that fails"
)]

mod bed;
mod clock;
mod credential;
mod exit;
mod fetch;
mod forged;
mod freshness;
mod interrupted;
mod invariant;
mod kept;
mod links;
mod scripts;
mod stubs;
mod unrecorded;
