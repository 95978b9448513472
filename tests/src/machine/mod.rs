//! The machine under the bed: its packages, its network, its processes.
//!
//! Everything that reaches outside of the bed's own folder is in here.

pub mod apt;
pub mod mounts;
pub mod network;
pub mod processes;
pub mod suite;
