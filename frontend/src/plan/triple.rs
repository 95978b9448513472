//! From the platform of an image to Rust's name for it.

use buildkit_llb::Platform;

use crate::diagnostic::Diagnostic;

/// Platforms of images and the triple whose binaries run on them, with glibc.
const TRIPLES: [(&str, &str); 8] = [
    ("linux/amd64", "x86_64-unknown-linux-gnu"),
    ("linux/arm64", "aarch64-unknown-linux-gnu"),
    ("linux/arm/v7", "armv7-unknown-linux-gnueabihf"),
    ("linux/386", "i686-unknown-linux-gnu"),
    ("linux/ppc64le", "powerpc64le-unknown-linux-gnu"),
    ("linux/s390x", "s390x-unknown-linux-gnu"),
    ("linux/riscv64", "riscv64gc-unknown-linux-gnu"),
    ("linux/loong64", "loongarch64-unknown-linux-gnu"),
];

/// The triple for `platform`.
pub fn of(platform: &Platform) -> Result<&'static str, Diagnostic> {
    let name = platform.to_string();
    TRIPLES.iter().find(|(known, _)| *known == name).map(|(_, triple)| *triple).ok_or_else(|| {
        let known: Vec<String> = TRIPLES.iter().map(|(known, _)| format!("`{known}`")).collect();
        Diagnostic::error(format!("cannot build for platform `{name}`"))
            .hint(format!("Rust and its official images know {}.", known.join(", ")))
    })
}
