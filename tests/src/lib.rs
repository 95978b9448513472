//! The test bed: a real engine, base images, the frontend image, and words to write end-to-end tests with.
//!
//! The way through it: [`place`] says where things are kept, [`machine`] changes the machine, [`engine`] runs a
//! Docker engine of a chosen version, [`base`] assembles the images that builds start from, [`bed`] puts these
//! together, and a [`spare`] is an engine beside it that a test may wipe or kill. On top of a bed, tests write [`project`] files, run a [`build`], read its [`log`], look at the [`image`] and
//! run a [`container`] of it, and see what cache was [`exported`].
//!
//! Invariants: nothing outside of the bed's folder and of `/run/supercargo-bed` is written but what
//! [`machine`] says aloud; what the bed starts, `cargo bed down` stops; a machine on which the bed cannot work is a failure, never a skip.

pub mod base;
pub mod bed;
pub mod bench;
pub mod build;
pub mod container;
pub mod docker;
pub mod engine;
pub mod exported;
pub mod frontend;
pub mod image;
pub mod lock;
pub mod log;
pub mod machine;
pub mod matrix;
pub mod place;
pub mod process;
pub mod progress;
pub mod project;
pub mod registry;
pub mod smoke;
pub mod soak;
pub mod spare;
pub mod wire;
