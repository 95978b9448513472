//! `--build-context NAME=…`: what stands in for an image that the build refers to, or for the user's files.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::{Digest, ImageRef, Platform};

use super::{ContextSource, input, remote, session_of};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::options::Options;

/// The name that stands for the user's files.
pub const SOURCE: &str = "source";
/// The name that stands for the image that compiles, whatever it is called.
pub const TOOLCHAIN: &str = "toolchain";
/// The name that stands for the runtime base, whatever it is called.
pub const BASE: &str = "base";

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedContext {
    /// An image of a registry, or of the engine's own store; `scratch` is the empty one.
    Image {
        /// Its reference as the user wrote it.
        reference: String,
    },
    /// An image in an OCI layout at the client.
    OciLayout {
        /// The layout's id within the session.
        store: String,
        /// The session that serves it.
        session: String,
        /// The image's digest.
        digest: Digest,
    },
    /// Files.
    Files {
        /// Where they are.
        source: ContextSource,
        /// What the client knows of the image that they are the files of, as JSON.
        metadata: Option<String>,
    },
}

/// Every replacement, by name or by `name::platform`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedContexts(BTreeMap<String, NamedContext>);

/// Reads all that were given.
pub(super) fn parse(options: &Options, session: &str) -> Checked<NamedContexts> {
    let mut findings = Findings::default();
    let mut contexts = BTreeMap::new();
    for (name, value) in &options.named_contexts {
        match one(options, session, name, value) {
            Ok(context) => {
                let is_image = !matches!(context, NamedContext::Files { .. });
                if is_image && name == SOURCE {
                    findings.push(
                        Diagnostic::error(format!(
                            "the build context `{SOURCE}` is the image `{value}`, but the sources are files"
                        ))
                        .hint("Give a directory, a repository, an archive, or in a bake file `target:NAME`."),
                    );
                }
                contexts.insert(name.clone(), context);
            }
            Err(diagnostic) => findings.push(diagnostic),
        }
    }
    findings.finish(NamedContexts(contexts))
}

fn one(options: &Options, session: &str, name: &str, value: &str) -> Result<NamedContext, Diagnostic> {
    let files = |source| NamedContext::Files { source, metadata: None };
    if let Some(reference) = value.strip_prefix("docker-image://") {
        return Ok(NamedContext::Image { reference: reference.to_owned() });
    }
    if let Some(layout) = value.strip_prefix("oci-layout://") {
        return oci_layout(layout, session).ok_or_else(|| {
            Diagnostic::error(format!("failed to parse the build context `{name}` value `{value}`"))
                .hint("Write it as `oci-layout://directory@sha256:…` or `oci-layout://directory:tag`.")
        });
    }
    if let Some(local) = value.strip_prefix("local:") {
        let session = session_of(&options.local_sessions, local, session);
        return Ok(files(ContextSource::Local { name: local.to_owned(), session }));
    }
    if let Some(handed) = value.strip_prefix("input:") {
        let metadata = options.input_metadata.get(handed).cloned();
        return Ok(NamedContext::Files { source: input(handed), metadata });
    }
    remote(value, options.keep_git_dir)?.map(files).ok_or_else(|| {
        Diagnostic::error(format!("failed to parse the build context `{name}` value `{value}`")).hint(
            "It may be a directory, `docker-image://…`, `oci-layout://…`, a repository or an http address.",
        )
    })
}

/// `store@digest` or `store:tag@digest`; the client has looked the tag up.
fn oci_layout(layout: &str, session: &str) -> Option<NamedContext> {
    let (name, digest) = layout.split_once('@')?;
    let store = name.rsplit_once(':').map_or(name, |(store, _)| store);
    Some(NamedContext::OciLayout {
        store: store.to_owned(),
        session: session.to_owned(),
        digest: digest.parse().ok()?,
    })
}

impl NamedContexts {
    /// What stands in for an image, with the name that the user gave: the image's own name goes before its `role`,
    /// and a name for one platform before the name for all.
    #[must_use]
    pub fn image(&self, reference: &str, role: &str, platform: &Platform) -> Option<(&str, &NamedContext)> {
        [familiar(reference).as_str(), role].into_iter().find_map(|name| {
            let for_platform = self.0.get_key_value(&format!("{name}::{platform}"));
            for_platform
                .or_else(|| self.0.get_key_value(name))
                .map(|(name, context)| (name.as_str(), context))
        })
    }

