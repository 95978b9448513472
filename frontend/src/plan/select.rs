//! Which package and which binaries: never a silent guess.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Chosen;
use super::target::Goal;
use crate::config::{Layers, Origin, REST, Setting, with_rest};
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::project::{CargoTarget, CargoTargetKind, Package, Project};

/// The package and the binaries of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Selected {
    /// The package's name.
    pub package: Chosen<String>,
    /// The binaries' names; at least one, the first is the entrypoint.
    pub binaries: Chosen<Vec<String>>,
}

/// The package that the binaries come from, before its own configuration is known.
pub fn package<'a>(project: &'a Project, layers: &Layers, goal: &Goal) -> Checked<(&'a Package, String)> {
    let mut findings = Findings::default();
    if project.members().all(|package| package.binaries().next().is_none()) {
        findings.push(no_binary(&project.members().collect::<Vec<_>>()));
        return findings.fail();
    }
    if let Some(setting) = layers.package() {
        let Some(package) = findings.take(named(project, setting)) else { return findings.fail() };
        return findings.finish((package, setting.origin.to_string()));
    }
    let wanted = match goal.plain() {
        Goal::Binary(name) => Some((vec![name.clone()], "--target".to_owned(), None)),
        // What `"..."` stands for belongs to the package that is looked for.
        _ => layers.bins().filter(|setting| setting.value != [REST]).map(|setting| {
            let names = with_rest(&setting.value, &[]);
            (names, setting.origin.to_string(), setting.origin.span())
        }),
    };
    let candidates = match &wanted {
        Some((names, ..)) => with_these(project, names),
        None => with_binaries(project),
    };
    match (candidates.as_slice(), wanted) {
        ([package], Some((_, because, _))) => findings.finish((package, because)),
        ([package], None) => findings.finish((package, why_it_is_the_one(project, package))),
        ([], Some((names, _, span))) => {
            findings.push(unknown_binary(project, &names, span));
            findings.fail()
        }
        (several, Some((names, _, span))) => {
            findings.push(in_several_packages(several, &names, span));
            findings.fail()
        }
        (several, None) => {
            findings.push(ambiguous(several));
            findings.fail()
        }
    }
}

/// The member that `package` names.
pub(super) fn named<'a>(project: &'a Project, setting: &Setting<String>) -> Checked<&'a Package> {
    let mut findings = Findings::default();
    if let Some(package) = project.member(&setting.value) {
        return findings.finish(package);
    }
    findings.push(unknown_package(project, setting));
    findings.fail()
}

/// The binaries of `package`, given what `bin` says in all homes of the configuration.
pub fn binaries(
    project: &Project,
    package: &Package,
    bins: Option<&Setting<Vec<String>>>,
    goal: &Goal,
) -> Checked<Chosen<Vec<String>>> {
    let mut findings = Findings::default();
    let known: BTreeSet<&str> = package.binaries().map(|binary| binary.name.as_str()).collect();
    let chosen = match (goal.plain(), bins) {
        (Goal::Binary(name), _) => Chosen { value: vec![name.clone()], because: "--target".to_owned() },
        (_, Some(setting)) => Chosen::set(listed_in(setting, package), &setting.origin),
        (_, None) => match default_of(package) {
            Some((name, because)) => Chosen { value: vec![name], because: because.to_owned() },
            None if known.is_empty() => {
                findings.push(no_binary(&[package]));
                return findings.fail();
            }
            None => {
                findings.push(ambiguous(&[package]));
                return findings.fail();
            }
        },
    };
    let unknown: Vec<String> =
        chosen.value.iter().filter(|name| !known.contains(name.as_str())).cloned().collect();
    if chosen.value.is_empty() || !unknown.is_empty() {
        let span = bins
            .filter(|_| !matches!(goal.plain(), Goal::Binary(_)))
            .and_then(|setting| setting.origin.span());
        findings.push(unknown_binary(project, &unknown, span));
        return findings.fail();
    }
    findings.finish(chosen)
}

/// The binary that nobody needs to name, and why.
fn default_of(package: &Package) -> Option<(String, &'static str)> {
    if let Some(name) = &package.default_run {
        return Some((name.clone(), "default-run"));
    }
    let mut binaries = package.binaries();
    match (binaries.next(), binaries.next()) {
        (Some(only), None) => Some((only.name.clone(), "the only binary")),
        _ => None,
    }
}

