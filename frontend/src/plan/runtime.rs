//! The image that comes out: base, user, command, labels.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::debug;
use super::files::{self, FileCopied};
use super::health::{self, Healthcheck};
use super::image_keys;
use super::paths;
use super::tool::Tool;
use super::toolchain::DEBIAN;
use super::tuning::Tuning;
use super::{Chosen, Request};
use crate::config::{Config, Setting, with_rest};
use crate::diagnostic::{Checked, Findings};
use crate::options::Options;
use crate::project::Package;

/// Who runs the binary unless the user says otherwise: distroless calls this user `nonroot`.
const USER: &str = "65532:65532";

/// Where binaries go.
pub const DIRECTORY: &str = "/usr/local/bin";

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
    /// Labels that the user does not want, the base's among them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unlabelled: BTreeSet<String>,
    /// `STOPSIGNAL`; `None` keeps the base's.
    pub stop_signal: Option<String>,
    /// `HEALTHCHECK`; `None` keeps the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// Programs of ours that are put beside the binaries.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tools: BTreeSet<Tool>,
    /// Files of the context, in a layer under the binaries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileCopied>,
    /// Whether libraries of the system have a layer of their own.
    #[serde(skip_serializing_if = "super::is_false")]
    pub has_libraries: bool,
    /// The binaries: name to absolute path in the image.
    pub binaries: BTreeMap<String, String>,
    /// Whether the image is there to look inside, so that its base must have a shell.
    #[serde(skip_serializing_if = "super::is_false")]
    pub has_shell: bool,
    /// The files with the symbols of the binaries, if the image has them: name to absolute path.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub symbols: BTreeMap<String, String>,
    /// Seconds since 1970 that every file put into the image carries.
    pub timestamp: u64,
}

impl Runtime {
    /// True where no image comes out: every image has a binary.
    #[must_use]
    pub fn is_of_nothing(&self) -> bool {
        self.binaries.is_empty()
    }

    /// The image with the symbols of its binaries, where it is there to look inside and they have files of their own.
    pub(super) fn with_symbols(mut self, profile: &Tuning) -> Self {
        if self.has_shell && profile.split.is_some() {
            let file = |path: &String| format!("{}{path}.debug", paths::SYMBOLS);
            self.symbols = self.binaries.iter().map(|(name, path)| (name.clone(), file(path))).collect();
        }
        self
    }
}

/// Decides what the image looks like; `linkage` is why the binaries are static, if they are.
pub fn choose(
    config: &Config,
    request: Request<'_>,
    package: &Package,
    binaries: &[String],
    linkage: Option<&str>,
) -> Checked<Runtime> {
    let (options, has_shell) = (request.options, request.goal.is_debug());
    let mut findings = Findings::default();
    image_keys::check(config, &mut findings);
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
        let release = if DEBIAN == "bookworm" { 12 } else { 13 };
        if let Some(because) = linkage {
            let base = format!("gcr.io/distroless/static-debian{release}:nonroot");
            return (base, format!("a static binary needs no library: {because}"));
        }
        // The cc base has what a Rust binary links: glibc and libgcc, of the builder's Debian.
        (
            format!("gcr.io/distroless/cc-debian{release}:nonroot"),
            format!("glibc and libgcc of Debian {DEBIAN}, as in the builder"),
        )
    });
    let base = if has_shell { debug::base(base, config, &mut findings) } else { base };
    let healthcheck = config.healthcheck.as_ref().and_then(|setting| health::choose(setting, &mut findings));
    let mut tools = BTreeSet::new();
    if healthcheck.as_ref().is_some_and(Healthcheck::asks_with_tool) {
        tools.insert(Tool::Health);
    }
    let entrypoint = match &config.init {
        Some(setting) if setting.value => {
            tools.insert(Tool::Init);
            [Tool::Init.path(), "--".to_owned()].into_iter().chain(entrypoint).collect()
        }
        _ => entrypoint,
    };
    let runtime = Runtime {
        healthcheck,
        tools,
        files: files::choose(config, request.names, &paths, &mut findings),
        has_libraries: false,
        has_shell,
        symbols: BTreeMap::new(),
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
        unlabelled: unlabelled(config, options),
        stop_signal: config.stop_signal.as_ref().map(|setting| setting.value.clone()),
        binaries: paths,
        timestamp: options.source_date_epoch.unwrap_or(0),
    };
    findings.finish(runtime)
}

fn chosen(setting: Option<&Setting<String>>, default: impl FnOnce() -> (String, String)) -> Chosen<String> {
    if let Some(setting) = setting {
        return Chosen::set(setting.value.clone(), &setting.origin);
    }
    let (value, because) = default();
    Chosen { value, because }
}

/// The labels that are empty in the configuration and that `--label` does not set.
fn unlabelled(config: &Config, options: &Options) -> BTreeSet<String> {
    let empty = config.labels.iter().flat_map(|setting| &setting.value).filter(|(_, value)| value.is_empty());
    empty.map(|(key, _)| key.clone()).filter(|key| !options.labels.contains_key(key)).collect()
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
