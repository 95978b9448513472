//! The homes of the configuration, read and merged.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::build::{BuildConfig, BuildNetwork, BuildTable, GitData};
use super::schema::{CacheMode, Table};
use super::{Config, Origin, Sccache, Setting, build_args};
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::name::RelPath;

/// Every home of the configuration that is not tied to one package.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    package: Option<Setting<String>>,
    build_args: Config,
    definition: Config,
    workspace: Config,
}

/// A manifest, as far as this frontend's tables are concerned.
#[derive(Deserialize)]
struct Manifest {
    package: Option<Section>,
    workspace: Option<Section>,
}

#[derive(Deserialize)]
struct Section {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    supercargo: Option<Table>,
}

impl Layers {
    /// Reads build-args, the definition file's body and the workspace's metadata table.
    ///
    /// `definition` is the definition file with its name, or `None` if it has no body of ours; `root` is the
    /// workspace's root manifest.
    pub fn read(
        arguments: &BTreeMap<String, String>,
        definition: Option<(&RelPath, &str)>,
        root: (&RelPath, &str),
    ) -> Checked<Self> {
        let mut findings = Findings::default();
        let mut layers = Self { build_args: build_args::read(arguments, &mut findings), ..Self::default() };
        let mut package = arguments
            .get(build_args::PACKAGE)
            .filter(|value| !value.is_empty() && value.as_str() != "auto")
            .map(|value| Setting {
                value: value.clone(),
                origin: Origin::BuildArg(build_args::PACKAGE.to_owned()),
            });

        if let Some((file, text)) = definition {
            let table = toml::from_str::<Table>(text).map_err(|error| definition_error(file, text, &error));
            match table {
                Ok(table) => {
                    let source = Source { file, text };
                    package = package.or_else(|| source.text(table.package.clone()));
                    layers.definition = source.config(table);
                }
                Err(diagnostic) => findings.push(diagnostic),
            }
        }
        let source = Source { file: root.0, text: root.1 };
        if let Some(table) = source.metadata(|manifest| manifest.workspace, &mut findings) {
            package = package.or_else(|| source.text(table.package.clone()));
            layers.workspace = source.config(table);
        }
        layers.package = package;
        findings.finish(layers)
    }

    /// The package that was asked for.
    #[must_use]
    pub fn package(&self) -> Option<&Setting<String>> {
        self.package.as_ref()
    }

    /// The binaries that were asked for outside of any package's own manifest.
    #[must_use]
    pub fn bins(&self) -> Option<&Setting<Vec<String>>> {
        self.build_args.bins.as_ref().or(self.definition.bins.as_ref()).or(self.workspace.bins.as_ref())
    }

    /// Merges everything with the metadata table of one package's manifest.
    pub fn merge(&self, manifest: (&RelPath, &str)) -> Checked<Config> {
        let mut findings = Findings::default();
        let source = Source { file: manifest.0, text: manifest.1 };
        let package = source
            .metadata(|manifest| manifest.package, &mut findings)
            .map(|table| source.config(table))
            .unwrap_or_default();
        let merged = [&self.definition, &package, &self.workspace]
            .into_iter()
            .fold(self.build_args.clone(), |above, below| above.or(below.clone()));
        findings.finish(merged)
    }
}

impl Config {
    /// This configuration, with `below` for what it leaves open.
    fn or(self, below: Self) -> Self {
        Self {
            bins: self.bins.or(below.bins),
            features: self.features.or(below.features),
            all_features: self.all_features.or(below.all_features),
            no_default_features: self.no_default_features.or(below.no_default_features),
            profile: self.profile.or(below.profile),
            channel: self.channel.or(below.channel),
            toolchain_image: self.toolchain_image.or(below.toolchain_image),
            build: self.build.or(below.build),
            cache_mode: self.cache_mode.or(below.cache_mode),
            cache_namespace: self.cache_namespace.or(below.cache_namespace),
            sccache: self.sccache.or(below.sccache),
            base: self.base.or(below.base),
            user: self.user.or(below.user),
            workdir: self.workdir.or(below.workdir),
            entrypoint: self.entrypoint.or(below.entrypoint),
            cmd: self.cmd.or(below.cmd),
            env: self.env.or(below.env),
            expose: self.expose.or(below.expose),
            volumes: self.volumes.or(below.volumes),
            labels: self.labels.or(below.labels),
            stop_signal: self.stop_signal.or(below.stop_signal),
        }
    }
}

