//! `--pull`.

use crate::diagnostic::Diagnostic;

/// How hard the engine looks for a newer image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResolveMode {
    /// The engine's own habit.
    #[default]
    Default,
    /// Always asks the registry: `--pull`.
    Pull,
    /// Takes what is there.
    PreferLocal,
}

impl ResolveMode {
    /// BuildKit's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Pull => "pull",
            Self::PreferLocal => "local",
        }
    }

    /// Reads BuildKit's spelling.
    pub(super) fn parse(value: &str) -> Result<Self, Diagnostic> {
        match value {
            "" | "default" => Ok(Self::Default),
            "pull" => Ok(Self::Pull),
            "local" => Ok(Self::PreferLocal),
            other => Err(Diagnostic::error(format!("failed to parse `image-resolve-mode` value `{other}`"))
                .hint("BuildKit knows `default`, `pull` and `local`.")),
        }
    }
}