/// The binaries that `bin` lists; `"..."` is the one that nobody needs to name.
fn listed_in(bins: &Setting<Vec<String>>, package: &Package) -> Vec<String> {
    let rest: Vec<String> = default_of(package).map(|(name, _)| name).into_iter().collect();
    with_rest(&bins.value, &rest)
}

/// What is compiled for an image of `binaries`: with `bin = ["a", "b"]`, also `--target=a` compiles both, so that all
/// images of the list share one compile.
#[must_use]
pub fn together(binaries: &[String], bins: Option<&Setting<Vec<String>>>, package: &Package) -> Vec<String> {
    let known: BTreeSet<&str> = package.binaries().map(|binary| binary.name.as_str()).collect();
    let list = bins.map(|setting| listed_in(setting, package)).filter(|list| {
        list.iter().all(|name| known.contains(name.as_str()))
            && binaries.iter().all(|name| list.contains(name))
    });
    list.unwrap_or_else(|| binaries.to_vec())
}

/// The packages whose binaries may be meant: default members, as for `cargo run`, else all members. Tools of the
/// workspace are not, unless there is nothing else.
fn with_binaries(project: &Project) -> Vec<&Package> {
    let default = all_with_binaries(project);
    let tools = tools(project);
    let programs: Vec<&Package> =
        default.iter().copied().filter(|package| !tools.contains(package.name.as_str())).collect();
    if programs.is_empty() { default } else { programs }
}

fn all_with_binaries(project: &Project) -> Vec<&Package> {
    let has_binary = |package: &&Package| package.binaries().next().is_some();
    let default: Vec<&Package> = project.default_members().filter(has_binary).collect();
    if default.is_empty() { project.members().filter(has_binary).collect() } else { default }
}

/// The packages that an alias of Cargo's configuration runs, as `xtask = "run --package xtask --"` does.
fn tools(project: &Project) -> BTreeSet<&str> {
    let aliases = project.cargo_config.as_ref().and_then(|config| config.get(&["alias"])?.as_table());
    aliases.into_iter().flat_map(toml::Table::values).filter_map(run_by).collect()
}

/// The package that the value of an alias runs.
fn run_by(alias: &toml::Value) -> Option<&str> {
    let words: Vec<&str> = match alias {
        toml::Value::String(text) => text.split_whitespace().collect(),
        toml::Value::Array(words) => words.iter().filter_map(toml::Value::as_str).collect(),
        _ => return None,
    };
    let runs = words.first().is_some_and(|word| matches!(*word, "run" | "r"));
    let mut rest = words
        .into_iter()
        .skip_while(|word| !matches!(*word, "--package" | "-p") && !word.contains("--package="));
    let package = match rest.next()?.strip_prefix("--package=") {
        Some(package) => package,
        None => rest.next()?,
    };
    runs.then_some(package)
}

fn why_it_is_the_one(project: &Project, package: &Package) -> String {
    let others = all_with_binaries(project).into_iter().find(|other| other.name != package.name);
    match others {
        Some(tool) => format!(
            "`[alias]` makes `{}` a tool of the workspace, which leaves one package with a binary",
            tool.name
        ),
        None => "the one package with a binary".to_owned(),
    }
}

/// The packages that have all of these binaries, else those that have any.
fn with_these<'a>(project: &'a Project, names: &[String]) -> Vec<&'a Package> {
    let has = |package: &Package, name: &String| package.binaries().any(|binary| binary.name == *name);
    let all: Vec<&Package> =
        project.members().filter(|package| names.iter().all(|name| has(package, name))).collect();
    let any = || project.members().filter(|package| names.iter().any(|name| has(package, name))).collect();
    if all.is_empty() { any() } else { all }
}

fn listed<'a>(packages: impl IntoIterator<Item = &'a Package>) -> String {
    let mut lines: Vec<String> = packages
        .into_iter()
        .flat_map(|package| {
            package.binaries().map(move |binary| format!("`{}` of package `{}`", binary.name, package.name))
        })
        .collect();
    lines.sort();
    lines.join(", ")
}

