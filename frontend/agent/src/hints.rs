//! What a failing compile lacks of the system, by the words in which build scripts and linkers say so.

use std::collections::BTreeSet;

/// A text of a well-known failure, and the Debian packages that end it.
const KNOWN: [(&str, &[&str]); 6] = [
    ("Could not find directory of OpenSSL installation", &["libssl-dev", "pkg-config"]),
    ("The pkg-config command could not be found", &["pkg-config"]),
    ("Unable to find libclang", &["libclang-dev"]),
    ("couldn't find any valid shared libraries matching: ['libclang", &["libclang-dev"]),
    ("is `cmake` not installed?", &["cmake"]),
    ("Could not find `protoc`", &["protobuf-compiler"]),
];

/// Texts before and behind the name of a library that was not found.
const NAMED: [(&str, &str); 3] = [
    ("The system library `", "` required by crate"),
    ("cannot find -l", ":"),
    ("unable to find library -l", ""),
];

/// Reads what cargo writes and remembers what is missing.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    packages: BTreeSet<String>,
}

impl Hints {
    /// Reads one line.
    pub(crate) fn see(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        for (_, packages) in KNOWN.iter().filter(|(text, _)| line.contains(text)) {
            self.packages.extend(packages.iter().map(|package| (*package).to_owned()));
        }
        for (before, behind) in NAMED {
            let Some((_, rest)) = line.split_once(before) else { continue };
            let name =
                if behind.is_empty() { Some(rest) } else { rest.split_once(behind).map(|(name, _)| name) };
            self.packages.extend(name.and_then(package_of));
        }
    }

    /// What to do about it, if anything is missing.
    pub(crate) fn text(&self) -> Option<String> {
        let quoted: Vec<String> = self.packages.iter().map(|package| format!("\"{package}\"")).collect();
        let list = quoted.join(", ");
        (!quoted.is_empty()).then(|| {
            format!(
                "the toolchain image lacks a part of the system; on Debian it is most likely in {list}. The Dockerfile can \
                 install it: `build.packages = [\"...\", {list}]`"
            )
        })
    }
}

/// The package that Debian most likely has the library `name` in, for compiling.
fn package_of(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches([':', ',']);
    let is_word = |one: char| one.is_ascii_alphanumeric() || "+.-_".contains(one);
    if name.is_empty() || !name.chars().all(is_word) {
        return None;
    }
    let name = name.to_lowercase().replace('_', "-");
    Some(match name.as_str() {
        "openssl" | "ssl" | "crypto" => "libssl-dev".to_owned(),
        "z" | "zlib" => "zlib1g-dev".to_owned(),
        name if name.starts_with("lib") => format!("{name}-dev"),
        name => format!("lib{name}-dev"),
    })
}

#[cfg(test)]
mod tests {
    use super::Hints;

    #[test]
    fn well_known_failures_name_their_packages() {
        for (line, expected) in [
            (
                "  Could not find directory of OpenSSL installation, and this `-sys` crate cannot",
                "\"libssl-dev\", \"pkg-config\"",
            ),
            ("  The system library `libzstd` required by crate `native` was not found.", "\"libzstd-dev\""),
            ("          /usr/bin/ld: cannot find -lpq: No such file or directory", "\"libpq-dev\""),
            ("          rust-lld: error: unable to find library -lsqlite3", "\"libsqlite3-dev\""),
            ("  Unable to find libclang: \"couldn't find any valid", "\"libclang-dev\""),
            (
                "  failed to execute command: No such file (os error 2)\nis `cmake` not installed?",
                "\"cmake\"",
            ),
            ("  Could not find `protoc`. If `protoc` is installed", "\"protobuf-compiler\""),
        ] {
            let mut hints = Hints::default();
            hints.see(line.as_bytes());
            let text = hints.text().unwrap_or_default();
            assert!(text.ends_with(&format!("`build.packages = [\"...\", {expected}]`")), "{line}: {text}");
        }
    }

    #[test]
    fn other_failures_name_nothing() {
        let mut hints = Hints::default();
        for line in
            ["error[E0425]: cannot find value `x`", "cannot find -l: x", "The system library `", "\u{fffd}"]
        {
            hints.see(line.as_bytes());
        }
        hints.see(b"cannot find -l$(rm): \xff");
        assert_eq!(hints.text(), None);
    }
}
