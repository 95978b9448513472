//! What a build is about: the packages, what is asked for them, and what cargo does with them.

use std::collections::{BTreeMap, BTreeSet};

use super::cargo::Invocation;
use super::command::Command;
use super::cross::Cross;
use super::linker::{self, Linker};
use super::runtime::{self, Runtime};
use super::target::{Goal, Scope, Stage};
use super::tuning::{self, Tuning};
use super::{Chosen, Request, debug, images, libc, paths, rustflags, select, vendor};
use crate::config::{Config, Layers, Origin, Setting, with_rest};
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::name::RelPath;
use crate::project::{Package, Project};
use crate::skeleton::{self, Features, Selection};

/// The packages and what is asked for them.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    /// At least one; exactly one for an image.
    pub(super) packages: Vec<&'a Package>,
    /// Why these.
    pub(super) because: String,
    /// What is asked for them.
    pub(super) config: Config,
    /// The binaries of the image; none where no image comes out.
    pub(super) binaries: Chosen<Vec<String>>,
    /// The binaries that are compiled; none means every target that the command takes by itself.
    pub(super) compiled: Vec<String>,
    /// The command.
    pub(super) command: Command,
    /// The linker that is asked for.
    pub(super) linker: Option<Linker>,
    /// Keys of the profile that are asked for; they are for what ships.
    pub(super) tuning: Tuning,
}

/// Decides what a build for `goal` is about.
///
/// Errors: an unknown or ambiguous package or binary; configuration that cannot be read.
pub(super) fn choose<'a>(project: &'a Project, layers: &Layers, goal: &Goal) -> Checked<Subject<'a>> {
    let mut findings = Findings::default();
    let command = goal.command();
    let Some((packages, because)) = findings.take(packages(project, layers, goal)) else {
        return findings.fail();
    };
    let Some(config) = findings.take(config(project, layers, &packages)) else { return findings.fail() };
    let config = if goal.is_debug() { debug::configured(config) } else { config };
    let (binaries, compiled) = match (goal.scope(), packages.as_slice()) {
        (Scope::Image, [package, ..]) => {
            let binaries = select::binaries(project, package, config.bins.as_ref(), goal);
            let Some(binaries) = findings.take(binaries) else { return findings.fail() };
            let compiled = images::compiled(project, layers, (package, &config), &binaries.value, goal);
            (binaries, compiled)
        }
        _ => {
            let name = goal.stage().map_or("", Stage::name);
            (Chosen { value: Vec::new(), because: format!("--target {name}") }, Vec::new())
        }
    };
    let Some(linker) = findings.take(linker::choose(&config)) else { return findings.fail() };
    let tuning = match command {
        Command::Build => tuning::choose(&config, project, &profile(command, config.profile.as_ref())),
        _ => Tuning::default(),
    };
    tuning::check(&tuning, goal, &mut findings);
    findings.finish(Subject { packages, because, config, binaries, compiled, command, linker, tuning })
}

/// The packages that a build for `goal` is about, and why: that of an image; else the one that somebody names, else
/// those that Cargo takes by itself, which are all members where nothing says otherwise.
pub fn packages<'a>(
    project: &'a Project,
    layers: &Layers,
    goal: &Goal,
) -> Checked<(Vec<&'a Package>, String)> {
    let mut findings = Findings::default();
    if goal.scope() == Scope::Image {
        let Some((package, because)) = findings.take(select::package(project, layers, goal)) else {
            return findings.fail();
        };
        return findings.finish((vec![package], because));
    }
    if let Some(setting) = layers.package() {
        let Some(package) = findings.take(select::named(project, setting)) else { return findings.fail() };
        return findings.finish((vec![package], setting.origin.to_string()));
    }
    let (all, default): (Vec<&Package>, Vec<&Package>) =
        (project.members().collect(), project.default_members().collect());
    // Cargo knows no default members where it formats.
    let may_be_fewer = project.workspace.has_default_members && goal.command() != Command::Fmt;
    if may_be_fewer && !default.is_empty() {
        return findings.finish((default, "default-members".to_owned()));
    }
    findings.finish((all, "all members".to_owned()))
}

/// What is asked for `packages`: what one package says of itself counts where it is alone, or at the root.
pub fn config(project: &Project, layers: &Layers, packages: &[&Package]) -> Checked<Config> {
    match packages {
        [package] => layers.merge((&package.manifest, &package.text)),
        _ => {
            let root = RelPath::new("Cargo.toml").unwrap_or_default();
            layers.merge((&root, &project.workspace.text))
        }
    }
}

