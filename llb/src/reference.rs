//! References to images.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;

const DEFAULT_REGISTRY: &str = "docker.io";
const OFFICIAL: &str = "library/";
const DEFAULT_TAG: &str = "latest";
/// Registry and repository together.
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// The name of an image, in full: registry, repository, and a tag or a digest or both.
///
/// Shape: `docker.io/library/rust:1.95`, `localhost:5000/app@sha256:…`. What people leave out is filled in: the registry
/// `docker.io`, its `library/`, and the tag `latest` where there is no digest either.
/// Source: distribution's reference grammar, as `docker pull` reads it.
///
/// ```
/// use buildkit_llb::{Digest, ImageRef};
///
/// let rust: ImageRef = "rust:1.95".parse().unwrap();
/// assert_eq!(rust.to_string(), "docker.io/library/rust:1.95");
/// assert_eq!(rust.familiar(), "rust:1.95");
///
/// let pinned = rust.with_digest(Digest::of(b"manifest"));
/// assert!(pinned.to_string().starts_with("docker.io/library/rust:1.95@sha256:"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageRef {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is no reference to an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse the image reference `{text}`: {kind}")]
pub struct ImageRefError {
    text: String,
    kind: ImageRefErrorKind,
}

/// What is wrong with a reference to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageRefErrorKind {
    /// The registry is no host name with an optional port.
    #[error("the registry must be a host name or address with an optional port, such as `localhost:5000`")]
    Registry,
    /// The repository has upper-case letters.
    #[error("the repository must be lower-case")]
    UpperCase,
    /// The repository is not made of plain parts.
    #[error(
        "the repository must be parts of letters and digits, joined by `/`, with `.`, `_` or `-` only inside a part"
    )]
    Repository,
    /// Registry and repository are too long together.
    #[error("registry and repository must have 255 characters at most")]
    TooLong,
    /// The repository is 64 hex digits.
    #[error("64 hex digits are an image id, not a repository")]
    ImageId,
    /// The tag has characters that a tag cannot have.
    #[error("the tag must be 1 to 128 letters, digits, `_`, `.` or `-`, and start with neither `.` nor `-`")]
    Tag,
    /// The digest is no digest.
    #[error("the digest after `@` must be `sha256:` and 64 lower-case hex digits")]
    Digest,
}

impl ImageRefError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ImageRefErrorKind {
        self.kind
    }
}

impl ImageRef {
    /// The registry, such as `docker.io` or `localhost:5000`.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository within the registry, such as `library/rust`.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if there is one.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if there is one.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same image pinned to a digest. The tag stays, for people.
    #[must_use]
    pub fn with_digest(mut self, digest: Digest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The name as people write it: without `docker.io/`, and without `library/` there.
    #[must_use]
    pub fn familiar(&self) -> String {
        let full = self.to_string();
        let Some(rest) = full.strip_prefix(DEFAULT_REGISTRY).and_then(|rest| rest.strip_prefix('/')) else {
            return full;
        };
        // `docker.io/library/a/b` is no official image, and neither is one whose short name would be read as a registry.
        let short = rest.strip_prefix(OFFICIAL).filter(|short| !short.contains('/'));
        short.unwrap_or(rest).to_owned()
    }
}

impl FromStr for ImageRef {
    type Err = ImageRefError;

    fn from_str(text: &str) -> Result<Self, ImageRefError> {
        parse(text).map_err(|kind| ImageRefError { text: text.to_owned(), kind })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

fn parse(text: &str) -> Result<ImageRef, ImageRefErrorKind> {
    let (rest, digest) = match text.split_once('@') {
        None => (text, None),
        Some((rest, digest)) => (rest, Some(digest.parse().map_err(|_| ImageRefErrorKind::Digest)?)),
    };
    let (name, tag) = match rest.rsplit_once(':') {
        // A colon before a slash belongs to the registry's port.
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    if !tag.is_none_or(is_tag) {
        return Err(ImageRefErrorKind::Tag);
    }
    if name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(ImageRefErrorKind::ImageId);
    }
    let (registry, repository) = split_registry(name);
    if !is_registry(registry) {
        return Err(ImageRefErrorKind::Registry);
    }
    if repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(ImageRefErrorKind::UpperCase);
    }
    if !repository.split('/').all(is_part) {
        return Err(ImageRefErrorKind::Repository);
    }
    if registry.len() + 1 + repository.len() > LONGEST_NAME {
        return Err(ImageRefErrorKind::TooLong);
    }
    let tag = tag.or_else(|| digest.is_none().then_some(DEFAULT_TAG)).map(str::to_owned);
    Ok(ImageRef { registry: registry.to_owned(), repository, tag, digest })
}

/// The first part is a registry if it looks like a host: a dot, a port, `localhost`, or upper-case letters, which a repository
/// cannot have.
fn split_registry(name: &str) -> (&str, String) {
    let looks_like_host = |part: &str| {
        part.contains(['.', ':']) || part == "localhost" || part.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if looks_like_host(first) => (first, rest),
        _ => (DEFAULT_REGISTRY, name),
    };
    let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry };
    if registry == DEFAULT_REGISTRY && !repository.contains('/') && !repository.is_empty() {
        return (registry, format!("{OFFICIAL}{repository}"));
    }
    (registry, repository.to_owned())
}

fn is_registry(registry: &str) -> bool {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    };
    let port_is_fine =
        port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let host_is_fine = match host.strip_prefix('[').map(|host| host.strip_suffix(']')) {
        Some(address) => address.is_some_and(|address| {
            !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        }),
        None => host.split('.').all(is_host_part),
    };
    port_is_fine && host_is_fine
}

