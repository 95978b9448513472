//! Native libraries: what of the system the crates need, when they are compiled and when the program runs.

mod linking;
mod musl;
mod packages;
mod table;

use serde::Serialize;

use super::Chosen;
use super::cross::Cross;
use super::linker;
use crate::config::{Config, REST, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::project::Project;
use crate::skeleton::{self, Crate, Crates, Selection};

pub use packages::{Names, SystemPackages};
pub use table::{Entry, table};

/// The packages that are installed for a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Native {
    /// In the toolchain image, before anything is compiled.
    #[serde(skip_serializing_if = "SystemPackages::is_empty")]
    pub build: SystemPackages,
    /// In the image.
    #[serde(skip_serializing_if = "SystemPackages::is_empty")]
    pub image: SystemPackages,
    /// How those come into it.
    #[serde(skip_serializing_if = "Origin::is_base")]
    pub image_from: Origin,
}

/// Where the packages of an image are from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The base's package manager installs them.
    #[default]
    Base,
    /// The base has none: they are installed in the builder, and their files are taken from there.
    Builder,
}

impl Origin {
    /// For a base of that name.
    #[must_use]
    pub fn of(base: &str) -> Self {
        let has_none =
            base == "scratch" || base.contains("distroless") || base.starts_with("cgr.dev/chainguard/");
        if has_none { Self::Builder } else { Self::Base }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
    fn is_base(&self) -> bool {
        *self == Self::Base
    }
}

impl Native {
    /// True if nothing is installed anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.build.is_empty() && self.image.is_empty()
    }
}

/// Decides which packages are installed for what `selection` compiles of the project, to run on `base`.
///
/// Errors: those of [`choose`].
pub(super) fn of(
    project: &Project,
    selection: &Selection,
    config: &Config,
    base: &str,
    cross: Option<&Cross>,
) -> Checked<Native> {
    let mut findings = Findings::default();
    let Some(crates) = findings.take(skeleton::crates(project, selection)) else { return findings.fail() };
    // For another platform it would have to be that platform's, and Debian has no such compiler.
    let musl = match cross {
        None => musl::compiler(&crates, selection, project.cargo_config.as_ref()),
        Some(_) => None,
    };
    let compilers = Compilers {
        cross,
        tools: musl.into_iter().chain(linking::linkers(project, selection)).collect(),
        for_foreign_musl: musl::is_foreign(selection),
    };
    let Some(native) = findings.take(choose(config, &crates, base, compilers)) else {
        return findings.fail();
    };
    findings.finish(native)
}

/// The compilers of a build, as far as system packages depend on them.
#[derive(Debug, Default)]
pub struct Compilers<'a> {
    /// Those for another platform.
    pub cross: Option<&'a Cross>,
    /// Packages with compilers and linkers that the project requires besides.
    pub tools: Vec<Chosen<Names>>,
    /// True if they compile for musl on a system whose libraries are for glibc.
    pub for_foreign_musl: bool,
}

/// Decides which packages are installed for what `compilers` compile and what runs on `base`.
///
/// Errors: a name that no package can have.
pub fn choose(config: &Config, crates: &Crates<'_>, base: &str, compilers: Compilers<'_>) -> Checked<Native> {
    let Compilers { cross, tools, for_foreign_musl } = compilers;
    let mut findings = Findings::default();
    let mut inferred = inferred(crates, for_foreign_musl);
    inferred.0.extend(tools);
    if let Some(cross) = cross.filter(|cross| !cross.packages.is_empty()) {
        let names = Names { apt: cross.packages.clone(), apk: Vec::new() };
        inferred.0.push(Chosen { value: names, because: cross.linker.because.clone() });
        if let Some(warning) = without_compiler(config.build.packages.as_ref(), cross) {
            findings.push(warning);
        }
    }
    inferred.0.extend(linker::package(config));
    let mut build = listed("build.packages", config.build.packages.as_ref(), inferred, &mut findings);
    if let Some(cross) = cross {
        for name in build.0.iter_mut().flat_map(|chosen| &mut chosen.value.apt) {
            *name = cross.package(name);
        }
    }
    let none = SystemPackages::default();
    let image = listed("image.packages", config.image_packages.as_ref(), none, &mut findings);
    let image_from = if image.is_empty() { Origin::Base } else { Origin::of(base) };
    findings.finish(Native { build, image, image_from })
}

