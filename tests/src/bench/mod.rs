//! The benchmark: Supercargo and the ways in which people build Rust images today, on the same projects, in one run.
//!
//! A [`contestant`] is one way to build, with its Dockerfile and the [`tool`] that it needs. A
//! [`subject`] is a project to build: an example, a published package, a workspace that is [`assembled`] from published
//! packages, a folder. The [`race`] builds the subject with every contestant: once from nothing, then in rounds of
//! [`step`]s, each of which changes the sources in one way ([`change`]), at last on a [`fresh`] builder. What the clock
//! and cargo said is kept as [`findings`], which [`table`] and [`picture`] render beside the [`goal`]s.
//!
//! Invariants: every contestant has a copy of the project of its own, with the same changes in it; they take turns in
//! every step, so that noise falls on all of them; they share no cache; a [`mark`] in the sources tells of every binary
//! which edit it was made of, and one that is older is reported; a contestant that fails takes no further part, and
//! the others go on.

pub mod assembled;
pub mod change;
pub mod contestant;
pub mod crowd;
mod dockerfile;
pub mod findings;
pub mod fresh;
pub mod goal;
pub mod library;
pub mod machine;
pub mod mark;
pub mod metadata;
pub mod picture;
pub mod planning;
pub mod race;
pub mod step;
pub mod subject;
pub mod table;
pub mod tool;
pub mod trial;
