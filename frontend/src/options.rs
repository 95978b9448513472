//! The frontend's options: `key=value` as the client sent them, parsed once and each under its own name.
//!
//! Source: `frontend/dockerui/config.go` of BuildKit. Unknown keys are left alone, because clients add new ones.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use serde::Deserialize;

use crate::diagnostic::{Checked, Diagnostic, Findings};

/// The option keys that this frontend reads.
mod key {
    pub(super) const BUILD_ARG: &str = "build-arg:";
    pub(super) const CACHE_FROM: &str = "cache-from";
    pub(super) const CACHE_IMPORTS: &str = "cache-imports";
    pub(super) const CONTEXT_KEY: &str = "contextkey";
    pub(super) const CONTEXT: &str = "context";
    pub(super) const CONTEXT_SUBDIRECTORY: &str = "contextsubdir";
    pub(super) const DEFINITION_LOCAL: &str = "dockerfilekey";
    pub(super) const FILENAME: &str = "filename";
    pub(super) const LABEL: &str = "label:";
    pub(super) const LOCAL_SESSION: &str = "local-sessionid:";
    pub(super) const MULTI_PLATFORM: &str = "multi-platform";
    pub(super) const NO_CACHE: &str = "no-cache";
    pub(super) const PLATFORM: &str = "platform";
    pub(super) const REQUEST: &str = "requestid";
    pub(super) const RESOLVE_MODE: &str = "image-resolve-mode";
    pub(super) const SOURCE: &str = "source";
    pub(super) const TARGET: &str = "target";
    pub(super) const VCS_REVISION: &str = "vcs:revision";
    pub(super) const VCS_SOURCE: &str = "vcs:source";
}

/// Options exactly as BuildKit sent them, in key order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawOptions(BTreeMap<String, String>);

impl RawOptions {
    /// Reads `BUILDKIT_FRONTEND_OPT_<n>` variables. Their numbers are random, and a value may hold anything, `=` and
    /// line ends included.
    pub fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let options = variables.into_iter().filter_map(|(name, value)| {
            name.strip_prefix("BUILDKIT_FRONTEND_OPT_")?;
            let (key, value) = value.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        });
        Self(options.collect())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn with_prefix(&self, prefix: &str) -> BTreeMap<String, String> {
        let matching = self.0.iter().filter_map(|(key, value)| {
            let name = key.strip_prefix(prefix)?;
            Some((name.to_owned(), value.clone()))
        });
        matching.collect()
    }
}

impl FromIterator<(String, String)> for RawOptions {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(options: I) -> Self {
        Self(options.into_iter().collect())
    }
}

/// Which vertices ignore the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NoCache {
    /// None does.
    #[default]
    Never,
    /// All do: `--no-cache`.
    Always,
    /// Those of the named targets or steps do: `--no-cache-filter`, lower case.
    Named(Vec<String>),
}

impl NoCache {
    /// True if the step `name` (`deps`, `build`, …) ignores the cache.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Named(names) => names.iter().any(|named| named == name),
        }
    }
}

/// How hard the engine looks for a newer image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResolveMode {
    /// The engine's own habit.
    #[default]
    Default,
    /// Always asks the registry: `--pull`.
    Pull,
    /// Takes what is there.
    PreferLocal,
}

impl ResolveMode {
    /// BuildKit's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Pull => "pull",
            Self::PreferLocal => "local",
        }
    }
}

/// One cache to import: `--cache-from`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CacheImport {
    /// `registry`, `local`, `gha`, …
    #[serde(rename = "Type", alias = "type")]
    pub kind: String,
    /// Attributes of that kind.
    #[serde(rename = "Attrs", alias = "attrs", default)]
    pub attributes: BTreeMap<String, String>,
}

/// The options of one build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `filename`: the definition file within its local source.
    pub filename: Option<String>,
    /// `dockerfilekey`: the local source that holds the definition file.
    pub definition_local: Option<String>,
    /// `context`: a remote build context.
    pub context: Option<String>,
    /// `contextsubdir`: the directory of a remote context to take.
    pub context_subdirectory: Option<String>,
    /// `local-sessionid:NAME`: the session that serves a local source.
    pub local_sessions: BTreeMap<String, String>,
    /// `target`.
    pub target: Option<String>,
    /// `platform`, in the order given; empty for the default one.
    pub platforms: Vec<Platform>,
    /// `multi-platform`: whether the result has a map of platforms even for one.
    pub multi_platform: Option<bool>,
    /// `build-arg:NAME`.
    pub build_args: BTreeMap<String, String>,
    /// `label:NAME`.
    pub labels: BTreeMap<String, String>,
    /// `no-cache`.
    pub no_cache: NoCache,
    /// `image-resolve-mode`.
    pub resolve_mode: ResolveMode,
    /// `cache-imports`, or `cache-from` of old clients.
    pub cache_imports: Vec<CacheImport>,
    /// `requestid`: a question instead of a build.
    pub request: Option<String>,
    /// `source`: the reference of the frontend's own image.
    pub source: Option<String>,
    /// `vcs:source`: the client's repository.
    pub vcs_source: Option<String>,
    /// `vcs:revision`: the client's commit.
    pub vcs_revision: Option<String>,
    /// `build-arg:SOURCE_DATE_EPOCH`, seconds since 1970 in UTC.
    pub source_date_epoch: Option<u64>,
}