impl Subject<'_> {
    /// The packages by name, for people and as the last word for one of them.
    pub(super) fn name(&self) -> String {
        const SHOWN: usize = 3;
        let names: Vec<&str> = self.packages.iter().map(|package| package.name.as_str()).collect();
        if names.len() > SHOWN { format!("{} packages", names.len()) } else { names.join(", ") }
    }

    /// What the names of its mounts are made from: the package, or the fact that it is more than one.
    pub(super) fn owner(&self) -> &str {
        match self.packages.as_slice() {
            [package] => &package.name,
            _ => "workspace",
        }
    }

    /// What is compiled, for the first triple by a compiler of the second.
    pub(super) fn selection(&self, project: &Project, (target, host): (&str, String)) -> Selection {
        let config = &self.config;
        let said = config.build.rustflags.iter().flat_map(|setting| with_rest(&setting.value, &[]));
        let mut selection = Selection {
            packages: self.packages.iter().map(|package| package.name.clone()).collect(),
            features: features(config),
            binaries: self.compiled.iter().cloned().collect::<BTreeSet<String>>(),
            profile: profile(self.command, config.profile.as_ref()),
            target: target.to_owned(),
            host,
            profile_keys: self.tuning.values(),
            rustflags: self.linker.iter().flat_map(Linker::flags).chain(said).collect(),
            tests: self.command.has_tests(),
        };
        if libc::is_dynamic_musl(target, &skeleton::target_flags(project, &selection)) {
            selection.rustflags.splice(..0, libc::STATIC_FLAGS.map(str::to_owned));
        }
        selection
    }

    /// What all of its cargo commands have in common.
    pub(super) fn invocation(
        &self,
        project: &Project,
        selection: &Selection,
        is_locked: bool,
        (variables, cross): (BTreeMap<String, String>, Option<Cross>),
    ) -> Invocation {
        let specification = |package: &&Package| match self.command {
            Command::Fmt => package.name.clone(),
            _ => project.package_specification(package, paths::WORKSPACE),
        };
        // `--all` says it shorter, and includes packages that are no members.
        let is_all = self.command == Command::Fmt && self.packages.len() == project.members().count();
        Invocation {
            command: self.command,
            profile: selection.profile.clone(),
            triple: selection.target.clone(),
            packages: self.packages.iter().filter(|_| !is_all).map(specification).collect(),
            binaries: self.compiled.clone(),
            has_library: self.packages.iter().any(|package| package.library().is_some()),
            has_mirror: vendor::has_mirror(project),
            features: Invocation::feature_arguments(&selection.features),
            locked: is_locked && self.config.locked.as_ref().is_none_or(|setting| setting.value),
            config: rustflags::arguments(project, selection),
            environment: Invocation::environment_for(project.cargo_config.as_ref()),
            variables: self.tuning.variables(&selection.profile).into_iter().chain(variables).collect(),
            cross,
        }
    }

    /// The image; where none comes out, nothing that is asked for images counts.
    pub(super) fn runtime(&self, request: Request<'_>, linkage: Option<&str>) -> Checked<Runtime> {
        let Some(package) = self.packages.first() else { return Err(Vec::new()) };
        let nothing = Config::default();
        let config = if self.binaries.value.is_empty() { &nothing } else { &self.config };
        runtime::choose(config, request, package, &self.binaries.value, linkage)
    }

    /// The line that names the package: what a failing compile of it points at.
    pub(super) fn anchor(&self) -> Option<Span> {
        let [package] = self.packages.as_slice() else { return None };
        let position = package.text.lines().position(|line| line.trim() == "[package]")?;
        let line = u32::try_from(position).ok()?.checked_add(1)?;
        Some(Span { file: package.manifest.clone(), start: line, end: line + 1 })
    }

    /// What is wrong with running here what is compiled for another platform.
    pub(super) fn cannot_run(&self, cross: Option<&Cross>) -> Option<Diagnostic> {
        let cross = cross.filter(|_| self.command == Command::Test)?;
        Some(
            Diagnostic::error(format!(
                "tests for {} cannot run on {}, where the steps run",
                cross.target.platform, cross.builder
            ))
            .hint("Leave `--platform` away, or use a builder of that platform. `--target check` compiles them for it."),
        )
    }
}

/// The configured profile is that of images; a check has cargo's own unless this very build names one.
fn profile(command: Command, setting: Option<&Setting<String>>) -> String {
    let counts = |setting: &&Setting<String>| {
        command == Command::Build || matches!(setting.origin, Origin::BuildArg(_))
    };
    setting.filter(counts).map_or_else(|| command.profile().to_owned(), |setting| setting.value.clone())
}

/// The features that were asked for.
fn features(config: &Config) -> Features {
    Features {
        names: config.features.iter().flat_map(|setting| with_rest(&setting.value, &[])).collect(),
        all: config.all_features.as_ref().is_some_and(|setting| setting.value),
        no_default: config.no_default_features.as_ref().is_some_and(|setting| setting.value),
    }
}

#[cfg(test)]
mod tests {
    use super::profile;
    use crate::config::{Origin, Setting};
    use crate::diagnostic::Span;
    use crate::name::RelPath;
    use crate::plan::command::Command;

    #[test]
    fn a_check_has_a_profile_of_its_own_unless_this_build_names_one() {
        let line = Origin::File(Span::line(RelPath::new("Dockerfile").unwrap(), 2));
        let argument = Origin::BuildArg("PROFILE".to_owned());
        let dist = |origin: &Origin| Some(Setting { value: "dist".to_owned(), origin: origin.clone() });
        for (command, setting, expected) in [
            (Command::Build, None, "release"),
            (Command::Build, dist(&line), "dist"),
            (Command::Test, None, "test"),
            (Command::Test, dist(&line), "test"),
            (Command::Clippy, dist(&line), "dev"),
            (Command::Test, dist(&argument), "dist"),
        ] {
            assert_eq!(profile(command, setting.as_ref()), expected, "{command:?} {setting:?}");
        }
    }
}
