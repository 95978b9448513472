//! The frontend's options: `key=value` as the client sent them, parsed once and each under its own name.
//!
//! Source: `frontend/dockerui/config.go` of BuildKit. An unknown key is no error, because clients add new ones, but the
//! user is told that it has no effect.

mod cache_import;
mod key;
mod no_cache;
mod raw;
mod resolve_mode;
mod sandbox;

use std::collections::BTreeMap;

use buildkit_llb::Platform;

use crate::diagnostic::{Checked, Diagnostic, Findings};

pub use cache_import::CacheImport;
pub use no_cache::{NoCache, STEPS};
pub use raw::RawOptions;
pub use resolve_mode::ResolveMode;
pub use sandbox::Sandbox;

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
    /// `build-arg:BUILDPLATFORM`: the platform that steps run on; nothing for the engine's own.
    pub build_platform: Option<Platform>,
    /// `multi-platform`: whether the result has a map of platforms even for one.
    pub multi_platform: Option<bool>,
    /// `context:NAME` or `context:NAME::PLATFORM`: `--build-context`, not yet understood.
    pub named_contexts: BTreeMap<String, String>,
    /// `input-metadata:NAME`: what is known of a definition that the client handed over, as JSON.
    pub input_metadata: BTreeMap<String, String>,
    /// `build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR`: whether a git context keeps its `.git`.
    pub keep_git_dir: bool,
    /// What every container is given.
    pub sandbox: Sandbox,
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
    let text = |key: &str| raw.text(key).map(str::to_owned);
    let build_args = raw.with_prefix(key::BUILD_ARG);
    let build_arg = |name: &str| build_args.get(name).map(String::as_str);
    let multi_platform = build_arg("BUILDKIT_MULTI_PLATFORM").or(raw.get(key::MULTI_PLATFORM));
    let keep_git_dir = build_arg("BUILDKIT_CONTEXT_KEEP_GIT_DIR");

    let options = Options {
        filename: text(key::FILENAME),
        definition_local: text(key::DEFINITION_LOCAL),
        context: text(raw.get(key::CONTEXT_KEY).unwrap_or(key::CONTEXT)),
        context_subdirectory: text(key::CONTEXT_SUBDIRECTORY),
        local_sessions: raw.with_prefix(key::LOCAL_SESSION),
        target: text(key::TARGET),
        platforms: take(&mut findings, parse_platforms(key::PLATFORM, raw.get(key::PLATFORM))),
        build_platform: take(
            &mut findings,
            parse_platforms("BUILDPLATFORM", build_arg("BUILDPLATFORM"))
                .map(|platforms| platforms.into_iter().next()),
        ),
        multi_platform: take(
            &mut findings,
            multi_platform.map(|value| parse_bool(key::MULTI_PLATFORM, value)).transpose(),
        ),
        named_contexts: raw.with_prefix(key::NAMED_CONTEXT),
        input_metadata: raw.with_prefix(key::INPUT_METADATA),
        keep_git_dir: take(
            &mut findings,
            keep_git_dir.map_or(Ok(false), |value| parse_bool("BUILDKIT_CONTEXT_KEEP_GIT_DIR", value)),
        ),
        sandbox: sandbox::parse(raw, &mut findings),
        labels: raw.with_prefix(key::LABEL),
        no_cache: raw.get(key::NO_CACHE).map(NoCache::parse).unwrap_or_default(),
        resolve_mode: take(&mut findings, ResolveMode::parse(raw.get(key::RESOLVE_MODE).unwrap_or_default())),
        cache_imports: take(&mut findings, cache_import::parse(raw)),
        request: text(key::REQUEST),
        source: text(key::SOURCE),
        vcs_source: text(key::VCS_SOURCE),
        vcs_revision: text(key::VCS_REVISION),
        source_date_epoch: take(
            &mut findings,
            build_arg("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()).map(parse_epoch).transpose(),
        ),
        build_args,
    };
    if options.multi_platform == Some(false) && options.platforms.len() > 1 {
        findings.push(
            Diagnostic::error(format!(
                "`{}` is false, but {} platforms are to be built",
                key::MULTI_PLATFORM,
                options.platforms.len()
            ))
            .hint("Name one `--platform`, or leave `BUILDKIT_MULTI_PLATFORM` out."),
        );
    }
    for key in raw.keys() {
        match key::fate(key) {
            key::Fate::Known => {}
            key::Fate::NoEffect(flag) => findings
                .push(Diagnostic::warning(format!("`{flag}` has no effect in this version of Supercargo"))),
            key::Fate::Unknown => findings.push(Diagnostic::warning(format!(
                "the build option `{key}` is unknown to this version of Supercargo and has no effect"
            ))),
        }
    }
    findings.finish(options)
}