/// A file that holds a table of ours.
struct Source<'a> {
    file: &'a RelPath,
    text: &'a str,
}

impl Source<'_> {
    fn metadata(
        &self,
        section: impl Fn(Manifest) -> Option<Section>,
        findings: &mut Findings,
    ) -> Option<Table> {
        match toml::from_str::<Manifest>(self.text) {
            Ok(manifest) => section(manifest)?.metadata?.supercargo,
            Err(error) => {
                findings.push(located(self.file, self.text, &error, "`metadata.supercargo`"));
                None
            }
        }
    }

    fn setting<T>(&self, spanned: Option<Spanned<T>>) -> Option<Setting<T>> {
        let spanned = spanned?;
        let origin = Origin::File(self.span(spanned.span()));
        Some(Setting { value: spanned.into_inner(), origin })
    }

    /// A text setting; `auto` counts as not set.
    fn text(&self, spanned: Option<Spanned<String>>) -> Option<Setting<String>> {
        self.setting(spanned).filter(|setting| setting.value != "auto")
    }

    fn span(&self, bytes: Range<usize>) -> Span {
        Span::of_bytes(self.file.clone(), self.text, bytes)
    }

    fn build(&self, table: BuildTable) -> BuildConfig {
        BuildConfig {
            env: self.setting(table.env),
            args: self.setting(table.args),
            network: self.setting(table.network).filter(|setting| setting.value != BuildNetwork::Auto),
            rustflags: self.setting(table.rustflags),
            jobs: self
                .setting(table.jobs)
                .and_then(|setting| Some(Setting { value: setting.value.0?, origin: setting.origin })),
            include: self.setting(table.include),
            git: self.setting(table.git).filter(|setting| setting.value != GitData::Auto),
        }
    }

    fn config(&self, table: Table) -> Config {
        let Table {
            bin,
            features,
            all_features,
            no_default_features,
            profile,
            toolchain,
            build,
            cache,
            image,
            ..
        } = table;
        Config {
            bins: self
                .setting(bin)
                .map(|setting| Setting { value: setting.value.names(), origin: setting.origin })
                .filter(|setting| setting.value != ["auto"]),
            features: self.setting(features),
            all_features: self.setting(all_features),
            no_default_features: self.setting(no_default_features),
            profile: self.text(profile),
            channel: self.text(toolchain.channel),
            toolchain_image: self.text(toolchain.image),
            build: self.build(build),
            cache_mode: self.setting(cache.mode).filter(|setting| setting.value != CacheMode::Auto),
            cache_namespace: self.text(cache.namespace),
            sccache: self.setting(cache.sccache).and_then(|setting| {
                Sccache::from_key(setting.value, |bytes| self.span(bytes))
                    .map(|value| Setting { value, origin: setting.origin })
            }),
            base: self.text(image.base),
            user: self.text(image.user),
            workdir: self.text(image.workdir),
            entrypoint: self.setting(image.entrypoint),
            cmd: self.setting(image.cmd),
            env: self.setting(image.env),
            expose: self.setting(image.expose).map(|setting| Setting {
                value: setting.value.iter().map(super::schema::Port::to_docker).collect(),
                origin: setting.origin,
            }),
            volumes: self.setting(image.volumes),
            labels: self.setting(image.labels),
            stop_signal: self.text(image.stop_signal),
        }
    }
}

