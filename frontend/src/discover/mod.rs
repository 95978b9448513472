//! Which files the project model still needs: a walk without I/O.
//!
//! [`step`] looks at the names in the build context and at the contents read so far, and answers either with
//! the files to read next or with [`Step::Done`]. The caller reads, adds the contents to the [`Tree`] and asks
//! again. A step never names a file twice once its contents are there, so the walk ends.
//!
//! [`Tree`]: crate::tree::Tree

mod config;
mod document;
mod members;
mod reader;
mod root;
mod step;
mod tables;
mod walk;
mod workspace_root;

pub(crate) use config::ConfigFile;
pub(crate) use document::Document;
pub(crate) use step::{Found, find};
pub use step::{Step, step};
pub use tables::DependencyKind;
pub(crate) use tables::{Entry, dependencies};
pub(crate) use walk::Manifest;
