//! Which package and which binaries: never a silent guess.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Chosen;
use super::target::Goal;
use crate::config::{Layers, Origin, REST, Setting, with_rest};
use crate::diagnostic::{Checked, Diagnostic, Findings, Span};
use crate::project::{Package, Project};

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
        findings.push(no_binary(project));
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
        Some((names, ..)) => project.members().filter(|package| has_any(package, names)).collect(),
        None => with_binaries(project),
    };
    match (candidates.as_slice(), wanted) {
        ([package], Some((_, because, _))) => findings.finish((package, because)),
        ([package], None) => findings.finish((package, "the one package with a binary".to_owned())),
        ([], Some((names, _, span))) => {
            findings.push(unknown_binary(project, &names, span));
            findings.fail()
        }
        (several, wanted) => {
            findings.push(ambiguous(several, wanted.is_some()));
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
            None => {
                findings.push(ambiguous(&[package], false));
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

/// The packages whose binaries may be meant: default members, as for `cargo run`, else all members.
fn with_binaries(project: &Project) -> Vec<&Package> {
    let has_binary = |package: &&Package| package.binaries().next().is_some();
    let default: Vec<&Package> = project.default_members().filter(has_binary).collect();
    if default.is_empty() { project.members().filter(has_binary).collect() } else { default }
}

fn has_any(package: &Package, names: &[String]) -> bool {
    package.binaries().any(|binary| names.contains(&binary.name))
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

fn ambiguous(packages: &[&Package], named: bool) -> Diagnostic {
    let (message, example) = if named {
        let package = packages.first().map_or("", |package| package.name.as_str());
        ("the binary that was asked for exists in several packages", format!("package = \"{package}\""))
    } else {
        let mut binaries = packages.iter().flat_map(|package| package.binaries());
        let name = binaries.next().map_or("", |binary| binary.name.as_str());
        ("the project has several binaries and none of them is the default", format!("bin = \"{name}\""))
    };
    Diagnostic::error(format!("{message}: {}", listed(packages.iter().copied())))
        .hint(format!("Name one: add the line `{example}` to the Dockerfile."))
        .hint("Or build one of them with `--target <binary>`, or set `default-run` in its Cargo.toml.")
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
    let diagnostic =
        Diagnostic::error(message).hint(format!("The project has {}.", listed(project.members())));
    match span {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

fn no_binary(project: &Project) -> Diagnostic {
    let names: Vec<String> = project.members().map(|package| format!("`{}`", package.name)).collect();
    Diagnostic::error(format!("no package of the project has a binary: {}", names.join(", "))).hint(
        "An image needs something to run: add `src/main.rs`, a file under `src/bin/`, or a `[[bin]]` table.",
    )
}
