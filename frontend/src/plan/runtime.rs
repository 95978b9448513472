//! The image that comes out: base, user, command, labels.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Chosen;
use super::files::{self, FileCopied};
use super::toolchain::DEBIAN;
use crate::config::{Config, Origin, Setting, with_rest};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::options::Options;
use crate::project::Package;
use crate::tree::Tree;

/// Who runs the binary unless the user says otherwise: distroless calls this user `nonroot`.
const USER: &str = "65532:65532";

/// Where binaries go.
const DIRECTORY: &str = "/usr/local/bin";

/// The image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Runtime {
    /// The base image's full reference; `scratch` is the empty image.
    pub base: Chosen<String>,
    /// `USER`.
    pub user: Chosen<String>,
    /// `WORKDIR`; `None` keeps the base's.
    pub workdir: Option<String>,
    /// `ENTRYPOINT`, exec form.
    pub entrypoint: Vec<String>,
    /// `CMD`, exec form.
    pub cmd: Vec<String>,
    /// `ENV`, on top of the base's.
    pub env: BTreeMap<String, String>,
    /// `EXPOSE`, with protocol.
    pub expose: Vec<String>,
    /// `VOLUME`.
    pub volumes: Vec<String>,
    /// `LABEL`, on top of the base's.
    pub labels: BTreeMap<String, String>,
    /// `STOPSIGNAL`; `None` keeps the base's.
    pub stop_signal: Option<String>,
    /// Files of the context, in a layer under the binaries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileCopied>,
    /// The binaries: name to absolute path in the image.
    pub binaries: BTreeMap<String, String>,
    /// Seconds since 1970 that every file put into the image carries.
    pub timestamp: u64,
}

/// Decides what the image looks like.
pub fn choose(
    config: &Config,
    options: &Options,
    package: &Package,
    binaries: &[String],
    names: &Tree,
) -> Checked<Runtime> {
    let mut findings = Findings::default();
    for (what, setting) in [("workdir", &config.workdir)] {
        if let Some(setting) = setting.as_ref().filter(|setting| !setting.value.starts_with('/')) {
            findings.push(at(
                Diagnostic::error(format!("`image.{what}` value `{}` is not absolute", setting.value))
                    .hint(format!("Write `{what} = \"/{}\"`.", setting.value)),
                &setting.origin,
            ));
        }
    }
    let paths: BTreeMap<String, String> =
        binaries.iter().map(|name| (name.clone(), format!("{DIRECTORY}/{name}"))).collect();
    let own: Vec<String> = binaries.first().and_then(|name| paths.get(name)).cloned().into_iter().collect();
    let entrypoint = match &config.entrypoint {
        Some(setting) => with_rest(&setting.value, &own),
        None => own,
    };
    // Nothing is inferred for these; what the base has of the latter two is kept in any case.
    let list = |setting: &Option<Setting<Vec<String>>>| {
        setting.as_ref().map(|setting| with_rest(&setting.value, &[])).unwrap_or_default()
    };
    let base = chosen(config.base.as_ref(), || {
        // The cc base has what a Rust binary links: glibc and libgcc, of the builder's Debian.
        let release = if DEBIAN == "bookworm" { 12 } else { 13 };
        (
            format!("gcr.io/distroless/cc-debian{release}:nonroot"),
            format!("glibc and libgcc of Debian {DEBIAN}, as in the builder"),
        )
    });
    let runtime = Runtime {
        files: files::choose(config, names, &paths, &mut findings),
        base,
        user: chosen(config.user.as_ref(), || (USER.to_owned(), "not root".to_owned())),
        workdir: match (&config.workdir, &config.base) {
            (Some(setting), _) => Some(setting.value.clone()),
            (None, None) => Some("/".to_owned()),
            // A base of the user's own may have been made for its directory.
            (None, Some(_)) => None,
        },
        entrypoint,
        cmd: list(&config.cmd),
        env: config.env.as_ref().map(|setting| setting.value.clone()).unwrap_or_default(),
        expose: list(&config.expose),
        volumes: list(&config.volumes),
        labels: labels(config, options, package, binaries),
        stop_signal: config.stop_signal.as_ref().map(|setting| setting.value.clone()),
        binaries: paths,
        timestamp: options.source_date_epoch.unwrap_or(0),
    };
    findings.finish(runtime)
}

fn at(diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    match origin.span() {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

fn chosen(setting: Option<&Setting<String>>, default: impl FnOnce() -> (String, String)) -> Chosen<String> {
    if let Some(setting) = setting {
        return Chosen::set(setting.value.clone(), &setting.origin);
    }
    let (value, because) = default();
    Chosen { value, because }
}

/// OCI labels from what Cargo and the client's repository say; then the user's, of which an empty one removes; then
/// those of `--label`, which win.
fn labels(
    config: &Config,
    options: &Options,
    package: &Package,
    binaries: &[String],
) -> BTreeMap<String, String> {
    let detected = [
        ("title", binaries.first().cloned()),
        ("version", Some(package.version.to_string())),
        ("description", package.description.clone()),
        ("licenses", package.license.clone()),
        ("source", package.repository.clone().or_else(|| options.vcs_source.clone())),
        ("url", package.homepage.clone()),
        ("documentation", package.documentation.clone()),
        ("revision", options.vcs_revision.clone()),
    ];
    let mut labels: BTreeMap<String, String> = detected
        .into_iter()
        .filter_map(|(key, value)| Some((format!("org.opencontainers.image.{key}"), value?)))
        .collect();
    for (key, value) in config.labels.iter().flat_map(|setting| &setting.value) {
        if value.is_empty() {
            labels.remove(key);
        } else {
            labels.insert(key.clone(), value.clone());
        }
    }
    labels.extend(options.labels.clone());
    labels
}
