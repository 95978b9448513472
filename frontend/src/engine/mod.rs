//! What the engine can do: what graphs leave out where it cannot, and what to say where nothing can be left out.

mod lack;

use buildkit_proto::cap;

pub use lack::missing;

/// What a graph uses where the engine has it, and does without elsewhere.
///
/// Each is about speed or about a corner case: the images are the same with and without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an engine has each of them or not, whatever the others are"
)]
pub struct Abilities {
    /// Sends files of the client again although size and time are those of the last transfer (BuildKit 0.9). Without
    /// it, an edit of the definition file that keeps both is not seen.
    pub resend: bool,
    /// Copies with patterns of what to leave out (BuildKit 0.9). Without it, what is left out is removed after the copy.
    pub copy_patterns: bool,
    /// Takes a word on which mounts are hashed by content (BuildKit 0.13). Without it, a mount that must not be hashed is
    /// made one with a result that nobody uses.
    pub content_cache: bool,
    /// Takes away the empty files and directories that mounts stood on (BuildKit 0.11). Without it, they are removed by a step.
    pub clean_mounts: bool,
    /// Has an own Dockerfile frontend that knows files in a Dockerfile (BuildKit 0.10, Dockerfile 1.4). Without it, a printed
    /// Dockerfile names one that does.
    pub heredocs: bool,
}

impl Abilities {
    /// Those of an engine whose graphs may use a capability if `can` says so.
    pub fn of(can: impl Fn(&str) -> bool) -> Self {
        Self {
            resend: can(cap::SOURCE_LOCAL_DIFFER),
            copy_patterns: can(cap::FILE_COPY_INCLUDE_EXCLUDE_PATTERNS),
            content_cache: can(cap::EXEC_MOUNT_CONTENT_CACHE),
            // Neither has a capability of its own, so one of the same version speaks for it.
            clean_mounts: can(cap::SOURCE_OCI_LAYOUT),
            heredocs: can(cap::EXEC_SECRET_ENV),
        }
    }
}

/// Those of a present engine.
impl Default for Abilities {
    fn default() -> Self {
        Self::of(|_| true)
    }
}
