//! `--call=bake`: a file for `docker buildx bake` that builds every image of the project and runs every check.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_llb::DisplayText;
use serde_json::{Value, json};

use super::answer::Answer;
use super::facts::Facts;
use crate::config::Config;
use crate::plan::images;
use crate::plan::target::{DEBUG, STAGES};
use crate::project::{CargoTarget, Package};

/// The target that all others take their files from.
const COMMON: &str = "_common";

/// One target of the bake file.
struct Target {
    /// Its name there.
    name: String,
    /// What `--target` names.
    goal: String,
    /// The image's name; nothing for a check.
    image: Option<String>,
}

/// All targets of the bake file but the one that they take their files from.
struct Targets {
    /// The images that are built by default.
    images: Vec<Target>,
    /// Those with a shell.
    with_shell: Vec<Target>,
    /// The images that need more features.
    later: Vec<Target>,
    checks: Vec<Target>,
}

pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let mut used: BTreeSet<String> = ["default", "checks", DEBUG.0, COMMON].map(str::to_owned).into();
    let mut images = Vec::new();
    let mut later = Vec::new();
    for goal in goals(facts) {
        let target = Target {
            name: unique(&goal.name, &mut used),
            image: Some(image_name(&goal.name)),
            goal: goal.name,
        };
        if goal.is_built { images.push(target) } else { later.push(target) }
    }
    let with_shell: Vec<Target> = images
        .iter()
        .filter_map(|target| {
            let goal = format!("{}-{}", DEBUG.0, target.goal);
            let is_binary = later.iter().chain(&images).any(|other: &Target| other.goal == goal);
            let image = target.image.as_ref().map(|image| format!("{image}-{}", DEBUG.0));
            (!is_binary).then(|| Target { name: unique(&goal, &mut used), goal, image })
        })
        .collect();
    let is_binary =
        |name: &str| facts.project.members().flat_map(Package::binaries).any(|one| one.name == name);
    let checks: Vec<Target> = STAGES
        .iter()
        .filter(|(name, stage, _)| stage.is_check() && !is_binary(name))
        .map(|(name, ..)| Target { name: unique(name, &mut used), goal: (*name).to_owned(), image: None })
        .collect();
    let all = Targets { images, with_shell, later, checks };
    let file = facts.options.filename.clone().unwrap_or_else(|| "Dockerfile".to_owned());

    Answer::new(as_json(&file, &all), DisplayText::lines(&as_hcl(&file, &all)))
}

fn as_json(file: &str, all: &Targets) -> Value {
    let Targets { images, with_shell, later, checks } = all;
    let mut targets = BTreeMap::from([(COMMON.to_owned(), json!({"context": ".", "dockerfile": file}))]);
    for target in images.iter().chain(with_shell).chain(later).chain(checks) {
        let mut entry = json!({"inherits": [COMMON], "target": target.goal});
        if let Value::Object(entry) = &mut entry {
            match &target.image {
                Some(image) => entry.insert("tags".to_owned(), json!([format!("{image}:latest")])),
                None => entry.insert("output".to_owned(), json!(["type=cacheonly"])),
            };
        }
        targets.insert(target.name.clone(), entry);
    }
    let mut groups = json!({"default": {"targets": names(images)}});
    if let (Value::Object(groups), false) = (&mut groups, with_shell.is_empty()) {
        groups.insert(DEBUG.0.to_owned(), json!({"targets": names(with_shell)}));
    }
    if let (Value::Object(groups), false) = (&mut groups, checks.is_empty()) {
        groups.insert("checks".to_owned(), json!({"targets": names(checks)}));
    }
    json!({"group": groups, "target": targets})
}

fn as_hcl(file: &str, all: &Targets) -> String {
    let Targets { images, with_shell, later, checks } = all;
    let mut blocks = vec![
        "# `docker buildx bake` builds every image, `docker buildx bake <target>` one of them.\n\
         # Printed by `docker buildx build --call=bake`; it is yours to edit.\n"
            .to_owned(),
        "variable \"TAG\" {\n  default = \"latest\"\n}\n".to_owned(),
        group("default", images),
    ];
    if !with_shell.is_empty() {
        blocks.push(format!("# The same images with a shell.\n{}", group(DEBUG.0, with_shell)));
    }
    if !checks.is_empty() {
        blocks.push(group("checks", checks));
    }
    blocks.push(format!("target \"{COMMON}\" {{\n  context    = \".\"\n  dockerfile = {}\n}}\n", text(file)));
    for target in images.iter().chain(with_shell) {
        blocks.push(block(target));
    }
    for target in later {
        blocks.push(format!("# Its required features are off; name them in `args`.\n{}", block(target)));
    }
    blocks.extend(checks.iter().map(block));
    blocks.join("\n")
}

