//! What a toolchain of a known release is too old for, said before anything is pulled or compiled.

use super::channel::version;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::name::RelPath;
use crate::project::{LockfileVersion, Package, Project, Resolver};

/// The first release that knows an edition.
const EDITIONS: [(&str, &str); 3] = [("2018", "1.31.0"), ("2021", "1.56.0"), ("2024", "1.85.0")];

/// The first release that reads a format of lockfiles.
const LOCKFILES: [(LockfileVersion, &str, &str); 2] =
    [(LockfileVersion::V3, "3", "1.53.0"), (LockfileVersion::V4, "4", "1.78.0")];

/// The first release that knows `resolver = "3"`.
const RESOLVER: &str = "1.84.0";

/// A toolchain whose release is known.
pub(super) struct Known<'a> {
    /// The release.
    pub(super) release: [u64; 3],
    /// As the user knows it: a channel, or an image.
    pub(super) name: &'a str,
    /// Who chose it.
    pub(super) because: &'a str,
}

impl Known<'_> {
    /// Everything of the project that needs a newer release: its lockfile, and what `packages` ask for.
    pub(super) fn check<'p>(
        &self,
        project: &Project,
        packages: impl Iterator<Item = &'p Package>,
        findings: &mut Findings,
    ) {
        for package in packages {
            self.package(package, findings);
        }
        if let Some(lockfile) = &project.lockfile
            && let Some((_, format, needed)) = LOCKFILES.iter().find(|(known, ..)| *known == lockfile.version)
        {
            let what = format!("`Cargo.lock` has format {format}");
            let found = self.compare(&what, needed, at("Cargo.lock", &lockfile.text, "version"));
            findings.extend(found.map(|diagnostic| {
                diagnostic.hint("Or have that toolchain write the lockfile: `cargo generate-lockfile`.")
            }));
        }
        if project.workspace.resolver == Resolver::V3 && project.workspace.is_declared {
            let place = at("Cargo.toml", &project.workspace.text, "resolver");
            // An edition that brings it is judged by itself.
            if place.is_some() {
                findings.extend(self.compare("the workspace has `resolver = \"3\"`", RESOLVER, place));
            }
        }
    }

    fn package(&self, package: &Package, findings: &mut Findings) {
        let Package { name, manifest, text, .. } = package;
        let place = |key| at(manifest.as_str(), text, key);
        if let Some(required) = &package.rust_version {
            let what = format!("package `{name}` has `rust-version = \"{required}\"`");
            findings.extend(self.compare(&what, required, place("rust-version")));
        }
        if let Some((edition, needed)) = EDITIONS.iter().find(|(edition, _)| *edition == package.edition) {
            let what = format!("package `{name}` has edition {edition}");
            findings.extend(self.compare(&what, needed, place("edition")));
        }
    }

    fn compare(&self, what: &str, needed: &str, place: Option<Span>) -> Option<Diagnostic> {
        let mut least: Vec<u64> = needed.split('.').map_while(|part| part.parse().ok()).collect();
        least.resize(3, 0);
        if self.release.as_slice() >= least.as_slice() {
            return None;
        }
        let short = needed.strip_suffix(".0").filter(|short| version(short).is_some()).unwrap_or(needed);
        let diagnostic = Diagnostic::error(format!(
            "{what}, which needs Rust {short}, but the toolchain is {} ({})",
            self.name, self.because
        ))
        .hint(format!(
            "Ask for a newer toolchain: `channel = \"{short}\"` under `[toolchain]` in the Dockerfile or in \
             rust-toolchain.toml, or `--build-arg TOOLCHAIN_CHANNEL={short}`."
        ));
        Some(match place {
            Some(span) => diagnostic.at(span),
            None => diagnostic,
        })
    }
}

/// The release that the tag of an official image tells: `rust:1.95-alpine`.
pub(super) fn release_of_image(reference: &str) -> Option<[u64; 3]> {
    let name = reference.split('@').next()?;
    let (repository, tag) = name.rsplit_once(':')?;
    if !matches!(repository, "rust" | "library/rust" | "docker.io/rust" | "docker.io/library/rust") {
        return None;
    }
    version(tag.split('-').next()?)
}

/// The line on which `key` is set. Inherited keys stand in another file, so there may be none.
pub(super) fn at(file: &str, text: &str, key: &str) -> Option<Span> {
    let position =
        text.lines().position(|line| line.split('=').next().is_some_and(|name| name.trim() == key))?;
    let line = u32::try_from(position).ok()?.checked_add(1)?;
    Some(Span::line(RelPath::new(file).ok()?, line))
}

#[cfg(test)]
mod tests {
    use super::{Known, at, release_of_image};

    #[test]
    fn tags_of_official_images_tell_the_release() {
        for (image, release) in [
            ("rust:1.80-alpine", Some([1, 80, u64::MAX])),
            ("docker.io/library/rust:1.80.1-slim-bookworm@sha256:00", Some([1, 80, 1])),
            ("rust:latest", None),
            ("rust:slim", None),
            ("ghcr.io/me/rust:1.80", None),
            ("rust", None),
        ] {
            assert_eq!(release_of_image(image), release, "{image}");
        }
    }

    #[test]
    fn an_older_release_is_named_with_what_would_do() {
        let known = Known { release: [1, 77, u64::MAX], name: "1.77", because: "rust-toolchain:1" };
        let place = at("Cargo.lock", "# generated\nversion = 4\n", "version");
        let diagnostic = known.compare("`Cargo.lock` has format 4", "1.78.0", place).unwrap();
        assert_eq!(
            diagnostic.message,
            "`Cargo.lock` has format 4, which needs Rust 1.78, but the toolchain is 1.77 (rust-toolchain:1)"
        );
        assert_eq!(diagnostic.span.unwrap().start, 2);
        assert!(diagnostic.hints[0].contains("channel = \"1.78\""), "{:?}", diagnostic.hints);
        assert_eq!(known.compare("it", "1.77.2", None), None);
        assert_eq!(known.compare("it", "1.77", None), None);
        assert_eq!(known.compare("it", "1", None), None);
    }
}
