//! `IgnoredInput`.

use std::collections::BTreeMap;

use super::Rule;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;
use crate::plan::command::Command;
use crate::project::{CargoTargetKind, Package};
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "IgnoredInput",
    description: "Send the files that Cargo would use without being told: build scripts, configuration, the toolchain file",
    check,
};

/// How many paths one finding names.
const SHOWN: usize = 5;

/// Cargo passes over these files in silence where they are missing, and then builds another program. Whether they are on
/// disk only the client knows, so each line that excludes some is told once.
fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let mut by_line: BTreeMap<Span, (String, Vec<RelPath>)> = BTreeMap::new();
    for path in candidates(facts).filter(|path| facts.tree.entry(path).is_none()) {
        if let Some(excluded) = facts.tree.ignore_file().excluded(&path) {
            by_line.entry(excluded.span).or_insert((excluded.pattern, Vec::new())).1.push(path);
        }
    }
    by_line.into_iter().map(|(span, (pattern, paths))| finding(span, &pattern, &paths)).collect()
}

fn finding(span: Span, pattern: &str, paths: &[RelPath]) -> Diagnostic {
    let more = paths.len().saturating_sub(SHOWN);
    let shown = paths.iter().take(SHOWN);
    let names: Vec<String> = shown.clone().map(|path| format!("`{path}`")).collect();
    let lines: Vec<String> = shown.map(|path| format!("`!{path}`")).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Diagnostic::warning(format!(
        "the pattern `{pattern}` excludes {}{more}: if they exist, this build differs from one without Docker",
        names.join(", ")
    ))
    .at(span)
    .hint(format!("Add {} below that line. A line for a file that does not exist has no effect.", lines.join(", ")))
}

/// Whether the manifest says where the build script is, or that there is none; planning reports one that is missing.
fn declares_script(package: &Package) -> bool {
    let manifest: toml::Table = toml::from_str(&package.text).unwrap_or_default();
    manifest.get("package").is_some_and(|package| package.get("build").is_some())
}

/// The files that Cargo and rustup look for, and sqlx if a package uses it.
fn candidates(facts: &Facts<'_>) -> impl Iterator<Item = RelPath> {
    let path = |text: &str| RelPath::new(text).ok();
    let toolchain = ["rust-toolchain.toml", "rust-toolchain"].map(path);
    let has_toolchain = toolchain.iter().flatten().any(|file| facts.tree.is_file(file));
    let configuration = [".cargo/config.toml", ".cargo/config"].map(path);
    let has_configuration = configuration.iter().flatten().any(|file| facts.tree.is_file(file));
    let [toolchain, _] = toolchain;
    let [configuration, _] = configuration;
    let uses_sqlx = |package: &Package| package.dependencies.iter().any(|one| one.package == "sqlx");
    let sqlx = facts.project.packages.values().any(uses_sqlx).then(|| path(".sqlx")).flatten();
    let scripts = facts.project.packages.values().filter_map(|package| {
        let has_script = package.targets.iter().any(|target| target.kind == CargoTargetKind::BuildScript);
        if has_script || declares_script(package) { None } else { package.dir.join("build.rs").ok() }
    });
    // A run of the tests that finds none passes.
    let is_test = facts.plan.is_some_and(|plan| plan.cargo.command == Command::Test);
    let has_tests =
        |package: &Package| package.targets.iter().any(|target| target.kind == CargoTargetKind::Test);
    let untested = facts.project.packages.values().filter(|package| is_test && !has_tests(package));
    let tests = untested.filter_map(|package| package.dir.join("tests").ok());
    let own = [configuration.filter(|_| !has_configuration), toolchain.filter(|_| !has_toolchain), sqlx];
    own.into_iter().flatten().chain(scripts.chain(tests).collect::<Vec<_>>())
}