/// A warning for a list that takes the place of what is inferred, the compiler for the platform among it. An empty list
/// says that the image has everything.
fn without_compiler(setting: Option<&Setting<Vec<String>>>, cross: &Cross) -> Option<Diagnostic> {
    let setting = setting.filter(|setting| !setting.value.is_empty())?;
    let is_there = |name: &String| setting.value.iter().any(|listed| listed == REST || listed == name);
    if cross.packages.iter().all(is_there) {
        return None;
    }
    let warning = Diagnostic::warning(format!(
        "`build.packages` has no `\"...\"`, so what compiles for `{}` is not installed: `{}`",
        cross.target.platform,
        cross.packages.join("`, `")
    ))
    .hint("`\"...\"` in the list stands for the packages that are inferred.");
    Some(match setting.origin.span() {
        Some(span) => warning.at(span.clone()),
        None => warning,
    })
}

/// The packages that the table lists for the crates. For musl on another system, libraries of the system are of no use;
/// programs of the build are.
fn inferred(crates: &Crates<'_>, for_foreign_musl: bool) -> SystemPackages {
    let mut packages = SystemPackages::default();
    let is_of_use = |entry: &Entry| entry.host || !for_foreign_musl;
    for (name, entry) in table().iter().filter(|(name, entry)| is_of_use(entry) && crates.is_locked(name)) {
        let needs = |found: &Crate<'_>| found.name == name && !brings_its_own(found, entry, crates);
        let Some(found) = crates.reached(&entry.not_for).into_iter().find(needs) else { continue };
        let because = format!("{} {} in Cargo.lock", found.name, found.version);
        let mut names = Names { apt: entry.apt.clone(), apk: entry.apk.clone() };
        if entry.pkg_config {
            names.apt.push("pkg-config".to_owned());
            names.apk.push("pkgconf".to_owned());
        }
        packages.0.push(Chosen { value: names, because });
    }
    packages
}

/// Whether a crate compiles a copy of its own of what it would need of the system.
///
/// The lockfile shows what a feature adds to it, and a manifest which features it asks for; what crates ask of one
/// another nobody says. Where both could be, the answer is no: a package too many costs seconds, one too few the build.
fn brings_its_own(found: &Crate<'_>, entry: &Entry, crates: &Crates<'_>) -> bool {
    if entry.unless.iter().any(|feature| found.asked.contains(feature)) {
        return true;
    }
    let matches = |feature: &str| entry.unless.iter().any(|word| feature.contains(word));
    let is_asked = crates.is_asked_on_the_way(found.name, matches);
    if entry.unless_with.is_empty() {
        return is_asked;
    }
    let is_locked = entry.unless_with.iter().any(|name| found.dependencies.contains(name.as_str()));
    is_locked && (is_asked || !crates.is_asked_elsewhere(found.name))
}

