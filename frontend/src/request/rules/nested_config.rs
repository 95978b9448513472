//! `NestedConfig`.

use super::Rule;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "NestedConfig",
    description: "Keep Cargo configuration and toolchain files at the root, where builds of the workspace read them",
    check,
};

/// Files that Cargo and rustup read in the directory that they run in and in those above it.
const FILES: [&str; 4] = [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let members = facts.project.members().filter(|package| !package.dir.is_root());
    let files = members.flat_map(|package| FILES.iter().filter_map(|file| package.dir.join(file).ok()));
    files.filter(|file| facts.tree.is_file(file)).map(|file| finding(&file)).collect()
}

fn finding(file: &RelPath) -> Diagnostic {
    Diagnostic::warning(format!(
        "`{file}` has no effect: Cargo runs at the root of the workspace, and reads such files there and above"
    ))
    .at(Span::line(file.clone(), 1))
    .hint("Move what it sets to the root. `cargo build` inside the member builds another program.")
}
