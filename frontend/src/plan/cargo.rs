//! The one value from which every cargo command line is rendered.
//!
//! `[deps]` and `[build]` must agree in profile, triple, environment and features, or Cargo compiles dependencies
//! twice. They agree because both are rendered from an [`Invocation`].

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::command::Command;
use super::cross::Cross;
use super::{paths, sbom, vendor};
use crate::project::CargoConfig;
use crate::skeleton::Features;

/// What all cargo commands of one build have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invocation {
    /// What becomes of the user's code.
    #[serde(skip_serializing_if = "Command::is_build")]
    pub command: Command,
    /// `--profile`.
    pub profile: String,
    /// `--target`, given even if it is the compiler's own: then `RUSTFLAGS` never reach build scripts, and native
    /// and cross builds are the same.
    pub triple: String,
    /// `--package`, each, spelled so that no other package can be meant; none of a command on all of them.
    #[serde(rename = "package", serialize_with = "one_or_many")]
    pub packages: Vec<String>,
    /// `--bin`, each.
    pub binaries: Vec<String>,
    /// Whether one of the packages has a library.
    #[serde(skip)]
    pub has_library: bool,
    /// Whether crates come from a mirror that Cargo's configuration names.
    #[serde(skip)]
    pub has_mirror: bool,
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
        let edges = if self.command.has_tests() { "normal,build,dev" } else { "normal,build" };
        self.resolved(&["--edges", edges, "--depth", "0"])
    }

    /// Names every crate that is compiled for the binaries, or only what is linked into them, and what each depends on.
    #[must_use]
    pub fn tree(&self, only_linked: bool) -> Vec<String> {
        let edges = if only_linked { "normal,no-proc-macro" } else { "normal,build" };
        self.resolved(&["--edges", edges, "--prefix", "depth", "--format", sbom::FORMAT])
    }

    /// `cargo tree` with these arguments, on what the build resolves.
    fn resolved(&self, arguments: &[&str]) -> Vec<String> {
        let mut command = words(&["cargo", "tree", "--quiet"]);
        command.extend(words(arguments));
        command.extend(words(&["--target", &self.triple]));
        command.extend(self.package_arguments());
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
        let mut command = self.offline(self.command.of_dependencies());
        command.extend_from_slice(selection);
        command
    }

    /// What becomes of the real sources: the binaries, or what a check says of them.
    #[must_use]
    pub fn build(&self) -> Vec<String> {
        let mut command = self.offline(&[self.command.word()]);
        if self.locked {
            command.push("--locked".to_owned());
        }
        command.extend(self.package_arguments());
        command.extend(words(self.command.arguments(self.has_library)));
        for binary in &self.binaries {
            command.extend(words(&["--bin", binary]));
        }
        command.extend_from_slice(&self.features);
        command
    }

    /// The same with cargo's report of where the time went.
    #[must_use]
    pub fn timings(&self) -> Vec<String> {
        let mut command = self.build();
        command.push("--timings".to_owned());
        command
    }

    /// Copies the sources of every crate of the lockfile to `vendor`, and prints what Cargo's configuration must say of
    /// them.
    #[must_use]
    pub fn vendor(&self) -> Vec<String> {
        let mut command = words(&["cargo", "vendor"]);
        if self.locked {
            command.push("--locked".to_owned());
        }
        if self.has_mirror {
            command.push("--respect-source-config".to_owned());
        }
        command.push(vendor::DIRECTORY.to_owned());
        command
    }

    /// Compares the sources with what rustfmt makes of them, and changes nothing.
    #[must_use]
    pub fn format(&self) -> Vec<String> {
        let mut command = words(&["cargo", "fmt"]);
        if self.packages.is_empty() {
            command.push("--all".to_owned());
        }
        command.extend(self.package_arguments());
        // Behind the dashes, because older releases know it of rustfmt alone.
        command.extend(words(&["--", "--check"]));
        command
    }

    fn package_arguments(&self) -> impl Iterator<Item = String> {
        self.packages.iter().flat_map(|package| ["--package".to_owned(), package.clone()])
    }

    fn offline(&self, subcommand: &[&str]) -> Vec<String> {
        let mut command = words(&["cargo"]);
        command.extend(words(subcommand));
        command.extend(words(&[
            "--offline",
            "--message-format=json-render-diagnostics",
            "--profile",
            &self.profile,
            "--target",
            &self.triple,
        ]));
        for value in &self.config {
            command.extend(words(&["--config", value]));
        }
        command
    }
}

/// One package is a text, as it is for every image.
fn one_or_many<S: Serializer>(packages: &Vec<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match packages.as_slice() {
        [package] => serializer.serialize_str(package),
        _ => packages.serialize(serializer),
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::Invocation;
    use crate::plan::command::Command;

    fn invocation(command: Command) -> Invocation {
        Invocation {
            command,
            profile: command.profile().to_owned(),
            triple: "t".to_owned(),
            packages: vec!["api".to_owned()],
            binaries: if command == Command::Build { vec!["api".to_owned()] } else { Vec::new() },
            has_library: false,
            has_mirror: false,
            features: vec!["--features".to_owned(), "a,b".to_owned()],
            locked: true,
            config: vec!["a=1".to_owned()],
            environment: Invocation::environment(),
            variables: [("A".to_owned(), "1".to_owned())].into(),
            cross: None,
        }
    }

    #[test]
    fn vendoring_follows_a_mirror_and_keeps_the_lockfile() {
        let plain = invocation(Command::Build);
        assert_eq!(plain.vendor().join(" "), "cargo vendor --locked vendor");
        let other = Invocation { has_mirror: true, locked: false, ..plain };
        assert_eq!(other.vendor().join(" "), "cargo vendor --respect-source-config vendor");
    }

    #[test]
    fn formatting_is_of_everything_unless_somebody_names_a_package() {
        let one = invocation(Command::Fmt);
        assert_eq!(one.format().join(" "), "cargo fmt --package api -- --check");
        let all = Invocation { packages: Vec::new(), ..one };
        assert_eq!(all.format().join(" "), "cargo fmt --all -- --check");
    }

    #[test]
    fn deps_and_what_follows_share_everything_but_the_selection() {
        let format = "--message-format=json-render-diagnostics";
        for (command, deps, own, profile, targets) in [
            (Command::Build, "build", "build", "release", " --bin api"),
            (Command::Test, "test --no-run", "test", "test", ""),
            (Command::Check, "check", "check", "dev", " --bins --tests --examples"),
            (Command::Clippy, "check", "clippy", "dev", " --bins --tests --examples"),
            (Command::Doc, "check", "doc", "dev", " --no-deps"),
        ] {
            let shared = format!("--offline {format} --profile {profile} --target t --config a=1");
            let invocation = invocation(command);
            assert_eq!(
                invocation.deps(&["--lib".to_owned()]).join(" "),
                format!("cargo {deps} {shared} --lib")
            );
            assert_eq!(
                invocation.build().join(" "),
                format!("cargo {own} {shared} --locked --package api{targets} --features a,b")
            );
        }
    }
}
