//! The one value from which every cargo command line is rendered.
//!
//! `[deps]` and `[build]` must agree in profile, triple, environment and features, or Cargo compiles dependencies
//! twice. They agree because both are rendered from an [`Invocation`].

use std::collections::BTreeMap;

use serde::Serialize;

use super::cross::Cross;
use super::paths;
use crate::project::CargoConfig;
use crate::skeleton::Features;

/// What all cargo commands of one build have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invocation {
    /// `--profile`.
    pub profile: String,
    /// `--target`, given even if it is the compiler's own: then `RUSTFLAGS` never reach build scripts, and native
    /// and cross builds are the same.
    pub triple: String,
    /// `--package`, spelled so that no other package can be meant.
    pub package: String,
    /// `--bin`, each.
    pub binaries: Vec<String>,
    /// `--features` and its relatives, as arguments.
    pub features: Vec<String>,
    /// Whether the lockfile is the user's own and must stay as it is.
    pub locked: bool,
    /// `--config`, each: the flags for rustc that come after those of Cargo's configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<String>,
    /// The environment of every step, on top of the toolchain image's.
    pub environment: BTreeMap<String, String>,
    /// What compile steps have besides, for rustc and build scripts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// What is different because the steps run on another platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross: Option<Cross>,
}

impl Invocation {
    /// The environment that every step needs.
    #[must_use]
    pub fn environment() -> BTreeMap<String, String> {
        let variables = [
            ("CARGO_HOME", paths::CARGO_HOME),
            ("CARGO_TARGET_DIR", paths::TARGET),
            // Set because its default differs between versions of Cargo.
            ("CARGO_INCREMENTAL", "0"),
        ];
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The environment for a project with this configuration of Cargo's.
    #[must_use]
    pub fn environment_for(config: Option<&CargoConfig>) -> BTreeMap<String, String> {
        let mut environment = Self::environment();
        if config.is_some_and(|config| config.get(&["build", "build-dir"]).is_some()) {
            // Otherwise the last compile would look for the dependencies there.
            environment.insert("CARGO_BUILD_BUILD_DIR".to_owned(), paths::TARGET.to_owned());
        }
        environment
    }

    /// The arguments for a selection of features.
    #[must_use]
    pub fn feature_arguments(features: &Features) -> Vec<String> {
        let mut arguments = Vec::new();
        if features.all {
            arguments.push("--all-features".to_owned());
        }
        if features.no_default {
            arguments.push("--no-default-features".to_owned());
        }
        if !features.names.is_empty() {
            let names: Vec<&str> = features.names.iter().map(String::as_str).collect();
            arguments.extend(["--features".to_owned(), names.join(",")]);
        }
        arguments
    }

    /// The triple that build scripts and procedural macros are compiled for.
    #[must_use]
    pub fn host(&self) -> &str {
        self.cross.as_ref().map_or(&self.triple, |cross| &cross.host)
    }

    /// Downloads what the skeleton's lockfile names and `triple` can use.
    #[must_use]
    pub fn fetch(triple: &str) -> Vec<String> {
        words(&["cargo", "fetch", "--target", triple])
    }

    /// Unpacks what [`Invocation::fetch`] downloaded.
    #[must_use]
    pub fn unpack(triple: &str) -> Vec<String> {
        words(&["cargo", "fetch", "--offline", "--target", triple])
    }

    /// Downloads what Cargo asks for before it compiles the binaries, and says little.
    ///
    /// That is more than it compiles: the index entries of the whole lockfile, and crates that a dev-dependency alone
    /// activates as a feature of another. `cargo tree` asks for exactly what `cargo build` does.
    #[must_use]
    pub fn complete(&self) -> Vec<String> {
        let mut command = words(&["cargo", "tree", "--quiet", "--edges", "normal,build", "--depth", "0"]);
        command.extend(words(&["--target", &self.triple, "--package", &self.package]));
        if self.locked {
            command.push("--locked".to_owned());
        }
        command.extend_from_slice(&self.features);
        for value in &self.config {
            command.extend(words(&["--config", value]));
        }
        command
    }

    /// Compiles the skeleton; `selection` names its targets.
    #[must_use]
    pub fn deps(&self, selection: &[String]) -> Vec<String> {
        let mut command = self.build_offline();
        command.extend_from_slice(selection);
        command
    }

    /// Compiles the binaries from the real sources.
    #[must_use]
    pub fn build(&self) -> Vec<String> {
        let mut command = self.build_offline();
        if self.locked {
            command.push("--locked".to_owned());
        }
        command.extend(words(&["--package", &self.package]));
        for binary in &self.binaries {
            command.extend(words(&["--bin", binary]));
        }
        command.extend_from_slice(&self.features);
        command
    }

    fn build_offline(&self) -> Vec<String> {
        let mut command = words(&[
            "cargo",
            "build",
            "--offline",
            "--message-format=json-render-diagnostics",
            "--profile",
            &self.profile,
            "--target",
            &self.triple,
        ]);
        for value in &self.config {
            command.extend(words(&["--config", value]));
        }
        command
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::Invocation;

    #[test]
    fn deps_and_build_share_everything_but_the_selection() {
        let invocation = Invocation {
            profile: "release".to_owned(),
            triple: "t".to_owned(),
            package: "api".to_owned(),
            binaries: vec!["api".to_owned()],
            features: vec!["--features".to_owned(), "a,b".to_owned()],
            locked: true,
            config: vec!["a=1".to_owned()],
            environment: Invocation::environment(),
            variables: [("A".to_owned(), "1".to_owned())].into(),
            cross: None,
        };
        let shared = "cargo build --offline --message-format=json-render-diagnostics --profile release --target t --config a=1";
        assert_eq!(invocation.deps(&["--lib".to_owned()]).join(" "), format!("{shared} --lib"));
        assert_eq!(
            invocation.build().join(" "),
            format!("{shared} --locked --package api --bin api --features a,b")
        );
    }
}
