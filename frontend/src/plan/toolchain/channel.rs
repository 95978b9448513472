//! The name of a toolchain, as rustup reads it.

use super::{DEBIAN, TESTED_STABLE};

/// The first release that has an image on this Debian.
const FIRST_ON_DEBIAN: [u64; 3] = [1, 71, 0];

/// A channel that rustup can install: `stable`, `1.95`, `1.95.0`, `beta`, `nightly`, each perhaps of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Channel<'a> {
    name: &'a str,
    /// What follows the name: a date, or the number of a beta.
    rest: &'a str,
}

impl<'a> Channel<'a> {
    /// Reads `text`, which may end with the triple of the compiler, `host`. `None` for the name of a toolchain that
    /// somebody made himself, and for what is no name at all.
    pub(super) fn parse(text: &'a str, host: &str) -> Option<Self> {
        let text = text.strip_suffix(host).map_or(Some(text), |text| text.strip_suffix('-'))?;
        let (name, rest) = text.split_once('-').unwrap_or((text, ""));
        let is_named = matches!(name, "stable" | "beta" | "nightly");
        let is_beta =
            || rest.strip_prefix("beta").is_some_and(|number| number.is_empty() || is_number(number, '.'));
        let is_known = match version(name) {
            Some(_) => rest.is_empty() || is_beta(),
            None => is_named && (rest.is_empty() || is_date(rest)),
        };
        is_known.then_some(Self { name, rest })
    }

    /// The image that is kept for it. There is none for a day, for a beta, and for what is older than the Debian.
    pub(super) fn official_image(&self) -> Option<String> {
        if !self.rest.is_empty() {
            return None;
        }
        match self.name {
            "stable" => Some(tested_image()),
            "nightly" => Some(format!("docker.io/rustlang/rust:nightly-{DEBIAN}")),
            name => version(name)
                .filter(|version| *version >= FIRST_ON_DEBIAN)
                .map(|_| format!("docker.io/library/rust:{name}-{DEBIAN}")),
        }
    }

    /// The release that it is, where its name tells; a patch that is not named counts as the newest.
    pub(super) fn release(&self) -> Option<[u64; 3]> {
        match (self.name, self.rest) {
            ("stable", "") => version(TESTED_STABLE),
            (name, "") => version(name),
            _ => None,
        }
    }
}

/// The image that everything else is installed on.
pub(super) fn tested_image() -> String {
    format!("docker.io/library/rust:{TESTED_STABLE}-{DEBIAN}")
}

/// `1.95` or `1.95.0` as numbers; a part that is left out counts as the newest.
pub(super) fn version(text: &str) -> Option<[u64; 3]> {
    let parts: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [major, minor] => Some([*major, *minor, u64::MAX]),
        [major, minor, patch] => Some([*major, *minor, *patch]),
        _ => None,
    }
}

/// `2026-01-01`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [4, 2, 2] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_number(text: &str, before: char) -> bool {
    text.strip_prefix(before)
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{Channel, version};

    const HOST: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn channels_with_official_images() {
        for (channel, image) in [
            ("1.90", Some("docker.io/library/rust:1.90-bookworm")),
            ("1.90.1", Some("docker.io/library/rust:1.90.1-bookworm")),
            ("1.90.1-x86_64-unknown-linux-gnu", Some("docker.io/library/rust:1.90.1-bookworm")),
            ("stable", Some("docker.io/library/rust:1.95-bookworm")),
            ("nightly", Some("docker.io/rustlang/rust:nightly-bookworm")),
            ("nightly-2026-01-01", None),
            ("nightly-2026-01-01-x86_64-unknown-linux-gnu", None),
            ("beta", None),
            ("1.60.0", None),
            ("1.90.0-beta.2", None),
        ] {
            let channel = Channel::parse(channel, HOST).unwrap();
            assert_eq!(channel.official_image().as_deref(), image, "{channel:?}");
        }
    }

    #[test]
    fn other_names_are_no_channels() {
        for name in [
            "my-toolchain",
            "nightly-yesterday",
            "1",
            "",
            "--help",
            "1.95.0.0",
            "nightly-2026-1-1",
            "beta-aarch64",
        ] {
            assert_eq!(Channel::parse(name, HOST), None, "{name}");
        }
    }

    #[test]
    fn a_release_without_patch_is_the_newest_of_its_kind() {
        assert!(version("1.95") > version("1.95.3"));
        assert_eq!(version("1"), None);
    }

    #[test]
    fn names_of_releases_tell_which_they_are() {
        for (channel, release) in [
            ("1.90.1", Some([1, 90, 1])),
            ("stable", Some([1, 95, u64::MAX])),
            ("nightly", None),
            ("stable-2026-01-01", None),
            ("1.96.0-beta.1", None),
        ] {
            assert_eq!(Channel::parse(channel, HOST).unwrap().release(), release, "{channel}");
        }
    }
}
