//! What a local package depends on.

pub use crate::discover::DependencyKind;
use crate::name::RelPath;

/// One dependency of one local package, inheritance resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// The key in the table, which is how features name it.
    pub key: String,
    /// The name of the package, which differs from the key when `package = "…"` is used.
    pub package: String,
    /// Which table it stands in.
    pub kind: DependencyKind,
    /// The condition of the `[target.…]` table it stands in.
    pub platform: Option<cargo_platform::Platform>,
    /// Where it comes from.
    pub source: Source,
    /// The version it asks for.
    pub requirement: Requirement,
    /// The features it asks for, sorted.
    pub features: Vec<String>,
    /// Whether it asks for the default features too.
    pub default_features: bool,
    /// Whether a feature must activate it.
    pub optional: bool,
    /// The artifact that is asked for instead of a library; unstable.
    pub artifact: Option<Artifact>,
    /// 1-based line of the entry in the manifest.
    pub line: u32,
}

/// What an artifact dependency asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// `artifact`: `bin`, `bin:name`, `cdylib`, `staticlib`.
    pub kinds: Vec<String>,
    /// `lib`: the library too.
    pub lib: bool,
    /// `target`: a triple, or `target` for the one that is built for.
    pub target: Option<String>,
}

/// Where a dependency comes from, as its manifest spells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A local package, by its directory.
    Path(RelPath),
    /// A registry; `None` is crates.io.
    Registry(Option<Registry>),
    /// A git repository.
    Git {
        /// The repository's URL as written.
        url: String,
        /// The branch, tag or revision.
        reference: GitReference,
    },
}

/// A registry other than crates.io.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Registry {
    /// By the name that Cargo's configuration gives it.
    Name(String),
    /// By the URL of its index.
    Index(String),
}

/// Which commit of a git repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GitReference {
    /// The remote's `HEAD`.
    Default,
    /// A branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A revision.
    Revision(String),
}

/// The longest condition that is parsed: its parser descends once for every parenthesis.
const MAX_CONDITION: usize = 4096;

/// Parses the key of a `[target]` table.
pub(crate) fn parse_platform(key: &str) -> Result<cargo_platform::Platform, String> {
    if key.len() > MAX_CONDITION {
        return Err(format!("it has {} bytes, more than {MAX_CONDITION}", key.len()));
    }
    key.parse().map_err(|error: cargo_platform::ParseError| error.to_string())
}

/// The version a dependency asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The parsed requirement, or `None` where the manifest names no version.
    pub parsed: Option<semver::VersionReq>,
    /// The requirement as written.
    pub text: Option<String>,
}

impl Requirement {
    /// Whether `version` will do. Unlike `*`, no requirement takes pre-releases too, as Cargo's `OptVersionReq::Any`.
    #[must_use]
    pub fn matches(&self, version: &semver::Version) -> bool {
        self.parsed.as_ref().is_none_or(|parsed| parsed.matches(version))
    }
}