/// `bin` or `--target` names binaries that no single package decides.
fn in_several_packages(packages: &[&Package], names: &[String], span: Option<&Span>) -> Diagnostic {
    let has_all =
        |package: &&Package| names.iter().all(|name| package.binaries().any(|binary| binary.name == *name));
    let where_they_are: Vec<String> = packages
        .iter()
        .flat_map(|package| {
            let wanted = package.binaries().filter(|binary| names.contains(&binary.name));
            wanted.map(move |binary| format!("`{}` of package `{}`", binary.name, package.name))
        })
        .collect();
    let list = where_they_are.join(", ");
    let first = packages.first().map_or("", |package| package.name.as_str());
    let diagnostic = if packages.iter().any(has_all) {
        Diagnostic::error(format!("the binary that was asked for exists in several packages: {list}"))
            .hint(format!("Choose a package: add the line `package = \"{first}\"` to the Dockerfile."))
    } else {
        let second = packages.get(1).map_or("", |package| package.name.as_str());
        Diagnostic::error(format!("one image has the binaries of one package, and these are of several: {list}"))
            .hint(format!(
                "Instead of this list, declare an image for each package, such as `[images.{second}]` with `package = \"{second}\"`, and build \
                 it with `--target {second}`."
            ))
            .hint("To have both in one image, copy a binary from the other image in a Dockerfile of your own (examples/stage).")
    };
    match span {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

/// Nothing says which of the binaries of `packages` the image runs.
fn ambiguous(packages: &[&Package]) -> Diagnostic {
    let mut binaries = packages.iter().flat_map(|package| package.binaries());
    let name = binaries.next().map_or("", |binary| binary.name.as_str());
    let choice = match packages {
        [_] => "set `default-run` in its Cargo.toml".to_owned(),
        _ => {
            let package = packages.first().map_or("", |package| package.dir.as_str());
            format!("set `default-members = [\"{package}\"]` in `[workspace]`")
        }
    };
    Diagnostic::error(format!(
        "the project has several binaries and none of them is the default: {}",
        listed(packages.iter().copied())
    ))
    .hint(format!("Name one: add the line `bin = \"{name}\"` to the Dockerfile."))
    .hint(format!("Or build one of them with `--target <binary>`, or {choice}."))
}

fn unknown_package(project: &Project, setting: &Setting<String>) -> Diagnostic {
    let names: Vec<String> = project.members().map(|package| format!("`{}`", package.name)).collect();
    let diagnostic =
        Diagnostic::error(format!("there is no package `{}` ({})", setting.value, setting.origin))
            .hint(format!("The workspace has {}.", names.join(", ")));
    match &setting.origin {
        Origin::File(span) => diagnostic.at(span.clone()),
        Origin::BuildArg(_) => diagnostic,
    }
}

fn unknown_binary(project: &Project, names: &[String], span: Option<&Span>) -> Diagnostic {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = if names.is_empty() {
        "the list of binaries is empty".to_owned()
    } else {
        format!("there is no binary {}", quoted.join(", "))
    };
    let diagnostic = Diagnostic::error(message)
        .hints(examples_named(project, names))
        .hint(format!("The project has {}.", listed(project.members())));
    match span {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

fn no_binary(packages: &[&Package]) -> Diagnostic {
    let names: Vec<String> = packages.iter().map(|package| format!("`{}`", package.name)).collect();
    let message = match names.as_slice() {
        [name] => format!("package {name} has no binary"),
        _ => format!("no package of the project has a binary: {}", names.join(", ")),
    };
    let error = Diagnostic::error(message);
    match packages.iter().find_map(|package| example(package)) {
        Some(hint) => error.hint(hint),
        None => error.hint(
            "An image needs something to run: add `src/main.rs`, a file under `src/bin/`, or a `[[bin]]` table.",
        ),
    }
}

/// Says of each example with one of these names how it becomes a binary.
pub(super) fn examples_named(project: &Project, names: &[String]) -> Vec<String> {
    let is_meant =
        |target: &&CargoTarget| target.kind == CargoTargetKind::Example && names.contains(&target.name);
    let mut found = Vec::new();
    for package in project.members() {
        found.extend(package.targets.iter().filter(is_meant).map(|one| how_to_ship(package, one)));
    }
    found
}

/// Says how an example of `package` becomes a binary, if it has one.
fn example(package: &Package) -> Option<String> {
    let example = package.targets.iter().find(|target| target.kind == CargoTargetKind::Example)?;
    Some(how_to_ship(package, example))
}

/// Says how the target `example` of `package` becomes a binary.
fn how_to_ship(package: &Package, example: &CargoTarget) -> String {
    let path = example.path.as_str();
    let path = path.strip_prefix(&format!("{}/", package.dir)).unwrap_or(path);
    format!(
        "`{name}` is an example of package `{}`, and images are made of binaries. Add `[[bin]]` with `name = \"{name}\"` and \
         `path = \"{path}\"` to `{}`, and make the dev-dependencies that it uses dependencies.",
        package.name,
        package.manifest,
        name = example.name,
    )
}
