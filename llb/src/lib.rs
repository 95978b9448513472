//! A typed, immutable, deterministic library for `BuildKit`'s build graph (LLB).
//!
//! # Map
//!
//! ```text
//!  source::{Image, Local, Git, Http, OciLayout}    where file systems come from
//!        │
//!        ▼ Output                                  a handle to one result of one vertex
//!  Exec + Mount    FileOp + file::*    Merge    Diff
//!        │
//!        ▼ Output::marshal
//!  Definition                                      what BuildKit solves; can be read back
//! ```
//!
//! Start with a source, end with [`Output::marshal`]:
//!
//! ```
//! use buildkit_llb::{Exec, FileOp, ImageRef, Mount, Platform};
//! use buildkit_llb::{exec::Network, file::Copy, source::{Image, Local}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let amd64 = Platform::new("linux", "amd64");
//! let rust = Image::new("rust:1.95".parse()?, amd64.clone()).output();
//! let debian = Image::new("debian:bookworm-slim".parse()?, amd64).output();
//! let context = Local::new("context").session("id").name("[internal] load build context").output();
//!
//! let mut build = Exec::new(rust, ["cargo", "build", "--offline"]).cwd("/src").network(Network::None).name("[build] cargo");
//! build.mount(Mount::bind(context, "/src").no_output());
//! let target = build.mount(Mount::scratch("/src/target"));
//!
//! let app = Copy::new(build.output(&target), "/debug/app", "/usr/local/bin/app").mode(0o755);
//! let image = FileOp::on(debian).copy(app).name("[image] app").output();
//!
//! let definition = image.marshal()?;
//! assert_eq!(definition.ops().len(), 5);
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! - Identity is content. A vertex is named by the digest of its bytes; there are no counters, and a clone is the same vertex.
//! - Equal graphs give equal bytes, on every host and run. The bytes are those of Go's deterministic protobuf encoder, which
//!   a daemon uses to name vertices; the tests compare with what `BuildKit`'s own client writes.
//! - A vertex is complete when it is made. Marshalling reads, never writes.
//! - Names, progress groups, cache flags and source positions are no part of a digest.
//! - The capability that a feature needs is attached where the feature is, so that an older daemon refuses a graph instead of
//!   building something else.
//! - Nothing is asked of the host: no clock, no environment, no default platform.
//! - Builders never fail; what is wrong with a graph is told by [`Output::marshal`], all at once, by the vertex's name.

mod definition;
mod diff;
mod digest;
mod display;
mod encode;
mod error;
pub mod exec;
pub mod file;
mod marshal;
mod merge;
mod metadata;
mod path;
mod platform;
pub mod reference;
mod render;
pub mod source;
pub mod source_map;
mod vertex;

pub use definition::{DefinedOp, Definition, DefinitionError};
pub use diff::Diff;
pub use digest::{Digest, DigestError};
pub use display::DisplayText;
pub use error::{InvalidGraph, Problem, ProblemKind};
pub use exec::{Exec, Mount};
pub use file::FileOp;
pub use merge::Merge;
pub use metadata::ProgressGroup;
pub use platform::{Platform, PlatformError};
pub use reference::ImageRef;
pub use vertex::{Output, Vertex};