fn is_host_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Letters and digits, joined by one `.`, one or two `_`, or any number of `-`.
fn is_part(part: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends_are_words =
        bytes.first().copied().is_some_and(is_word) && bytes.last().copied().is_some_and(is_word);
    let is_joint =
        |joint: &[u8]| matches!(joint, b"." | b"_" | b"__") || joint.iter().all(|byte| *byte == b'-');
    ends_are_words
        && bytes
            .chunk_by(|a, b| is_word(*a) == is_word(*b))
            .all(|run| run.first().copied().is_some_and(is_word) || is_joint(run))
}

fn is_tag(tag: &str) -> bool {
    (1..=LONGEST_TAG).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn short_names_are_filled_in_and_shortened_again() {
        for (text, full, familiar) in [
            ("rust", "docker.io/library/rust:latest", "rust:latest"),
            ("rust:1.95", "docker.io/library/rust:1.95", "rust:1.95"),
            ("library/rust:1.95", "docker.io/library/rust:1.95", "rust:1.95"),
            ("docker.io/rust:1.95", "docker.io/library/rust:1.95", "rust:1.95"),
            ("index.docker.io/library/rust:1", "docker.io/library/rust:1", "rust:1"),
            ("tokio/app", "docker.io/tokio/app:latest", "tokio/app:latest"),
            ("ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1"),
            ("localhost/app:1", "localhost/app:1", "localhost/app:1"),
            ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
            (
                "127.0.0.1:5000/a_b/c__d/e--f.g:T-1",
                "127.0.0.1:5000/a_b/c__d/e--f.g:T-1",
                "127.0.0.1:5000/a_b/c__d/e--f.g:T-1",
            ),
            ("[::1]:5000/app:1", "[::1]:5000/app:1", "[::1]:5000/app:1"),
            ("Host/app:1", "Host/app:1", "Host/app:1"),
        ] {
            let reference: ImageRef = text.parse().unwrap();
            assert_eq!((&*reference.to_string(), &*reference.familiar()), (full, familiar), "{text}");
            assert_eq!(full.parse(), Ok(reference.clone()), "{text}");
            assert_eq!(familiar.parse(), Ok(reference), "{text}");
        }
    }

    #[test]
    fn a_digest_takes_the_place_of_the_default_tag_and_leaves_another() {
        let pinned: ImageRef = format!("rust@sha256:{HEX}").parse().unwrap();
        assert_eq!((pinned.tag(), pinned.familiar()), (None, format!("rust@sha256:{HEX}")));
        let both: ImageRef = format!("rust:1.95@sha256:{HEX}").parse().unwrap();
        assert_eq!(both.to_string(), format!("docker.io/library/rust:1.95@sha256:{HEX}"));
        assert_eq!(
            "rust:1.95".parse::<ImageRef>().unwrap().with_digest(both.digest().unwrap().clone()),
            both
        );
    }

    #[test]
    fn bad_references_say_what_is_wrong() {
        let long = "a".repeat(250);
        let long_tag = format!("rust:{}", "t".repeat(129));
        for (text, kind) in [
            ("", ImageRefErrorKind::Repository),
            ("Rust:1.95", ImageRefErrorKind::UpperCase),
            ("a//b", ImageRefErrorKind::Repository),
            ("/a", ImageRefErrorKind::Repository),
            ("a/", ImageRefErrorKind::Repository),
            ("docker.io/", ImageRefErrorKind::Repository),
            ("a___b", ImageRefErrorKind::Repository),
            ("a..b", ImageRefErrorKind::Repository),
            ("-a", ImageRefErrorKind::Repository),
            ("rust 1", ImageRefErrorKind::Repository),
            ("https://example.com/a", ImageRefErrorKind::Registry),
            ("host:port/a", ImageRefErrorKind::Registry),
            ("-host.com/a", ImageRefErrorKind::Registry),
            ("rust:", ImageRefErrorKind::Tag),
            ("rust:-1", ImageRefErrorKind::Tag),
            (&long_tag, ImageRefErrorKind::Tag),
            ("rust@sha256:abc", ImageRefErrorKind::Digest),
            (HEX, ImageRefErrorKind::ImageId),
            (&long, ImageRefErrorKind::TooLong),
        ] {
            let error = text.parse::<ImageRef>().unwrap_err();
            assert_eq!(error.kind(), kind, "{text}");
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }
}
