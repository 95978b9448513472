//! `Cargo.lock`.

/// A parsed lockfile.
#[derive(Clone, Debug, PartialEq)]
pub struct Lockfile {
    /// The lockfile's text.
    pub text: String,
    /// Which format it has.
    pub version: LockfileVersion,
    /// Every package, sorted by name, version and source.
    pub packages: Vec<LockedPackage>,
}

/// The format of a lockfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockfileVersion {
    /// Checksums in a table of their own, packages named in full.
    V1,
    /// Written before Rust 1.53.
    V2,
    /// Written by Rust 1.53 to 1.82.
    V3,
    /// Written since Rust 1.83; URLs are encoded.
    V4,
}

/// One `[[package]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedPackage {
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
    /// Its source as written, or `None` for a local package.
    pub source: Option<String>,
    /// The checksum of its archive.
    pub checksum: Option<String>,
    /// Which packages it depends on, as positions in [`Lockfile::packages`].
    pub dependencies: Vec<usize>,
}
