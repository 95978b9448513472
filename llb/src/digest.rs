//! Digests: the names of content.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

/// A content digest such as `sha256:e3b0…`.
///
/// Shape: algorithm (`sha256`, `sha384` or `sha512`), a colon, lower-case hex digits of the right length. Cheap to clone.
/// Source: OCI image specification, "Digests".
///
/// ```
/// use buildkit_llb::Digest;
///
/// let digest = Digest::of(b"hello");
/// assert_eq!(digest.short(), "2cf24dba5fb0");
/// assert_eq!(digest.as_str().parse::<Digest>().unwrap(), digest);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(Arc<str>);

/// A text that is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "parse the digest `{text}`: expected `sha256:`, `sha384:` or `sha512:` and 64, 96 or 128 lower-case hex digits"
)]
pub struct DigestError {
    text: String,
}

impl Digest {
    /// The SHA-256 digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in Sha256::digest(bytes) {
            text.push(hex_digit(byte >> 4));
            text.push(hex_digit(byte & 15));
        }
        Self(text.into())
    }

    /// The whole digest, algorithm included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the algorithm, such as `sha256`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// The hex digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }

    /// The first twelve hex digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.hex().get(..12).unwrap_or_default()
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let error = || DigestError { text: text.to_owned() };
        let (algorithm, hex) = text.split_once(':').ok_or_else(error)?;
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => return Err(error()),
        };
        if hex.len() != length || !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(error());
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_digests_are_kept_as_they_are() {
        for hex in ["a".repeat(64), "0".repeat(64)] {
            let text = format!("sha256:{hex}");
            let digest: Digest = text.parse().unwrap();
            assert_eq!((digest.as_str(), digest.algorithm(), digest.hex()), (&*text, "sha256", &*hex));
        }
        assert!(format!("sha512:{}", "b".repeat(128)).parse::<Digest>().is_ok());
    }

    #[test]
    fn bad_digests_are_refused_with_their_text() {
        let long = "a".repeat(65);
        for hex in [
            "",
            "sha256",
            "sha256:",
            "sha256:abc",
            "md5:abc",
            &format!("sha256:{long}"),
            &format!("sha256:{}", "A".repeat(64)),
        ] {
            let error = hex.parse::<Digest>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{hex}`")), "{error}");
        }
    }
}
