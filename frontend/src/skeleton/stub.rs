//! Sources that stand for those of the user. They pass every lint that `rustflags` may demand: a flag such as
//! `-Dmissing-docs` is meant for the user's code, and `cargo` has no flag that takes it back for one package.

/// A library that needs no standard library, so that it compiles for every target.
pub(super) const PLAIN_LIBRARY: &str =
    "//! Stands for sources.\n#![allow(unused_crate_dependencies)]\n#![no_std]\n";

/// A library of a kind that is linked, such as a `cdylib`.
pub(super) const LINKED_LIBRARY: &str = "//! Stands for sources.\n#![allow(unused_crate_dependencies)]\n";

/// A program or a build script.
pub(super) const PROGRAM: &str =
    "//! Stands for sources.\n#![allow(unused_crate_dependencies)]\nfn main() {}\n";
