//! What cargo is asked to do with the user's code.

use serde::Serialize;

/// A cargo command: what is the same for all that compile is rendered from one [`super::cargo::Invocation`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// `cargo build`, for everything that an image is made of.
    #[default]
    Build,
    /// `cargo test`.
    Test,
    /// `cargo check`.
    Check,
    /// `cargo clippy`.
    Clippy,
    /// `cargo doc`.
    Doc,
    /// `cargo fmt`, which compiles nothing.
    Fmt,
}

impl Command {
    /// The word behind `cargo`, which is the name of the step as well.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Test => "test",
            Self::Check => "check",
            Self::Clippy => "clippy",
            Self::Doc => "doc",
            Self::Fmt => "fmt",
        }
    }

    /// The command that makes of dependencies what this one wants to find. `test` is no `build`: a profile's `panic`
    /// does not count in tests, nor in what they link.
    #[must_use]
    pub fn of_dependencies(self) -> &'static [&'static str] {
        match self {
            Self::Build => &["build"],
            Self::Test => &["test", "--no-run"],
            // They share one result, and rustdoc reads it too.
            Self::Check | Self::Clippy | Self::Doc => &["check"],
            // It has none.
            Self::Fmt => &[],
        }
    }

    /// What else goes behind the word. Benchmarks are not among what is checked: many need a nightly compiler.
    #[must_use]
    pub fn arguments(self, has_library: bool) -> &'static [&'static str] {
        match self {
            Self::Build | Self::Test | Self::Fmt => &[],
            // Cargo refuses `--lib` where there is none.
            Self::Check | Self::Clippy if has_library => &["--lib", "--bins", "--tests", "--examples"],
            Self::Check | Self::Clippy => &["--bins", "--tests", "--examples"],
            Self::Doc => &["--no-deps"],
        }
    }

    /// Whether tests are compiled, and so dev-dependencies.
    #[must_use]
    pub fn has_tests(self) -> bool {
        match self {
            Self::Test | Self::Check | Self::Clippy => true,
            Self::Build | Self::Doc | Self::Fmt => false,
        }
    }

    /// Whether dependencies are only looked at and no code is made of them.
    #[must_use]
    pub fn only_checks(self) -> bool {
        match self {
            Self::Check | Self::Clippy | Self::Doc | Self::Fmt => true,
            Self::Build | Self::Test => false,
        }
    }

    /// The profile if nobody names one: that of an image, else cargo's own.
    #[must_use]
    pub fn profile(self) -> &'static str {
        match self {
            Self::Build => "release",
            Self::Test => "test",
            Self::Check | Self::Clippy | Self::Doc | Self::Fmt => "dev",
        }
    }

    /// The component of the toolchain that it needs besides cargo and rustc.
    #[must_use]
    pub fn component(self) -> Option<&'static str> {
        match self {
            Self::Clippy => Some("clippy"),
            Self::Fmt => Some("rustfmt"),
            Self::Build | Self::Test | Self::Check | Self::Doc => None,
        }
    }

    /// True for what makes the binaries of an image.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(super) fn is_build(&self) -> bool {
        *self == Self::Build
    }
}
