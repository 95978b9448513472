//! Programs of ours that an image may need.

use serde::{Serialize, Serializer};

/// A small static program that ships in the frontend's own image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Asks a service whether it is well.
    Health,
    /// The first process.
    Init,
}

impl Tool {
    /// Its name in the frontend's image.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Health => "supercargo-health",
            Self::Init => "supercargo-init",
        }
    }

    /// Its path in the user's image, which never changes: others may name it.
    #[must_use]
    pub fn path(self) -> String {
        format!("/usr/local/bin/{}", self.name())
    }
}

impl Serialize for Tool {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
