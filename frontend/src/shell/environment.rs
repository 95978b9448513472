//! What BuildKit put into the frontend's environment.

use std::path::PathBuf;

use crate::options::RawOptions;

/// The process environment of a frontend.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    /// The options.
    pub(super) options: RawOptions,
    /// The client's session.
    pub(super) session: String,
    /// The definition of the frontend's own image, where the engine mounts it (BuildKit 0.10 and later).
    pub(super) own_definition: PathBuf,
}

impl Environment {
    /// Reads it. Variables that are not Unicode are none of BuildKit's.
    pub(super) fn read() -> Self {
        let variables = || {
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        };
        Self {
            options: RawOptions::from_environment(variables()),
            session: variables()
                .find_map(|(name, value)| (name == "BUILDKIT_SESSION_ID").then_some(value))
                .unwrap_or_default(),
            own_definition: PathBuf::from("/run/config/buildkit/metadata/frontend.bin"),
        }
    }
}
