//! The homes of the configuration, read and merged.

use std::collections::BTreeMap;
use std::ops::Range;

use super::build::{BuildConfig, BuildTable};
use super::debug::{DebugConfig, DebugTable};
use super::directives::Directives;
use super::health::{Health, HealthTable};
use super::home::Home;
use super::images::{self, NamedImage, NamedTable};
use super::list::{REST, overlaid, with_rest};
use super::schema::Table;
use super::{Config, FileCopy, FileKey, FileRule, Origin, Sccache, Setting, Spanned, build_args, files};
use crate::diagnostic::{Checked, Findings, Span};
use crate::name::RelPath;

/// Every home of the configuration that is not tied to one package.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    package: Option<Setting<String>>,
    build_args: Config,
    definition: Config,
    workspace: Config,
    /// What the image that is built has of its own; empty for the default image.
    image: Config,
    /// Every `[images.…]`.
    images: BTreeMap<String, NamedImage>,
    /// What was read, for [`Layers::said`].
    pub(super) arguments: BTreeMap<String, String>,
    pub(super) definition_text: Option<(RelPath, String)>,
    pub(super) root_text: Option<(RelPath, String)>,
    directives: Directives,
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
        let mut layers = Self {
            build_args: build_args::read(arguments, &mut findings),
            arguments: arguments.clone(),
            definition_text: definition.map(|(file, text)| (file.clone(), text.to_owned())),
            root_text: Some((root.0.clone(), root.1.to_owned())),
            ..Self::default()
        };
        let mut package = arguments
            .get(build_args::PACKAGE)
            .filter(|value| !value.is_empty() && value.as_str() != "auto")
            .map(|value| Setting {
                value: value.clone(),
                origin: Origin::BuildArg(build_args::PACKAGE.to_owned()),
            });

        if let Some((file, text)) = definition {
            layers.directives = Directives::read(text);
            findings.extend(layers.directives.without_effect(file));
            let source = Source { file, text };
            if let Some(table) = source.home("the configuration").read_all(&mut findings) {
                package = package.or_else(|| source.setting(table.package.clone()));
                layers.images = source.images(&table);
                layers.definition = source.config(table);
            }
        }
        let source = Source { file: root.0, text: root.1 };
        if let Some(table) = source.metadata("workspace", &mut findings) {
            package = package.or_else(|| source.setting(table.package.clone()));
            layers.images = images::or(std::mem::take(&mut layers.images), source.images(&table));
            layers.workspace = source.config(table);
        }
        layers.package = package;
        findings.finish(layers)
    }

    /// Adds the images that a member's own manifest declares; they are of that package unless they say otherwise.
    pub fn add_images_of(&mut self, package: &str, manifest: (&RelPath, &str)) -> Checked<()> {
        let mut findings = Findings::default();
        let source = Source { file: manifest.0, text: manifest.1 };
        if let Some(table) = source.metadata("package", &mut findings) {
            let mut own = source.images(&table);
            for image in own.values_mut() {
                let origin = image.origin.clone();
                image.package.get_or_insert(Setting { value: package.to_owned(), origin });
            }
            self.images = images::or(std::mem::take(&mut self.images), own);
        }
        findings.finish(())
    }

    /// The definition file's directive `check`, which says how `--check` judges.
    #[must_use]
    pub fn check(&self) -> Option<&str> {
        self.directives.check.as_deref()
    }

    /// Every image that has a name of its own.
    #[must_use]
    pub fn images(&self) -> &BTreeMap<String, NamedImage> {
        &self.images
    }

    /// The configuration of the image `name`, which may be that of a binary.
    #[must_use]
    pub fn of_image(&self, name: &str, is_binary: bool) -> Self {
        let mut layers = self.clone();
        let Some(image) = self.images.get(name) else { return layers };
        layers.image = image.config.clone();
        if layers.image.bins.is_none() && is_binary {
            layers.image.bins = Some(Setting { value: vec![name.to_owned()], origin: image.origin.clone() });
        }
        let is_above = |setting: &&Setting<String>| matches!(setting.origin, Origin::BuildArg(_));
        let argument = self.package.as_ref().filter(is_above).cloned();
        layers.package = argument.or_else(|| image.package.clone()).or_else(|| self.package.clone());
        layers
    }

    /// The package that was asked for.
    #[must_use]
    pub fn package(&self) -> Option<&Setting<String>> {
        self.package.as_ref()
    }

    /// The binaries that were asked for outside of any package's own manifest.
    #[must_use]
    pub fn bins(&self) -> Option<&Setting<Vec<String>>> {
        let above = self.build_args.bins.as_ref().or(self.image.bins.as_ref());
        above.or(self.definition.bins.as_ref()).or(self.workspace.bins.as_ref())
    }

    /// Merges everything with the metadata table of one package's manifest.
    pub fn merge(&self, manifest: (&RelPath, &str)) -> Checked<Config> {
        let mut findings = Findings::default();
        let source = Source { file: manifest.0, text: manifest.1 };
        let package =
            source.metadata("package", &mut findings).map(|table| source.config(table)).unwrap_or_default();
        let merged = [&self.image, &self.definition, &package, &self.workspace]
            .into_iter()
            .fold(self.build_args.clone(), |above, below| above.or(below.clone()));
        findings.finish(merged)
    }
}

