//! Bytes to facts: what Cargo would know of the project in the build context.
//!
//! [`load`] takes the context's names and the contents that [`crate::discover`] asked for and returns an
//! immutable [`Project`]. Nothing here knows of images or builds.

mod cargo_config;
mod config_paths;
mod dependency;
mod inherit;
mod load;
mod lock_check;
mod locked;
mod lockfile;
mod package;
mod profile;
mod read_package;
mod specification;
mod target;
mod target_discovery;
mod toolchain_file;
mod workspace;

pub use cargo_config::CargoConfig;
pub(crate) use dependency::parse_platform;
pub use dependency::{Artifact, Dependency, DependencyKind, GitReference, Registry, Requirement, Source};
pub use load::load;
pub use lock_check::{LOCK, check_lockfile};
pub(crate) use locked::{git_url, is_crates_io};
pub(crate) use lockfile::parse as parse_lockfile;
pub use lockfile::{LockedPackage, Lockfile, LockfileVersion};
pub use package::{Metadata, Package};
pub use profile::Profiles;
pub use target::{CargoTarget, CargoTargetKind};
pub use toolchain_file::ToolchainFile;
pub use workspace::{Patch, Project, Resolver, Workspace};
