//! Why a binary would not run on a base.

use super::number;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The base has no loader for it.
    NoLoader {
        binary: String,
        loader: String,
        /// The loader of another C library that the base has.
        other: Option<String>,
    },
    /// A library of the base is too old.
    Old {
        /// The binary or library that needs it.
        needs: String,
        library: String,
        version: String,
        /// The highest version of the same name that the base has.
        has: Option<String>,
    },
    /// Neither side has a library.
    Nowhere { needs: String, library: String },
}

impl Misfit {
    /// The reason and what can be done; both sides by their names.
    pub(super) fn text(&self, base: &str, builder: &str) -> String {
        match self {
            Self::NoLoader { binary, loader, other: Some(other) } => format!(
                "`{binary}` cannot run on {base}: it was linked for the loader `{loader}`, and the base has `{other}`, of \
                 another C library. The toolchain image is {builder}: take both images from one distribution, or link \
                 statically and leave `image.base` out"
            ),
            Self::NoLoader { binary, loader, other: None } => format!(
                "`{binary}` cannot run on {base}: it is linked dynamically, and its loader `{loader}` is not there. Leave \
                 `image.base` out, take a base with a C library such as `gcr.io/distroless/cc-debian12:nonroot`, or \
                 link statically: `rustflags = [\"-C\", \"target-feature=+crt-static\"]` in .cargo/config.toml"
            ),
            Self::Old { needs, library: _, version, has } if version.starts_with("GLIBC_2") => format!(
                "`{needs}` needs glibc {}, and {base} has it up to {}. The toolchain image is {builder}: take `image.base` from \
                 that release or a later one, or `toolchain.image` from the release of the base",
                number(version),
                has.as_deref().map_or_else(|| "no version".to_owned(), number),
            ),
            Self::Old { needs, library, version, has } => format!(
                "`{needs}` needs {version} of `{library}`, and {base} has {}. The toolchain image is {builder}: take \
                 `image.base` from that release or a later one, or `toolchain.image` from the release of the base",
                has.as_deref().unwrap_or("a library without it"),
            ),
            Self::Nowhere { needs, library } => format!(
                "`{needs}` needs `{library}`, and neither {base} nor the toolchain image, {builder}, has it where the loader \
                 looks. `image.packages` installs it in a base, `build.packages` in the toolchain image, from where it is taken"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Misfit;

    #[test]
    fn both_versions_and_both_images_are_named() {
        let old = Misfit::Old {
            needs: "api".to_owned(),
            library: "libc.so.6".to_owned(),
            version: "GLIBC_2.39".to_owned(),
            has: Some("GLIBC_2.36".to_owned()),
        };
        let text = old.text("debian:bookworm-slim", "Debian GNU/Linux 13 (trixie)");
        assert!(
            text.starts_with("`api` needs glibc 2.39, and debian:bookworm-slim has it up to 2.36."),
            "{text}"
        );
        assert!(text.contains("Debian GNU/Linux 13 (trixie)"), "{text}");
    }
}