impl Config {
    /// This configuration, with `below` for what it leaves open.
    pub(super) fn or(self, below: Self) -> Self {
        Self {
            bins: list_or(self.bins, below.bins),
            features: list_or(self.features, below.features),
            all_features: self.all_features.or(below.all_features),
            no_default_features: self.no_default_features.or(below.no_default_features),
            profile: self.profile.or(below.profile),
            preset: self.preset.or(below.preset),
            locked: self.locked.or(below.locked),
            target: self.target.or(below.target),
            channel: self.channel.or(below.channel),
            toolchain_image: self.toolchain_image.or(below.toolchain_image),
            components: list_or(self.components, below.components),
            toolchain_targets: list_or(self.toolchain_targets, below.toolchain_targets),
            build: self.build.or(below.build),
            assets: below.assets.into_iter().chain(self.assets).collect(),
            cache_mode: self.cache_mode.or(below.cache_mode),
            cache_namespace: self.cache_namespace.or(below.cache_namespace),
            cache_trust: self.cache_trust.or(below.cache_trust),
            sccache: self.sccache.or(below.sccache),
            base: self.base.or(below.base),
            image_packages: list_or(self.image_packages, below.image_packages),
            user: self.user.or(below.user),
            workdir: self.workdir.or(below.workdir),
            entrypoint: list_or(self.entrypoint, below.entrypoint),
            cmd: list_or(self.cmd, below.cmd),
            env: overlaid(self.env, below.env),
            expose: list_or(self.expose, below.expose),
            volumes: list_or(self.volumes, below.volumes),
            labels: overlaid(self.labels, below.labels),
            stop_signal: self.stop_signal.or(below.stop_signal),
            healthcheck: self.healthcheck.or(below.healthcheck),
            init: self.init.or(below.init),
            files: files::or(self.files, below.files),
            debug: self.debug.or(below.debug),
        }
    }
}

/// The list of the higher home; `"..."` in it stands for that of the lower one, and where that has none, for what the
/// planner finds.
pub(super) fn list_or(
    above: Option<Setting<Vec<String>>>,
    below: Option<Setting<Vec<String>>>,
) -> Option<Setting<Vec<String>>> {
    match (above, below) {
        (Some(above), Some(below)) if above.value.iter().any(|item| item == REST) => {
            Some(Setting { value: with_rest(&above.value, &below.value), origin: above.origin })
        }
        (above, below) => above.or(below),
    }
}

/// A file that holds a table of ours.
struct Source<'a> {
    file: &'a RelPath,
    text: &'a str,
}