/// Parses the options; every bad value is reported, not only the first.
pub fn parse(raw: &RawOptions) -> Checked<Options> {
    let mut findings = Findings::default();
    let text = |key: &str| raw.get(key).filter(|value| !value.is_empty()).map(str::to_owned);
    let build_args = raw.with_prefix(key::BUILD_ARG);
    let multi_platform =
        build_args.get("BUILDKIT_MULTI_PLATFORM").map(String::as_str).or(raw.get(key::MULTI_PLATFORM));

    let options = Options {
        filename: text(key::FILENAME),
        definition_local: text(key::DEFINITION_LOCAL),
        context: text(raw.get(key::CONTEXT_KEY).unwrap_or(key::CONTEXT)),
        context_subdirectory: text(key::CONTEXT_SUBDIRECTORY),
        local_sessions: raw.with_prefix(key::LOCAL_SESSION),
        target: text(key::TARGET),
        platforms: take(&mut findings, parse_platforms(raw.get(key::PLATFORM))),
        multi_platform: take(&mut findings, multi_platform.map(parse_bool).transpose()),
        labels: raw.with_prefix(key::LABEL),
        no_cache: raw.get(key::NO_CACHE).map(parse_no_cache).unwrap_or_default(),
        resolve_mode: take(&mut findings, parse_resolve_mode(raw.get(key::RESOLVE_MODE))),
        cache_imports: take(&mut findings, parse_cache_imports(raw)),
        request: text(key::REQUEST),
        source: text(key::SOURCE),
        vcs_source: text(key::VCS_SOURCE),
        vcs_revision: text(key::VCS_REVISION),
        source_date_epoch: take(
            &mut findings,
            build_args.get("SOURCE_DATE_EPOCH").map(|value| parse_epoch(value)).transpose(),
        ),
        build_args,
    };
    for key in raw.0.keys() {
        if let Some(flag) = without_effect(key) {
            findings
                .push(Diagnostic::warning(format!("`{flag}` has no effect in this version of Supercargo")));
        }
    }
    findings.finish(options)
}

/// The flag behind an option that changes a build of instructions but not yet one of ours. Nothing that a user asks
/// for may be left out in silence.
fn without_effect(key: &str) -> Option<&'static str> {
    Some(match key {
        "add-hosts" => "--add-host",
        "cgroup-parent" => "--cgroup-parent",
        "force-network-mode" => "--network",
        "hostname" => "--build-arg BUILDKIT_SANDBOX_HOSTNAME",
        "shm-size" => "--shm-size",
        "ulimit" => "--ulimit",
        _ if key.starts_with("context:") => "--build-context",
        _ => return None,
    })
}

fn take<T: Default>(findings: &mut Findings, parsed: Result<T, Diagnostic>) -> T {
    parsed.unwrap_or_else(|diagnostic| {
        findings.push(diagnostic);
        T::default()
    })
}

fn parse_platforms(value: Option<&str>) -> Result<Vec<Platform>, Diagnostic> {
    let names = value.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            name.parse().map_err(|error| {
                Diagnostic::error(format!("failed to parse `{}` value `{name}`: {error}", key::PLATFORM))
                    .hint(
                        "Write it as `os/architecture` or `os/architecture/variant`, such as `linux/arm64`.",
                    )
            })
        })
        .collect()
}

fn parse_bool(value: &str) -> Result<bool, Diagnostic> {
    // The spellings of Go's `strconv.ParseBool`, which clients use.
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Diagnostic::error(format!("failed to parse `{}` value `{value}`", key::MULTI_PLATFORM))
            .hint("Write `true` or `false`.")),
    }
}

fn parse_no_cache(value: &str) -> NoCache {
    let names: Vec<String> =
        value.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() { NoCache::Always } else { NoCache::Named(names) }
}