fn group(name: &str, targets: &[Target]) -> String {
    let names: Vec<String> = names(targets).into_iter().map(text).collect();
    format!("group \"{name}\" {{\n  targets = [{}]\n}}\n", names.join(", "))
}

fn block(target: &Target) -> String {
    let last = match &target.image {
        Some(image) => format!("tags     = [\"{image}:${{TAG}}\"]"),
        None => "output   = [\"type=cacheonly\"]".to_owned(),
    };
    format!(
        "target \"{}\" {{\n  inherits = [\"{COMMON}\"]\n  target   = {}\n  {last}\n}}\n",
        target.name,
        text(&target.goal)
    )
}

fn names(targets: &[Target]) -> Vec<&str> {
    targets.iter().map(|target| target.name.as_str()).collect()
}

/// A text in HCL, in which nothing is expanded.
fn text(value: &str) -> String {
    json!(value).to_string().replace("${", "$${").replace("%{", "%%{")
}

/// A name that bake takes and that no other target has.
fn unique(name: &str, used: &mut BTreeSet<String>) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    let mut unique: String = name.chars().map(|char| if is_plain(char) { char } else { '-' }).collect();
    while !used.insert(unique.clone()) {
        unique.push('_');
    }
    unique
}

/// A repository's name for a binary: lower case, letters and digits with single separators between them.
fn image_name(binary: &str) -> String {
    let words: Vec<String> = binary
        .split(|char: char| !char.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() { "app".to_owned() } else { words.join("-") }
}

/// What `--target` names an image by.
struct Goal {
    name: String,
    /// Whether it can be built without anybody asking for more features than the configuration does.
    is_built: bool,
}

/// The images of the configuration, and a binary each that none of them runs.
fn goals(facts: &Facts<'_>) -> Vec<Goal> {
    let mut goals = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for name in facts.layers.images().keys() {
        let image = images::resolved(facts.project, facts.layers, name);
        // Without a package it is the build that says what is wrong.
        let is_built = image.as_ref().is_none_or(|image| {
            let runs = |binary: &&CargoTarget| image.binaries.contains(&binary.name);
            image
                .package
                .binaries()
                .filter(runs)
                .all(|binary| has_features(image.package, binary, Some(&image.config)))
        });
        taken.extend(image.into_iter().flat_map(|image| image.binaries));
        taken.insert(name.clone());
        goals.push(Goal { name: name.clone(), is_built });
    }
    let mut binaries: Vec<(&Package, &CargoTarget)> = facts
        .project
        .members()
        .flat_map(|package| package.binaries().map(move |binary| (package, binary)))
        .filter(|(_, binary)| !taken.contains(&binary.name))
        .collect();
    binaries.sort_by_key(|(package, binary)| (&binary.name, &package.name));
    binaries.dedup_by_key(|(_, binary)| &binary.name);
    goals.extend(binaries.into_iter().map(|(package, binary)| {
        let config = facts.selected.filter(|(selected, _)| selected.name == package.name);
        let is_built = has_features(package, binary, config.map(|(_, config)| config));
        Goal { name: binary.name.clone(), is_built }
    }));
    goals
}

/// Whether a binary has all its required features with what `config` asks for.
fn has_features(package: &Package, binary: &CargoTarget, config: Option<&Config>) -> bool {
    let is_set = |flag: Option<bool>| flag.unwrap_or(false);
    if is_set(config.and_then(|config| Some(config.all_features.as_ref()?.value))) {
        return true;
    }
    let mut active: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = config
        .and_then(|config| config.features.as_ref())
        .map_or_else(Vec::new, |features| features.value.iter().map(String::as_str).collect());
    if !is_set(config.and_then(|config| Some(config.no_default_features.as_ref()?.value))) {
        open.push("default");
    }
    while let Some(feature) = open.pop() {
        if active.insert(feature) {
            open.extend(package.features.get(feature).into_iter().flatten().map(String::as_str));
        }
    }
    binary.required_features.iter().all(|feature| active.contains(feature.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{image_name, text, unique};

    #[test]
    fn names_are_such_as_bake_and_registries_take() {
        let mut used = BTreeSet::from(["default".to_owned()]);
        assert_eq!(unique("default", &mut used), "default_");
        assert_eq!(unique("a.b", &mut used), "a-b");
        assert_eq!(unique("a-b", &mut used), "a-b_");
        assert_eq!(image_name("My_Tool--x"), "my-tool-x");
        assert_eq!(image_name("__"), "app");
        assert_eq!(text("a\"${b}"), r#""a\"$${b}""#);
    }
}
