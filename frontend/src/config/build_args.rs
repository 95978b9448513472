//! Scalar keys by `--build-arg`: a key's whole path in `SCREAMING_CASE`.

use std::collections::BTreeMap;

use super::schema::CacheMode;
use super::{Config, Origin, Sccache, Setting};
use crate::diagnostic::{Diagnostic, Findings};

/// The build-arg that selects the package; it is read before there is a package whose configuration could be merged.
pub(super) const PACKAGE: &str = "PACKAGE";

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
    let mut word = |name: &str, words: &[(&str, CacheMode)]| {
        let setting = text(name)?;
        let found = words.iter().find(|(word, _)| *word == setting.value);
        if found.is_none() {
            let choices: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            findings.push(
                Diagnostic::error(format!("failed to parse build-arg `{name}` value `{}`", setting.value))
                    .hint(format!("It may be {}.", choices.join(" or "))),
            );
        }
        found.map(|(_, mode)| Setting { value: *mode, origin: setting.origin })
    };
    let cache_mode = word("CACHE_MODE", &[("auto", CacheMode::Auto), ("layers", CacheMode::Layers)]);
    Config {
        bins: list("BIN"),
        features: list("FEATURES"),
        all_features: flag(text("ALL_FEATURES"), findings),
        no_default_features: flag(text("NO_DEFAULT_FEATURES"), findings),
        profile: text("PROFILE"),
        channel: text("TOOLCHAIN_CHANNEL"),
        toolchain_image: text("TOOLCHAIN_IMAGE"),
        cache_mode,
        cache_namespace: text("CACHE_NAMESPACE"),
        sccache: flag(text("CACHE_SCCACHE"), findings)
            .map(|setting| Setting { value: Sccache::Switch(setting.value), origin: setting.origin }),
        base: text("IMAGE_BASE"),
        user: text("IMAGE_USER"),
        workdir: text("IMAGE_WORKDIR"),
        stop_signal: text("IMAGE_STOP_SIGNAL"),
        ..Config::default()
    }
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
