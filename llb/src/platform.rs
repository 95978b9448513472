//! Platforms, in the one spelling that containerd normalises to.

use std::fmt;
use std::str::FromStr;

use buildkit_proto::pb;

/// What machine an image or a step is for, such as `linux/arm/v7`.
///
/// Shape: always normalised, so that two spellings of one platform are equal and make equal bytes: `linux/arm64/v8` is
/// `linux/arm64`, `linux/x86_64` is `linux/amd64`, `linux/arm` is `linux/arm/v7`. There is no default and no "this host".
/// Source: containerd `platforms`.
///
/// ```
/// use buildkit_llb::Platform;
///
/// let platform: Platform = "linux/arm64/v8".parse().unwrap();
/// assert_eq!(platform, Platform::new("linux", "aarch64"));
/// assert_eq!(platform.to_string(), "linux/arm64");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform {
    os: String,
    os_version: String,
    architecture: String,
    variant: String,
}

/// A text that is no platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "parse the platform `{text}`: expected `os/architecture` or `os/architecture/variant`, such as `linux/amd64` or `linux/arm/v7`"
)]
pub struct PlatformError {
    text: String,
}

impl Platform {
    /// A platform without a variant, normalised.
    #[must_use]
    pub fn new(os: &str, architecture: &str) -> Self {
        Self::normalised(os, "", architecture, "")
    }

    /// The same platform with a variant such as `v7`, normalised.
    #[must_use]
    pub fn with_variant(self, variant: &str) -> Self {
        Self::normalised(&self.os, &self.os_version, &self.architecture, variant)
    }

    /// The same platform with a version of the operating system, which Windows images need.
    #[must_use]
    pub fn with_os_version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.os_version);
        self
    }

    /// The operating system, such as `linux`.
    #[must_use]
    pub fn os(&self) -> &str {
        &self.os
    }

    /// The version of the operating system; empty on everything but Windows.
    #[must_use]
    pub fn os_version(&self) -> &str {
        &self.os_version
    }

    /// The architecture in Go's words, such as `amd64`.
    #[must_use]
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// The variant, such as `v7`; empty where the architecture says it all.
    #[must_use]
    pub fn variant(&self) -> &str {
        &self.variant
    }

    fn normalised(os: &str, os_version: &str, architecture: &str, variant: &str) -> Self {
        let os = match &*os.to_lowercase() {
            "macos" => "darwin".to_owned(),
            other => other.to_owned(),
        };
        let architecture = architecture.to_lowercase();
        let variant = variant.to_lowercase();
        let (architecture, variant) = match (&*architecture, &*variant) {
            ("i386" | "i486" | "i586" | "i686", _) => ("386", ""),
            ("amd64" | "x86_64" | "x86-64", "" | "v1") => ("amd64", ""),
            ("amd64" | "x86_64" | "x86-64", variant) => ("amd64", variant),
            ("arm64" | "aarch64", "" | "8" | "v8" | "8.0" | "v8.0") => ("arm64", ""),
            ("arm64" | "aarch64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
            ("arm64" | "aarch64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            (architecture, variant) => (architecture, variant),
        };
        Self {
            os,
            os_version: os_version.to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.to_owned(),
        }
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let error = || PlatformError { text: text.to_owned() };
        let mut parts = text.split('/');
        let (Some(os), Some(architecture), variant, None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(error());
        };
        let (os, os_version) = match os.split_once('(') {
            Some((os, version)) => (os, version.strip_suffix(')').ok_or_else(error)?),
            None => (os, ""),
        };
        let well_formed = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        };
        let version_is_fine = os_version.is_empty() || well_formed(os_version);
        if !well_formed(os)
            || !well_formed(architecture)
            || !variant.is_none_or(well_formed)
            || !version_is_fine
        {
            return Err(error());
        }
        Ok(Self::normalised(os, os_version, architecture, variant.unwrap_or_default()))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if !self.os_version.is_empty() {
            write!(f, "({})", self.os_version)?;
        }
        write!(f, "/{}", self.architecture)?;
        if !self.variant.is_empty() {
            write!(f, "/{}", self.variant)?;
        }
        Ok(())
    }
}

impl From<&Platform> for pb::Platform {
    fn from(platform: &Platform) -> Self {
        Self {
            architecture: platform.architecture.clone(),
            os: platform.os.clone(),
            variant: platform.variant.clone(),
            os_version: platform.os_version.clone(),
            os_features: Vec::new(),
        }
    }
}

impl From<&pb::Platform> for Platform {
    fn from(platform: &pb::Platform) -> Self {
        Self::normalised(&platform.os, &platform.os_version, &platform.architecture, &platform.variant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_has_one_normal_form() {
        for (text, normal) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/x86_64", "linux/amd64"),
            ("linux/amd64/v1", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/arm64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/9", "linux/arm64/v9"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/v7", "linux/arm/v7"),
            ("linux/armhf", "linux/arm/v7"),
            ("linux/arm/6", "linux/arm/v6"),
            ("linux/armel", "linux/arm/v6"),
            ("Linux/i386", "linux/386"),
            ("linux/riscv64", "linux/riscv64"),
            ("macos/arm64", "darwin/arm64"),
            ("windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"),
        ] {
            let platform: Platform = text.parse().unwrap();
            assert_eq!(platform.to_string(), normal, "{text}");
            assert_eq!(normal.parse::<Platform>().unwrap(), platform, "{text}");
            assert_eq!(Platform::from(&pb::Platform::from(&platform)), platform, "{text}");
        }
    }

    #[test]
    fn what_leaves_something_open_is_refused() {
        for text in [
            "",
            "linux",
            "amd64",
            "linux/",
            "/amd64",
            "linux/arm/v7/x",
            "linux amd64",
            "windows(1/amd64",
            "linux/arm-v7 ",
        ] {
            let error = text.parse::<Platform>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }
}
