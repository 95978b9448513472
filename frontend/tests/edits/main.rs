//! The edit table: every edit of a project that people make, in every layout, and whether dependencies are compiled
//! again for it. On the bytes of plan and graph, without an engine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected has failed"
)]

mod absent;
mod case;
mod difference;
mod edit;
#[path = "../fixture/mod.rs"]
mod fixture;
mod inputs;
mod layout;
mod layouts;
mod matrix;
mod others;
#[expect(clippy::unnecessary_wraps, reason = "all edits have one shape: some do not exist in every layout")]
mod rows;
