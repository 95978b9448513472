//! Cargo's own unit graph says whether a skeleton is right.

mod cargo;
mod check;
mod fallback;
#[path = "../fixture/mod.rs"]
mod fixture;
mod layouts;