fn parse_resolve_mode(value: Option<&str>) -> Result<ResolveMode, Diagnostic> {
    match value.unwrap_or_default() {
        "" | "default" => Ok(ResolveMode::Default),
        "pull" => Ok(ResolveMode::Pull),
        "local" => Ok(ResolveMode::PreferLocal),
        other => Err(Diagnostic::error(format!("failed to parse `{}` value `{other}`", key::RESOLVE_MODE))
            .hint("BuildKit knows `default`, `pull` and `local`.")),
    }
}

fn parse_cache_imports(raw: &RawOptions) -> Result<Vec<CacheImport>, Diagnostic> {
    if let Some(json) = raw.get(key::CACHE_IMPORTS).filter(|json| !json.is_empty()) {
        return serde_json::from_str(json).map_err(|error| {
            Diagnostic::error(format!("failed to parse `{}`: {error}", key::CACHE_IMPORTS))
        });
    }
    let references = raw.get(key::CACHE_FROM).unwrap_or_default().split(',').filter(|text| !text.is_empty());
    let registry = |reference: &str| CacheImport {
        kind: "registry".to_owned(),
        attributes: BTreeMap::from([("ref".to_owned(), reference.to_owned())]),
    };
    Ok(references.map(registry).collect())
}

fn parse_epoch(value: &str) -> Result<u64, Diagnostic> {
    value.parse().ok().filter(|seconds| i64::try_from(*seconds).is_ok()).ok_or_else(|| {
        Diagnostic::error(format!("failed to parse build-arg `SOURCE_DATE_EPOCH` value `{value}`"))
            .hint("Write seconds since 1970 in UTC, as `git log -1 --format=%ct` prints them.")
    })
}

#[cfg(test)]
mod tests {
    use super::{NoCache, Options, RawOptions, ResolveMode, parse};

    fn options(pairs: &[(&str, &str)]) -> Result<Options, Vec<String>> {
        let raw: RawOptions =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        match parse(&raw) {
            Ok(warned) => Ok(warned.value),
            Err(errors) => Err(errors.into_iter().map(|error| error.message).collect()),
        }
    }

    #[test]
    fn variables_are_split_at_the_first_equals_sign_only() {
        let variables = [("BUILDKIT_FRONTEND_OPT_7", "build-arg:A=b=c\nd"), ("PATH", "x=y")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let parsed = parse(&RawOptions::from_environment(variables)).unwrap().value;
        assert_eq!(parsed.build_args.get("A").map(String::as_str), Some("b=c\nd"));
        assert_eq!(parsed.build_args.len(), 1);
    }

    #[test]
    fn every_bad_value_is_named() {
        let errors = options(&[
            ("platform", "linux/amd64/v1/x/y"),
            ("image-resolve-mode", "maybe"),
            ("build-arg:SOURCE_DATE_EPOCH", "-1"),
            ("multi-platform", "ja"),
        ])
        .unwrap_err();
        assert_eq!(errors.len(), 4, "{errors:?}");
    }

    #[test]
    fn values_are_read() {
        let parsed = options(&[
            ("platform", "linux/amd64,linux/arm64/v8"),
            ("no-cache", ""),
            ("image-resolve-mode", "local"),
            ("cache-imports", r#"[{"Type":"registry","Attrs":{"ref":"r"}}]"#),
            ("unknown", "ignored"),
        ])
        .unwrap();
        assert_eq!(
            parsed.platforms.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["linux/amd64", "linux/arm64"]
        );
        assert_eq!(parsed.no_cache, NoCache::Always);
        assert_eq!(parsed.resolve_mode, ResolveMode::PreferLocal);
        assert_eq!(parsed.cache_imports[0].attributes["ref"], "r");
    }

    #[test]
    fn what_has_no_effect_is_said() {
        let raw: RawOptions =
            [("add-hosts", "db=10.0.0.1"), ("context:base", "docker-image://x"), ("attest:provenance", "")]
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
        let warnings = parse(&raw).unwrap().warnings;
        let said: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("`--add-host`") && said[1].starts_with("`--build-context`"), "{said:?}");
    }

    #[test]
    fn old_clients_name_caches_by_reference() {
        let parsed = options(&[("cache-from", "a,b"), ("no-cache", "Deps, build")]).unwrap();
        assert_eq!(parsed.cache_imports.len(), 2);
        assert!(
            parsed.no_cache.covers("deps")
                && parsed.no_cache.covers("build")
                && !parsed.no_cache.covers("fetch")
        );
    }
}
