//! Supercargo: a BuildKit frontend that turns a Rust project into a container image.

pub mod diagnostic;
pub mod discover;
pub mod name;
pub mod project;
pub mod skeleton;
pub mod tree;