    /// All of them by name, but for those of one platform.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &NamedContext)> {
        self.0.iter().map(|(name, context)| (name.as_str(), context)).filter(|(name, _)| !name.contains("::"))
    }

    /// What stands in for the user's files.
    #[must_use]
    pub fn source(&self) -> Option<&ContextSource> {
        match self.0.get(SOURCE) {
            Some(NamedContext::Files { source, .. }) => Some(source),
            _ => None,
        }
    }

    /// A warning for each that stands in for nothing. `images` are the references that the build has; `crates` are the
    /// names of the packages that it compiles.
    #[must_use]
    pub fn unused(&self, images: &[&str], crates: &BTreeSet<String>) -> Vec<Diagnostic> {
        let mut meant: BTreeSet<String> = [SOURCE, TOOLCHAIN, BASE].map(str::to_owned).into();
        meant.extend(images.iter().map(|image| familiar(image)));
        let unused = self.0.iter().filter(|(name, context)| {
            let is_crate = crates.contains(name.as_str()) && matches!(context, NamedContext::Files { .. });
            let name = name.split("::").next().unwrap_or_default();
            !meant.contains(name) && !is_crate
        });
        let warnings = unused.map(|(name, _)| {
            let warning = Diagnostic::warning(format!("the build context `{name}` stands in for nothing"));
            if crates.contains(name.as_str()) {
                return warning
                    .hint(format!("The crate `{name}` can be replaced by files, not by an image."));
            }
            let names: Vec<&str> = meant.iter().map(String::as_str).collect();
            warning.hint(format!("This build has `{}`.", names.join("`, `")))
        });
        warnings.collect()
    }
}

/// An image's name as people and Docker's command line write it, by which replacements are named.
fn familiar(reference: &str) -> String {
    let name =
        reference.parse::<ImageRef>().map_or_else(|_| reference.to_owned(), |parsed| parsed.familiar());
    name.strip_suffix(":latest").map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{ContextSource, NamedContext, NamedContexts, parse};
    use crate::diagnostic::Diagnostic;
    use crate::options::Options;

    fn contexts(pairs: &[(&str, &str)]) -> Result<NamedContexts, Vec<Diagnostic>> {
        let named_contexts: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options {
            named_contexts,
            input_metadata: [("h".to_owned(), "{}".to_owned())].into(),
            ..Options::default()
        };
        parse(&options, "s").map(|warned| warned.value)
    }

    #[test]
    fn an_image_is_found_by_its_name_its_role_and_its_platform() {
        let amd: buildkit_llb::Platform = "linux/amd64".parse().unwrap();
        let arm: buildkit_llb::Platform = "linux/arm64".parse().unwrap();
        let named = contexts(&[
            ("rust:1.95-bookworm", "docker-image://mirror/rust"),
            ("base", "docker-image://a"),
            ("base::linux/arm64", "docker-image://b"),
            ("plain", "docker-image://c"),
        ])
        .unwrap();
        let name = |reference: &str, role: &str, platform| {
            named.image(reference, role, platform).map(|(name, _)| name.to_owned())
        };
        assert_eq!(
            name("docker.io/library/rust:1.95-bookworm", "toolchain", &amd).as_deref(),
            Some("rust:1.95-bookworm")
        );
        assert_eq!(name("gcr.io/x/cc:nonroot", "base", &amd).as_deref(), Some("base"));
        assert_eq!(name("gcr.io/x/cc:nonroot", "base", &arm).as_deref(), Some("base::linux/arm64"));
        assert_eq!(name("plain:latest", "base", &amd).as_deref(), Some("plain"));
        assert_eq!(name("other", "toolchain", &amd), None);
    }

    #[test]
    fn every_form_is_read_and_others_are_refused() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let layout = format!("oci-layout://store:latest@{digest}");
        let named =
            contexts(&[("a", "local:k"), ("b", "input:h"), ("c", "https://h/a.git#x"), ("d", &layout)])
                .unwrap();
        assert!(matches!(named.0["a"], NamedContext::Files { source: ContextSource::Local { .. }, .. }));
        assert!(matches!(&named.0["b"], NamedContext::Files { metadata: Some(_), .. }));
        assert!(matches!(&named.0["c"], NamedContext::Files { source: ContextSource::Git(_), .. }));
        assert!(matches!(&named.0["d"], NamedContext::OciLayout { store, .. } if store == "store"));
        for (name, value) in [("a", "ftp://x"), ("a", "oci-layout://store"), ("source", "docker-image://x")] {
            assert!(contexts(&[(name, value)]).is_err(), "{value}");
        }
    }

    #[test]
    fn what_stands_in_for_nothing_is_said() {
        let named = contexts(&[
            ("rust:1.95", "docker-image://x"),
            ("itoa", "docker-image://i"),
            ("toolchain", "local:t"),
        ])
        .unwrap();
        let crates = BTreeSet::from(["itoa".to_owned()]);
        let warnings = named.unused(&["docker.io/library/rust:1.94"], &crates);
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].hints[0].contains("by files"), "{warnings:?}");
        assert!(warnings[1].hints[0].contains("`rust:1.94`"), "{warnings:?}");
    }
}
