//! Scalar keys by `--build-arg`: a key's whole path in `SCREAMING_CASE`.

use std::collections::BTreeMap;

use super::build::{BuildNetwork, GitData};
use super::debug::DebugConfig;
use super::schema::{CacheMode, CacheTrust};
use super::symbols::{ProfilePreset, Symbols};
use super::{BuildConfig, Config, Origin, Sccache, Setting};
use crate::diagnostic::{Diagnostic, Findings};

/// The build-arg that selects the package; it is read before there is a package whose configuration could be merged.
pub(super) const PACKAGE: &str = "PACKAGE";

/// Every build-arg that is read, with what it sets, in the order of the documentation.
pub const BUILD_ARGS: [(&str, &str); 32] = [
    ("PACKAGE", "the package"),
    ("BIN", "the binaries, separated by commas"),
    ("FEATURES", "features, separated by commas"),
    ("ALL_FEATURES", "all features"),
    ("NO_DEFAULT_FEATURES", "no default features"),
    ("PROFILE", "the Cargo profile"),
    ("PRESET", "`ship`: keys of the profile for a small and fast binary"),
    ("LOCKED", "whether Cargo.lock must match the manifests"),
    ("TARGET", "`gnu`, `musl` or a triple; not the stage, which is `--target`"),
    ("TOOLCHAIN_CHANNEL", "the toolchain"),
    ("TOOLCHAIN_IMAGE", "the image that compiles"),
    ("TOOLCHAIN_COMPONENTS", "components of the toolchain, separated by commas"),
    ("TOOLCHAIN_TARGETS", "targets of the toolchain, separated by commas"),
    ("BUILD_PACKAGES", "packages to install in the toolchain image, separated by commas"),
    ("BUILD_NETWORK", "the network of the compile steps"),
    ("BUILD_RUSTFLAGS", "flags for rustc, separated by spaces"),
    ("BUILD_LINKER", "the program that links"),
    ("BUILD_SYMBOLS", "what becomes of symbols and debug information"),
    ("BUILD_JOBS", "how many compilers run at once"),
    ("BUILD_GIT", "what the last compile step learns of the commit"),
    ("CACHE_MODE", "how compiled code is kept"),
    ("CACHE_NAMESPACE", "what else may share compiled code"),
    ("CACHE_TRUST", "whose work the build may find in caches"),
    ("CACHE_SCCACHE", "whether sccache runs beside the compiler"),
    ("IMAGE_BASE", "the runtime base"),
    ("IMAGE_PACKAGES", "packages to install in the runtime base, separated by commas"),
    ("IMAGE_USER", "the user"),
    ("IMAGE_WORKDIR", "the working directory"),
    ("IMAGE_INIT", "whether an init is the first process"),
    ("IMAGE_STOP_SIGNAL", "the signal that stops the program"),
    ("IMAGE_DEBUG_BASE", "the base of `--target debug`"),
    ("IMAGE_DEBUG_PACKAGES", "packages to install in that, separated by commas"),
];

/// Build-args that mean something to the engine, to the client or to this frontend without being configuration.
const PREDEFINED: [&str; 9] = [
    "SOURCE_DATE_EPOCH",
    "BUILDPLATFORM",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "RUSTUP_DIST_SERVER",
    "RUSTUP_UPDATE_ROOT",
];

/// A warning for each build-arg that nothing reads: most often a slip of the pen. `read` are those of the project's own.
#[must_use]
pub fn unknown_build_args(arguments: &BTreeMap<String, String>, read: &[String]) -> Vec<Diagnostic> {
    let is_known = |name: &str| {
        name.starts_with("BUILDKIT_")
            || PREDEFINED.iter().any(|known| known.eq_ignore_ascii_case(name))
            || BUILD_ARGS.iter().any(|(known, _)| *known == name)
            || read.iter().any(|known| known == name)
    };
    let unknown = arguments.keys().filter(|name| !is_known(name)).map(|name| {
        Diagnostic::warning(format!("nothing reads the build-arg `{name}`"))
            .hint("`--call=outline` lists the build-args that there are.")
    });
    unknown.collect()
}

