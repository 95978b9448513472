//! `NativeCpu`.

use super::Rule;
use crate::diagnostic::{Diagnostic, Span};
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "NativeCpu",
    description: "Compile for a named processor, not for the one that happens to build",
    check,
};

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let configurations = facts.files.iter().filter(|(file, _)| file.as_str().contains(".cargo/config"));
    let lines = configurations.flat_map(|(file, contents)| {
        let text = String::from_utf8_lossy(contents).into_owned();
        let found: Vec<Diagnostic> = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| {
                let code = line.split('#').next().unwrap_or_default();
                code.contains("target-cpu=native")
            })
            .map(|(_, number)| {
                Diagnostic::warning(
                    "`target-cpu=native` compiles for the processor of whatever machine builds the image",
                )
                .at(Span::line(file.clone(), number))
                .hint("Name the oldest processor that the image must run on, such as `target-cpu=x86-64-v3`.")
            })
            .collect();
        found
    });
    lines.collect()
}
