//! The benchmark: Supercargo and the ways in which people build Rust images today, on the same projects, in one run.
//!
//! A [`contestant`] is one way to write the Dockerfile. A [`subject`] is a project to build. The [`race`] builds the
//! subject with every contestant: once from nothing, then in rounds of [`step`]s, each of which changes the sources in
//! one way ([`change`]). What the clock and cargo said is kept as [`findings`], which [`table`] renders.
//!
//! Invariants: every contestant has a copy of the project of its own, with the same changes in it; they take turns in
//! every step, so that noise falls on all of them; they share no cache; of a project with a build that fails, or with
//! an image that does not run, there are no figures.

pub mod change;
pub mod contestant;
pub mod findings;
pub mod machine;
pub mod planning;
pub mod race;
pub mod step;
pub mod subject;
pub mod table;
pub mod trial;
