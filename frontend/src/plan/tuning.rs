//! Keys of Cargo's profile that the configuration sets: `preset` and `build.symbols`.
//!
//! They become variables of every compile step, `CARGO_PROFILE_RELEASE_LTO`, since what they decide is part of how
//! dependencies are compiled. What the project's own profile says goes before a preset.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Chosen;
use super::target::{Goal, Stage};
use crate::config::{Config, ProfilePreset, Setting, Symbols};
use crate::diagnostic::{Diagnostic, Findings};
use crate::project::Project;
use crate::skeleton;

/// What is compiled differently from what Cargo's profile says by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tuning {
    /// Keys of the profile with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, Chosen<String>>,
    /// Why symbols go into files of their own, if they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
}

impl Tuning {
    /// True if everything is as Cargo's profile says.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.split.is_none()
    }

    /// The keys and their values alone.
    pub(super) fn values(&self) -> BTreeMap<String, String> {
        self.keys.iter().map(|(key, chosen)| (key.clone(), chosen.value.clone())).collect()
    }

    /// The variables that set the keys of `profile`.
    pub(super) fn variables(&self, profile: &str) -> BTreeMap<String, String> {
        self.values().into_iter().map(|(key, value)| (variable(profile, &key), value)).collect()
    }
}

/// What is wrong with asking for symbols that have no files of their own.
pub(super) fn check(tuning: &Tuning, goal: &Goal, findings: &mut Findings) {
    if *goal == Goal::Stage(Stage::Symbols) && tuning.split.is_none() {
        let error = Diagnostic::error("the symbols of the binaries have no files of their own").hint(
            "Add `build.symbols = \"split\"` to the Dockerfile, or `--build-arg BUILD_SYMBOLS=split`, for the image as well.",
        );
        findings.push(error);
    }
}

/// Chooses the keys of `profile` that are set.
pub(super) fn choose(config: &Config, project: &Project, profile: &str) -> Tuning {
    of(config, &skeleton::written_profile(project, profile), profile)
}

fn of(config: &Config, written: &toml::Table, profile: &str) -> Tuning {
    let mut tuning = Tuning::default();
    let is_said = |key: &str| {
        config.build.env.as_ref().is_some_and(|env| env.value.contains_key(&variable(profile, key)))
    };
    let is_open = |key: &str| !written.contains_key(key) && !is_said(key);
    let mut set = |key: &str, value: &str, because: &str| {
        if !is_said(key) {
            let chosen = Chosen { value: value.to_owned(), because: because.to_owned() };
            tuning.keys.insert(key.to_owned(), chosen);
        }
    };
    let mut symbols = said(config.build.symbols.as_ref());
    if let Some(Setting { value: ProfilePreset::Ship, origin }) = &config.preset {
        let because = format!("preset `ship`, {origin}");
        for (key, value) in [("lto", "fat"), ("codegen-units", "1")] {
            if is_open(key) {
                set(key, value, &because);
            }
        }
        if is_open("strip") {
            symbols = symbols.or(Some((Symbols::Split, because)));
        }
    }
    let Some((symbols, because)) = symbols else { return tuning };
    match symbols {
        Symbols::Auto => {}
        Symbols::Keep => set("strip", "none", &because),
        Symbols::Strip => set("strip", "symbols", &because),
        Symbols::Split => {
            // What the linker throws away could not be split off; the binary that ships has none in any case.
            set("strip", "none", &because);
            if is_open("debug") {
                set("debug", "line-tables-only", &because);
            }
            if written.contains_key("split-debuginfo") {
                set("split-debuginfo", "off", &because);
            }
            tuning.split = Some(because);
        }
    }
    tuning
}

fn said(setting: Option<&Setting<Symbols>>) -> Option<(Symbols, String)> {
    let setting = setting.filter(|setting| setting.value != Symbols::Auto)?;
    Some((setting.value, setting.origin.to_string()))
}

/// The variable by which Cargo takes a key of a profile.
fn variable(profile: &str, key: &str) -> String {
    format!("CARGO_PROFILE_{profile}_{key}").replace('-', "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::config::{BuildConfig, Config, Origin, ProfilePreset, Setting, Symbols};

    fn set<T>(value: T) -> Setting<T> {
        Setting { value, origin: Origin::BuildArg("X".to_owned()) }
    }

    fn said(config: &Config, written: &str) -> Vec<String> {
        let tuning = of(config, &toml::from_str(written).unwrap(), "my-dist");
        let split = tuning.split.iter().map(|_| "split".to_owned());
        let variables =
            tuning.variables("my-dist").into_iter().map(|(name, value)| format!("{name}={value}"));
        variables.map(|one| one.replace("CARGO_PROFILE_MY_DIST_", "")).chain(split).collect()
    }

    #[test]
    fn nothing_is_set_where_nobody_asks() {
        assert!(said(&Config::default(), "lto = true").is_empty());
        let build = BuildConfig { symbols: Some(set(Symbols::Auto)), ..BuildConfig::default() };
        assert!(said(&Config { build, ..Config::default() }, "").is_empty());
    }

    #[test]
    fn a_preset_gives_way_to_the_profile() {
        let ship = Config { preset: Some(set(ProfilePreset::Ship)), ..Config::default() };
        let all = ["CODEGEN_UNITS=1", "DEBUG=line-tables-only", "LTO=fat", "STRIP=none", "split"];
        assert_eq!(said(&ship, ""), all);
        assert_eq!(said(&ship, "strip = true\nlto = \"thin\""), ["CODEGEN_UNITS=1"]);
        assert_eq!(said(&ship, "debug = 2\nlto = false"), ["CODEGEN_UNITS=1", "STRIP=none", "split"]);
        let build = BuildConfig { symbols: Some(set(Symbols::Strip)), ..BuildConfig::default() };
        let strip = Config { build, ..ship };
        assert_eq!(said(&strip, "strip = false"), ["CODEGEN_UNITS=1", "LTO=fat", "STRIP=symbols"]);
    }

    #[test]
    fn what_is_split_off_is_there_before() {
        let env = [("CARGO_PROFILE_MY_DIST_DEBUG".to_owned(), "1".to_owned())].into();
        let build =
            BuildConfig { symbols: Some(set(Symbols::Split)), env: Some(set(env)), ..BuildConfig::default() };
        let config = Config { build, ..Config::default() };
        let written = "strip = true\nsplit-debuginfo = \"packed\"";
        assert_eq!(said(&config, written), ["SPLIT_DEBUGINFO=off", "STRIP=none", "split"]);
    }
}
