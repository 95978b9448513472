//! Docker engines of several versions, each private to the bed.

pub mod binaries;
pub mod daemon;
pub mod feature;
pub mod release;
pub mod template;
