//! Several images of one project: which there are, and which of them share a compile.

use std::collections::BTreeSet;

use super::select;
use super::target::{self, Goal};
use crate::config::{Config, Layers};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::project::{Package, Project};

/// Judges the names of the images that `[images.…]` declares.
///
/// Errors: a name that no `--target` can be, that of a stage, and that of a binary which the image does not run.
pub fn check(project: &Project, layers: &Layers) -> Checked<()> {
    let mut findings = Findings::default();
    for (name, image) in layers.images() {
        let say = |fault: String, hint: String| {
            let diagnostic = Diagnostic::error(fault).hint(hint);
            match image.origin.span() {
                Some(span) => diagnostic.at(span.clone()),
                None => diagnostic,
            }
        };
        let is_plain = name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-'));
        if !is_plain {
            findings.push(say(
                format!("`images.{name}` is no name of an image"),
                "A name has letters, digits, `.`, `_` and `-`, and starts with a letter or a digit."
                    .to_owned(),
            ));
        }
        if target::always().any(|known| known == name) {
            findings.push(say(
                format!("`images.{name}` has the name of a target that is always there"),
                format!("Choose another name: `[images.{name}-image]`."),
            ));
        }
        let is_binary =
            project.members().any(|package| package.binaries().any(|binary| binary.name == *name));
        let runs = image.config.bins.as_ref().and_then(|setting| setting.value.first());
        if let Some(runs) = runs.filter(|runs| is_binary && *runs != name) {
            findings.push(say(
                format!("`images.{name}` has the name of a binary and runs another one, `{runs}`"),
                format!(
                    "Then `--target {name}` could mean either: choose another name, or `bin = \"{name}\"`."
                ),
            ));
        }
    }
    findings.finish(())
}

/// The configuration as the image of `goal` has it: its own keys above those that all images share.
#[must_use]
pub fn narrowed(project: &Project, layers: &Layers, goal: &Goal) -> Layers {
    match goal.plain() {
        Goal::Named(name) => {
            let mut binaries = project.members().flat_map(Package::binaries);
            layers.of_image(name, binaries.any(|binary| binary.name == *name))
        }
        Goal::Image | Goal::Binary(_) | Goal::Debug(_) | Goal::Stage(_) => layers.clone(),
    }
}

/// What is compiled for an image of `binaries`: with it the others that need the same compile.
pub(super) fn compiled(
    project: &Project,
    layers: &Layers,
    (package, config): (&Package, &Config),
    binaries: &[String],
    goal: &Goal,
) -> Vec<String> {
    match goal.plain() {
        Goal::Named(_) => {
            let mut all = together(project, layers, package, config);
            all.extend(binaries.iter().cloned());
            all.into_iter().collect()
        }
        Goal::Image | Goal::Binary(_) | Goal::Debug(_) | Goal::Stage(_) => {
            select::together(binaries, config.bins.as_ref(), package)
        }
    }
}

/// The binaries of all images that are compiled as this one is: of the same package, with the same features and profile.
/// So whoever builds several of them compiles once.
fn together(project: &Project, layers: &Layers, package: &Package, config: &Config) -> BTreeSet<String> {
    let others = layers.images().keys().filter_map(|name| resolved(project, layers, name));
    let alike =
        others.filter(|other| other.package.name == package.name && compiles_alike(&other.config, config));
    alike.flat_map(|other| other.binaries).collect()
}

/// An image that the configuration gives a name, as far as it says so.
#[derive(Clone, Debug)]
pub struct NamedGoal<'a> {
    /// Its package.
    pub package: &'a Package,
    /// What is asked for it.
    pub config: Config,
    /// What it runs; nothing if that is open or wrong, which a build says.
    pub binaries: Vec<String>,
}

/// The image `name`; nothing if its package is open or wrong, which a build says.
#[must_use]
pub fn resolved<'a>(project: &'a Project, layers: &Layers, name: &str) -> Option<NamedGoal<'a>> {
    let goal = Goal::Named(name.to_owned());
    let layers = narrowed(project, layers, &goal);
    let package = select::package(project, &layers, &goal).ok()?.value.0;
    let config = layers.merge((&package.manifest, &package.text)).ok()?.value;
    let binaries = select::binaries(project, package, config.bins.as_ref(), &goal);
    let binaries = binaries.map(|chosen| chosen.value.value).unwrap_or_default();
    Some(NamedGoal { package, config, binaries })
}

fn compiles_alike(one: &Config, other: &Config) -> bool {
    let features = |config: &Config| {
        let names = config.features.iter().flat_map(|setting| setting.value.iter().cloned());
        names.collect::<BTreeSet<String>>()
    };
    let value =
        |setting: &Option<crate::config::Setting<bool>>| setting.as_ref().is_some_and(|set| set.value);
    let profile = |config: &Config| config.profile.as_ref().map(|setting| setting.value.clone());
    features(one) == features(other)
        && value(&one.all_features) == value(&other.all_features)
        && value(&one.no_default_features) == value(&other.no_default_features)
        && profile(one) == profile(other)
}