fn take<T: Default>(findings: &mut Findings, parsed: Result<T, Diagnostic>) -> T {
    parsed.unwrap_or_else(|diagnostic| {
        findings.push(diagnostic);
        T::default()
    })
}

/// The platform that steps run on: the first of those that the engine is `able` to run, or the one that is `wanted`.
///
/// Errors: an engine without any platform, or one that cannot run what is wanted.
pub fn builder(wanted: Option<&Platform>, able: &[Platform]) -> Result<Platform, Diagnostic> {
    let Some(own) = able.first() else {
        return Err(Diagnostic::error("the engine says of no platform that it can run it"));
    };
    match wanted {
        None => Ok(own.clone()),
        Some(wanted) if able.contains(wanted) => Ok(wanted.clone()),
        Some(wanted) => {
            let able: Vec<String> = able.iter().map(|platform| format!("`{platform}`")).collect();
            Err(Diagnostic::error(format!(
                "the engine cannot run `{wanted}`, which `BUILDPLATFORM` asks for"
            ))
            .hint(format!("It can run {}.", able.join(", "))))
        }
    }
}

fn parse_platforms(key: &str, value: Option<&str>) -> Result<Vec<Platform>, Diagnostic> {
    let names = value.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            name.parse().map_err(|error| {
                Diagnostic::error(format!("failed to parse `{key}` value `{name}`: {error}")).hint(
                    "Write it as `os/architecture` or `os/architecture/variant`, such as `linux/arm64`.",
                )
            })
        })
        .collect()
}

fn parse_bool(key: &str, value: &str) -> Result<bool, Diagnostic> {
    // The spellings of Go's `strconv.ParseBool`, which clients use.
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Diagnostic::error(format!("failed to parse `{key}` value `{value}`"))
            .hint("Write `true` or `false`.")),
    }
}

fn parse_epoch(value: &str) -> Result<u64, Diagnostic> {
    value.parse().ok().filter(|seconds| i64::try_from(*seconds).is_ok()).ok_or_else(|| {
        Diagnostic::error(format!("failed to parse build-arg `SOURCE_DATE_EPOCH` value `{value}`"))
            .hint("Write seconds since 1970 in UTC, as `git log -1 --format=%ct` prints them.")
    })
}

#[cfg(test)]
mod tests {
    use super::{NoCache, Options, RawOptions, ResolveMode, builder, parse};

    fn options(pairs: &[(&str, &str)]) -> Result<Options, Vec<String>> {
        let raw: RawOptions =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        match parse(&raw) {
            Ok(warned) => Ok(warned.value),
            Err(errors) => Err(errors.into_iter().map(|error| error.message.into()).collect::<Vec<String>>()),
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
    fn nothing_is_left_out_in_silence() {
        let pairs = [
            ("memory", "1g"),
            ("brand-new", "x"),
            ("attest:provenance", ""),
            ("context:base", "docker-image://x"),
            ("frontend.caps", "a,b"),
        ];
        let raw: RawOptions =
            pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let warnings = parse(&raw).unwrap().warnings;
        let said: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("`brand-new` is unknown") && said[1].starts_with("`--memory`"), "{said:?}");
    }

    #[test]
    fn several_platforms_are_always_a_map() {
        let platforms = ("platform", "linux/amd64,linux/arm64");
        assert!(options(&[platforms, ("build-arg:BUILDKIT_MULTI_PLATFORM", "0")]).is_err());
        assert!(
            options(&[platforms, ("multi-platform", "0"), ("build-arg:BUILDKIT_MULTI_PLATFORM", "1")])
                .is_ok()
        );
    }

    #[test]
    fn steps_run_where_the_engine_can() {
        let platforms: Vec<buildkit_llb::Platform> =
            ["linux/amd64", "linux/arm64"].iter().map(|name| name.parse().unwrap()).collect();
        let wanted = |name: &str| {
            let parsed = options(&[("build-arg:BUILDPLATFORM", name)]).unwrap().build_platform;
            builder(parsed.as_ref(), &platforms).map(|platform| platform.to_string())
        };
        assert_eq!(wanted("").as_deref(), Ok("linux/amd64"));
        assert_eq!(wanted("linux/arm64/v8").as_deref(), Ok("linux/arm64"));
        let error = wanted("linux/s390x").unwrap_err();
        assert_eq!(error.hints, ["It can run `linux/amd64`, `linux/arm64`."]);
        assert!(builder(None, &[]).is_err());
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