impl Source<'_> {
    fn home<'a>(&'a self, what: &'a str) -> Home<'a> {
        Home { file: self.file, text: self.text, what }
    }

    /// The table of ours in the table `section` of a manifest.
    fn metadata(&self, section: &str, findings: &mut Findings) -> Option<Table> {
        self.home("`metadata.supercargo`").read_below(&[section, "metadata", "supercargo"], findings)
    }

    fn setting<T>(&self, spanned: Option<Spanned<T>>) -> Option<Setting<T>> {
        let spanned = spanned?;
        let origin = Origin::File(self.span(spanned.span()));
        Some(Setting { value: spanned.into_inner(), origin })
    }

    fn span(&self, bytes: Range<usize>) -> Span {
        Span::of_bytes(self.file.clone(), self.text, bytes)
    }

    fn images(&self, table: &Table) -> BTreeMap<String, NamedImage> {
        let named = table.images.iter().map(|(name, image)| {
            let origin = Origin::File(self.span(image.span()));
            let NamedTable { selection, image } = image.get_ref().clone();
            let package = self.setting(selection.package);
            let config = self.config(Table {
                bin: selection.bin,
                features: selection.features,
                all_features: selection.all_features,
                no_default_features: selection.no_default_features,
                profile: selection.profile,
                image,
                ..Table::default()
            });
            (name.clone(), NamedImage { origin, package, config })
        });
        named.collect()
    }

    fn build(&self, table: BuildTable) -> BuildConfig {
        BuildConfig {
            packages: self.setting(table.packages),
            secrets: self.setting(table.secrets),
            env: self.setting(table.env),
            args: self.setting(table.args),
            network: self.setting(table.network),
            rustflags: self.setting(table.rustflags),
            linker: self.setting(table.linker),
            symbols: self.setting(table.symbols),
            jobs: self
                .setting(table.jobs)
                .map(|setting| Setting { value: setting.value.get(), origin: setting.origin }),
            include: self.setting(table.include),
            git: self.setting(table.git),
            hooks: self.setting(table.hook).map(|hooks| Setting {
                value: hooks.value.into_iter().filter_map(|hook| self.setting(Some(hook))).collect(),
                origin: hooks.origin,
            }),
        }
    }

    fn config(&self, table: Table) -> Config {
        let Table {
            bin,
            features,
            all_features,
            no_default_features,
            profile,
            preset,
            locked,
            target,
            toolchain,
            build,
            assets,
            cache,
            image,
            ..
        } = table;
        Config {
            bins: self
                .setting(bin)
                .map(|setting| Setting { value: setting.value.names(), origin: setting.origin }),
            features: self.setting(features),
            all_features: self.setting(all_features),
            no_default_features: self.setting(no_default_features),
            profile: self.setting(profile),
            preset: self.setting(preset),
            locked: self.setting(locked),
            target: self.setting(target),
            channel: self.setting(toolchain.channel),
            toolchain_image: self.setting(toolchain.image),
            components: self.setting(toolchain.components),
            toolchain_targets: self.setting(toolchain.targets),
            build: self.build(build),
            assets: assets
                .into_iter()
                .filter_map(|(name, asset)| Some((name, self.setting(Some(asset))?)))
                .collect(),
            cache_mode: self.setting(cache.mode),
            cache_namespace: self.setting(cache.namespace),
            cache_trust: self.setting(cache.trust),
            sccache: self.setting(cache.sccache).map(|setting| Setting {
                value: Sccache::from_key(setting.value, |bytes| self.span(bytes)),
                origin: setting.origin,
            }),
            base: self.setting(image.base),
            image_packages: self.setting(image.packages),
            user: self.setting(image.user),
            workdir: self.setting(image.workdir),
            entrypoint: self.setting(image.entrypoint),
            cmd: self.setting(image.cmd),
            env: self.setting(image.env),
            expose: self.setting(image.expose).map(|setting| Setting {
                value: setting.value.iter().map(super::schema::Port::to_docker).collect(),
                origin: setting.origin,
            }),
            volumes: self.setting(image.volumes),
            labels: self.setting(image.labels),
            stop_signal: self.setting(image.stop_signal),
            healthcheck: self
                .setting(image.healthcheck)
                .map(|setting| Setting { value: self.health(setting.value), origin: setting.origin })
                .filter(|setting| setting.value != Health::default()),
            init: self.setting(image.init),
            files: self.setting(image.files).map(|setting| Setting {
                value: setting.value.into_iter().map(|key| self.file_rule(key)).collect(),
                origin: setting.origin,
            }),
            debug: self.debug(image.debug),
        }
    }

    fn debug(&self, table: DebugTable) -> DebugConfig {
        DebugConfig { base: self.setting(table.base), packages: self.setting(table.packages) }
    }

    fn health(&self, table: HealthTable) -> Health {
        Health {
            http: self.setting(table.http),
            tcp: self.setting(table.tcp),
            cmd: self.setting(table.cmd),
            interval: self.setting(table.interval),
            timeout: self.setting(table.timeout),
            start_period: self.setting(table.start_period),
            retries: self.setting(table.retries),
        }
    }

    fn file_rule(&self, key: FileKey) -> FileRule {
        let FileKey::Copy(table) = key else { return FileRule::Inherited };
        let place = |bytes| Origin::File(self.span(bytes));
        FileRule::Copy(Box::new(FileCopy {
            from: Setting { origin: place(table.from.span()), value: table.from.into_inner().names() },
            to: Setting { origin: place(table.to.span()), value: table.to.into_inner() },
            owner: self.setting(table.owner),
            mode: self.setting(table.mode),
        }))
    }
}
