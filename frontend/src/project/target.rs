//! The targets of a package, declared or found by Cargo's rules.

use crate::name::RelPath;

/// What a target is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CargoTargetKind {
    /// `[lib]`, which may be a proc macro.
    Lib,
    /// `[[bin]]`.
    Bin,
    /// `[[example]]`.
    Example,
    /// `[[test]]`.
    Test,
    /// `[[bench]]`.
    Bench,
    /// `package.build` or `build.rs`.
    BuildScript,
}

impl CargoTargetKind {
    /// The word that manifests and messages use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lib => "lib",
            Self::Bin => "bin",
            Self::Example => "example",
            Self::Test => "test",
            Self::Bench => "bench",
            Self::BuildScript => "build",
        }
    }
}

/// One target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CargoTarget {
    /// What it is.
    pub kind: CargoTargetKind,
    /// Its name as Cargo prints it: `my_lib`, `my-bin`, `build-script-build`.
    pub name: String,
    /// Its root source file; one outside of the context is refused while loading.
    pub path: RelPath,
    /// `crate-type`, defaulted: `lib`, `proc-macro`, `bin`, `cdylib`, …
    pub crate_types: Vec<String>,
    /// `required-features`.
    pub required_features: Vec<String>,
    /// Whether `cargo test` builds it as a test: the `test` key, by default true for libraries, binaries and tests.
    pub is_tested: bool,
    /// The line of the ignore file that excludes its source, as a sentence. Only a test, benchmark or example may lack it.
    pub excluded_by: Option<String>,
}

impl CargoTarget {
    /// True for a library that the compiler loads.
    #[must_use]
    pub fn is_proc_macro(&self) -> bool {
        self.crate_types.iter().any(|crate_type| crate_type == "proc-macro")
    }
}