/// What the setting `key` makes of what was inferred.
fn listed(
    key: &str,
    setting: Option<&Setting<Vec<String>>>,
    inferred: SystemPackages,
    findings: &mut Findings,
) -> SystemPackages {
    let Some(setting) = setting else { return inferred };
    let mut packages = SystemPackages::default();
    let mut names = Vec::new();
    for name in &setting.value {
        if name == REST {
            packages = inferred.clone();
        } else if packages::is_name(name) {
            names.push(name.clone());
        } else {
            let error = Diagnostic::error(format!("`{key}` names `{name}`, which can be the name of no package"))
                .hint("A name is letters, digits and `+.-_`, then perhaps `:arm64` for an architecture and `=1.2-3` for a version.");
            findings.push(match setting.origin.span() {
                Some(span) => error.at(span.clone()),
                None => error,
            });
        }
    }
    if !names.is_empty() {
        packages.0.push(Chosen::set(Names::everywhere(names), &setting.origin));
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::{Compilers, choose, table};
    use crate::config::{BuildConfig, Config, Origin, Setting};
    use crate::plan::cross::Cross;
    use crate::plan::triple;
    use crate::skeleton::Crates;

    fn asked(names: &[&str]) -> Config {
        let value = names.iter().map(|name| (*name).to_owned()).collect();
        let origin = Origin::BuildArg("BUILD_PACKAGES".to_owned());
        Config {
            build: BuildConfig { packages: Some(Setting { value, origin }), ..BuildConfig::default() },
            ..Config::default()
        }
    }

    #[test]
    fn names_that_could_be_options_are_refused() {
        for name in ["-y", "a b", "", "a;b", "../x", "a:", "=1"] {
            let errors =
                choose(&asked(&[name]), &Crates::default(), "scratch", Compilers::default()).unwrap_err();
            assert!(errors.iter().any(|error| error.message.contains("`build.packages` names")), "{name}");
        }
        let names = ["libpq-dev", "libssl-dev:arm64", "g++=4:12.2-3"];
        let chosen =
            choose(&asked(&names), &Crates::default(), "scratch", Compilers::default()).unwrap().value;
        assert_eq!(chosen.build.apt(), ["g++=4:12.2-3", "libpq-dev", "libssl-dev:arm64"]);
        assert!(
            choose(&asked(&[]), &Crates::default(), "scratch", Compilers::default())
                .unwrap()
                .value
                .is_empty()
        );
    }

    #[test]
    fn another_platform_needs_its_compiler_and_its_libraries() {
        let names = |platform: &str| triple::names_of(&platform.parse().unwrap()).unwrap();
        let builder = "linux/amd64".parse().unwrap();
        let (host, target) = (names("linux/amd64"), names("linux/arm64"));
        let cross = Cross::of((&builder, host, host.gnu), (target, target.gnu), None);
        let compiler = ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"];
        let chosen = |config: &Config| {
            choose(
                config,
                &Crates::default(),
                "scratch",
                Compilers { cross: cross.as_ref(), ..Compilers::default() },
            )
            .unwrap()
        };
        assert_eq!(chosen(&Config::default()).value.build.apt(), compiler);
        let more = chosen(&asked(&["...", "libpq-dev"]));
        assert_eq!(more.value.build.apt(), [&compiler[..], &["libpq-dev:arm64"]].concat());
        assert!(more.warnings.is_empty());
        let instead = chosen(&asked(&["libpq-dev"]));
        assert_eq!(instead.value.build.apt(), ["libpq-dev:arm64"]);
        assert!(instead.warnings[0].message.contains("`gcc-aarch64-linux-gnu`"));
        let nothing = chosen(&asked(&[]));
        assert!(nothing.value.is_empty() && nothing.warnings.is_empty());
    }

    #[test]
    fn what_belongs_to_the_build_stays_the_builders() {
        let names = |platform: &str| triple::names_of(&platform.parse().unwrap()).unwrap();
        let builder = "linux/amd64".parse().unwrap();
        let (host, target) = (names("linux/amd64"), names("linux/arm64"));
        let cross = Cross::of((&builder, host, host.gnu), (target, target.gnu), None).unwrap();
        for (name, entry) in table().iter().filter(|(_, entry)| entry.host) {
            let libraries = entry.apt.iter().filter(|package| package.ends_with("-dev"));
            assert!(libraries.into_iter().all(|package| cross.package(package) == *package), "{name}");
        }
    }
}