/// The settings that the build-args make. `auto` and the empty text count as not set.
pub(super) fn read(arguments: &BTreeMap<String, String>, findings: &mut Findings) -> Config {
    let text = |name: &str| {
        let value = arguments.get(name).filter(|value| !value.is_empty() && value.as_str() != "auto")?;
        Some(Setting { value: value.clone(), origin: Origin::BuildArg(name.to_owned()) })
    };
    let list = |name: &str| {
        text(name).map(|setting| Setting {
            value: setting
                .value
                .split([',', ' '])
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
            origin: setting.origin,
        })
    };
    let build = BuildConfig {
        packages: list("BUILD_PACKAGES"),
        network: word(text("BUILD_NETWORK"), &BuildNetwork::WORDS, findings),
        rustflags: text("BUILD_RUSTFLAGS").map(|setting| Setting {
            value: setting.value.split_whitespace().map(str::to_owned).collect(),
            origin: setting.origin,
        }),
        linker: text("BUILD_LINKER"),
        symbols: word(text("BUILD_SYMBOLS"), &Symbols::WORDS, findings),
        jobs: jobs(text("BUILD_JOBS"), findings),
        git: word(text("BUILD_GIT"), &GitData::WORDS, findings),
        ..BuildConfig::default()
    };
    Config {
        bins: list("BIN"),
        features: list("FEATURES"),
        all_features: flag(text("ALL_FEATURES"), findings),
        no_default_features: flag(text("NO_DEFAULT_FEATURES"), findings),
        profile: text("PROFILE"),
        preset: word(text("PRESET"), &ProfilePreset::WORDS, findings),
        locked: flag(text("LOCKED"), findings),
        target: text("TARGET"),
        channel: text("TOOLCHAIN_CHANNEL"),
        toolchain_image: text("TOOLCHAIN_IMAGE"),
        components: list("TOOLCHAIN_COMPONENTS"),
        toolchain_targets: list("TOOLCHAIN_TARGETS"),
        build,
        cache_mode: word(text("CACHE_MODE"), &CacheMode::WORDS, findings),
        cache_namespace: text("CACHE_NAMESPACE"),
        cache_trust: word(text("CACHE_TRUST"), &CacheTrust::WORDS, findings),
        sccache: flag(text("CACHE_SCCACHE"), findings)
            .map(|setting| Setting { value: Sccache::Switch(setting.value), origin: setting.origin }),
        base: text("IMAGE_BASE"),
        image_packages: list("IMAGE_PACKAGES"),
        user: text("IMAGE_USER"),
        workdir: text("IMAGE_WORKDIR"),
        init: flag(text("IMAGE_INIT"), findings),
        stop_signal: text("IMAGE_STOP_SIGNAL"),
        debug: DebugConfig { base: text("IMAGE_DEBUG_BASE"), packages: list("IMAGE_DEBUG_PACKAGES") },
        ..Config::default()
    }
}

/// One of `words`.
fn word<T: Copy>(
    setting: Option<Setting<String>>,
    words: &[(&str, T)],
    findings: &mut Findings,
) -> Option<Setting<T>> {
    let setting = setting?;
    let found = words.iter().find(|(word, _)| *word == setting.value);
    if found.is_none() {
        let choices: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        findings.push(
            Diagnostic::error(format!("failed to parse {} value `{}`", setting.origin, setting.value))
                .hint(format!("It may be {}.", choices.join(" or "))),
        );
    }
    found.map(|(_, value)| Setting { value: *value, origin: setting.origin })
}

fn jobs(setting: Option<Setting<String>>, findings: &mut Findings) -> Option<Setting<u32>> {
    let setting = setting?;
    let jobs = setting.value.parse().ok().filter(|jobs| *jobs > 0);
    if jobs.is_none() {
        findings.push(
            Diagnostic::error(format!("failed to parse {} value `{}`", setting.origin, setting.value))
                .hint("Write `auto` or a number from 1 up."),
        );
    }
    jobs.map(|value| Setting { value, origin: setting.origin })
}

fn flag(setting: Option<Setting<String>>, findings: &mut Findings) -> Option<Setting<bool>> {
    let setting = setting?;
    match setting.value.as_str() {
        "true" | "1" => Some(Setting { value: true, origin: setting.origin }),
        "false" | "0" => Some(Setting { value: false, origin: setting.origin }),
        other => {
            findings.push(
                Diagnostic::error(format!("failed to parse {} value `{other}`", setting.origin))
                    .hint("Write `true` or `false`."),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILD_ARGS, read, unknown_build_args};
    use crate::diagnostic::Findings;

    #[test]
    fn slips_of_the_pen_are_said() {
        let names =
            ["PROFILE", "MINE", "profil", "http_proxy", "BUILDKIT_SYNTAX", "SOURCE_DATE_EPOCH", "Bin"];
        let arguments = names.map(|name| (name.to_owned(), "auto".to_owned())).into();
        let warnings = unknown_build_args(&arguments, &["MINE".to_owned()]);
        let said: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(said, ["nothing reads the build-arg `Bin`", "nothing reads the build-arg `profil`"]);
    }

    #[test]
    fn every_listed_argument_is_read() {
        for (name, _) in BUILD_ARGS.iter().filter(|(name, _)| *name != "PACKAGE") {
            let nothing = read(&[].into(), &mut Findings::default());
            let something = read(&[((*name).to_owned(), "1".to_owned())].into(), &mut Findings::default());
            // A mode is none of these, but its error is an answer as well.
            let mut findings = Findings::default();
            read(&[((*name).to_owned(), "1".to_owned())].into(), &mut findings);
            assert!(something != nothing || findings.has_errors(), "{name} is not read");
        }
    }
}