fn located(file: &RelPath, text: &str, error: &toml::de::Error, what: &str) -> Diagnostic {
    let mut message = error.message().to_owned();
    let mut hint = None;
    // toml words an unknown key as "unknown field `x`, expected one of `a`, `b`": the list is for the hint.
    if let Some((fault, expected)) =
        error.message().strip_prefix("unknown field").and_then(|rest| rest.split_once(", expected "))
    {
        message = format!("unknown key{fault}");
        hint = Some(format!("Here {what} may hold {}.", expected.trim_start_matches("one of ")));
    }
    let diagnostic = Diagnostic::error(format!("failed to read {what} in `{file}`: {message}"));
    let diagnostic = match error.span() {
        Some(bytes) => diagnostic.at(Span::of_bytes(file.clone(), text, bytes)),
        None => diagnostic,
    };
    match hint {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

/// A definition file that is no TOML is most likely a Dockerfile of instructions.
fn definition_error(file: &RelPath, text: &str, error: &toml::de::Error) -> Diagnostic {
    let diagnostic = located(file, text, error, "the configuration");
    let is_instructions = text.lines().any(|line| {
        let word = line.split_whitespace().next().unwrap_or_default();
        matches!(
            word.to_ascii_uppercase().as_str(),
            "FROM" | "RUN" | "COPY" | "WORKDIR" | "ENTRYPOINT" | "CMD"
        ) && !line.contains('=')
    });
    if is_instructions {
        diagnostic.hint("Below the syntax line Supercargo reads TOML and no Dockerfile instructions; the line alone is enough.")
    } else {
        diagnostic
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Layers;
    use crate::config::Config;
    use crate::name::RelPath;

    fn merged(arguments: &[(&str, &str)], definition: &str, manifest: &str) -> Result<Config, String> {
        let arguments: BTreeMap<String, String> =
            arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let file = RelPath::new("Dockerfile").unwrap();
        let root = RelPath::new("Cargo.toml").unwrap();
        Layers::read(&arguments, Some((&file, definition)), (&root, manifest))
            .and_then(|layers| layers.value.merge((&root, manifest)))
            .map(|config| config.value)
            .map_err(|errors| {
                let error = errors.into_iter().next().unwrap();
                let line = error.span.map_or(0, |span| span.start);
                format!("{line}: {} | {}", error.message, error.hints.join(" "))
            })
    }

    const MANIFEST: &str = "[package]\nname = \"a\"\n[package.metadata.supercargo]\nprofile = \"package\"\nfeatures = [\"p\"]\n\
                            [workspace.metadata.supercargo]\nprofile = \"workspace\"\n[workspace.metadata.supercargo.image]\nuser = \"7\"\n";

    #[test]
    fn higher_homes_win_key_by_key() {
        let config = merged(&[("PROFILE", "arg")], "# syntax=x\nprofile = \"body\"\n", MANIFEST).unwrap();
        assert_eq!(config.profile.unwrap().value, "arg");
        assert_eq!(config.features.unwrap().value, ["p"]);
        assert_eq!(config.user.unwrap().value, "7");
        let body = "# syntax=x\nprofile = \"auto\"\nbin = \"auto\"\n";
        let config = merged(&[("PROFILE", "auto")], body, MANIFEST).unwrap();
        assert_eq!(config.bins, None);
        let profile = config.profile.unwrap();
        assert_eq!(
            (profile.value.as_str(), profile.origin.to_string().as_str()),
            ("package", "Cargo.toml:4")
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_known_ones() {
        let error = merged(&[], "# syntax=x\nprofil = \"x\"\n", "").unwrap_err();
        assert!(
            error.starts_with("2: failed to read the configuration in `Dockerfile`: unknown key `profil`"),
            "{error}"
        );
        assert!(error.contains("`profile`"), "{error}");
    }

    #[test]
    fn instructions_are_recognised() {
        let error = merged(&[], "# syntax=x\nFROM rust:1\n", "").unwrap_err();
        assert!(error.contains("no Dockerfile instructions"), "{error}");
    }

    #[test]
    fn a_wrong_type_is_an_error_with_its_line() {
        let error = merged(&[], "# syntax=x\n\nfeatures = 3\n", "").unwrap_err();
        assert!(error.starts_with("3: "), "{error}");
    }
}
