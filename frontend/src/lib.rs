//! Supercargo: a BuildKit frontend that turns a Rust project into a container image.
//!
//! A build is a pipeline of values. Each stage takes a value and returns a better one, with what the user should know
//! about it; everything that decides is pure, and everything that talks to BuildKit is in [`shell`], which decides
//! nothing.
//!
//! | stage | takes | gives |
//! | --- | --- | --- |
//! | [`options`] | `key=value` from the engine | `Options` |
//! | [`context`], [`ignore`] | options | where the files are, which of them count |
//! | [`discover`] | names of files ([`tree`]) | which contents to read |
//! | [`project`] | contents | what Cargo would know |
//! | [`config`] | build-args, definition file, metadata tables | what was asked for |
//! | [`skeleton`] | project and selection | files that compile the dependencies and nothing else |
//! | [`plan`] | project and configuration | every decision, as data |
//! | [`lower`] | plan and looked-up images | the graph |
//! | [`result`], [`request`] | solved graphs, or the project | the answer |
//!
//! [`name`] and [`diagnostic`] are the vocabulary of all of them; [`absence`] says why a file is missing; [`engine`] says what a graph may use.

pub mod absence;
pub mod config;
pub mod context;
pub mod diagnostic;
pub mod discover;
pub mod engine;
pub mod ignore;
pub mod lower;
pub mod name;
pub mod options;
mod pattern;
pub mod plan;
pub mod project;
pub mod request;
pub mod result;
pub mod shell;
pub mod skeleton;
pub mod tree;
