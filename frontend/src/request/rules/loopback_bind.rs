//! `LoopbackBind`.

use std::collections::BTreeSet;

use super::Rule;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;
use crate::plan::files::FileCopied;
use crate::project::{CargoTarget, Package};
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "LoopbackBind",
    description: "Listen on all addresses: a container's loopback is reached by nobody outside of it",
    check,
};

/// What listens.
const CALLS: [&str; 3] = ["bind(", "SocketAddr::from(", "SocketAddr::new("];
/// What is reached from inside only.
const ADDRESSES: [&str; 6] =
    ["\"127.0.0.1", "\"localhost:", "\"[::1]", "[127, 0, 0, 1]", "[127,0,0,1]", "::LOCALHOST"];

/// The root files of the binaries: where servers are started, and few enough to be read.
pub(super) fn wanted(facts: &Facts<'_>) -> BTreeSet<RelPath> {
    roots(facts).filter(|file| facts.tree.is_file(file)).cloned().collect()
}

fn roots<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a RelPath> {
    let plan = facts.plan;
    let is_built =
        move |binary: &&CargoTarget| plan.is_none_or(|plan| plan.binaries.value.contains(&binary.name));
    let package = facts.selected.map(|(package, _)| package);
    package.into_iter().flat_map(Package::binaries).filter(is_built).map(|binary| &binary.path)
}

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let files = roots(facts).filter_map(|file| Some((file, facts.files.get(file)?)));
    let found = files.flat_map(|(file, contents)| {
        lines(&String::from_utf8_lossy(contents)).into_iter().map(|line| {
            Diagnostic::warning(
                "the program listens on the loopback address, which nobody outside of its container reaches",
            )
            .at(Span::line(file.clone(), line))
            .hint("Listen on `0.0.0.0` or `[::]`, or read the address from a variable.")
        })
    });
    found.chain(rocket(facts)).collect()
}

/// Rocket listens on loopback where neither a variable nor its file names an address.
fn rocket(facts: &Facts<'_>) -> Option<Diagnostic> {
    let (package, plan) = (facts.selected?.0, facts.plan?);
    let depends = package.dependencies.iter().any(|dependency| dependency.package == "rocket");
    // What a directory holds is not looked at: it may have the file.
    let has_file = |file: &FileCopied| file.is_directory || file.from.ends_with("Rocket.toml");
    let runtime = &plan.runtime;
    if !depends || runtime.env.contains_key("ROCKET_ADDRESS") || runtime.files.iter().any(has_file) {
        return None;
    }
    let line = package.text.lines().zip(1..).find(|(line, _)| line.trim_start().starts_with("rocket"));
    let line = line.map_or(1, |(_, number)| number);
    let warning = Diagnostic::warning(
        "Rocket listens on the loopback address by default, which only the container itself can reach",
    );
    Some(warning.at(Span::line(package.manifest.clone(), line)).hint(
        "Set `image.env = { ROCKET_ADDRESS = \"0.0.0.0\" }`, or copy a `Rocket.toml` with an address into the working \
         directory of the image.",
    ))
}

/// The lines that listen on loopback, up to the tests, which do so rightly.
fn lines(text: &str) -> Vec<u32> {
    let code = text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test)]"));
    let has_any = |line: &str, words: &[&str]| words.iter().any(|word| line.contains(word));
    code.zip(1..)
        .filter(|(line, _)| !line.trim_start().starts_with("//"))
        .filter(|(line, _)| has_any(line, &CALLS) && has_any(line, &ADDRESSES))
        .map(|(_, number)| number)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn only_what_listens_counts() {
        let text = "let l = TcpListener::bind(\"127.0.0.1:80\")?;\n// bind(\"127.0.0.1:80\")\nconnect(\"127.0.0.1:1\");\n\
                    let a = SocketAddr::from(([127, 0, 0, 1], 80));\nbind(\"0.0.0.0:80\");\n#[cfg(test)]\nbind(\"localhost:1\")";
        assert_eq!(lines(text), [1, 4]);
    }
}
