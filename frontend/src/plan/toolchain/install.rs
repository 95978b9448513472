//! What the toolchain image lacks and a step adds to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::Chosen;
use crate::config::{Config, Setting};
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::options::Options;
use crate::project::Project;

/// In a list, stands for the items that are there by themselves.
const INFERRED: &str = "...";

/// Components that only people use. A toolchain file lists them for the desk; no compile step runs them.
const TOOLS: [&str; 9] = [
    "clippy",
    "miri",
    "rls",
    "rust-analysis",
    "rust-analyzer",
    "rust-docs",
    "rust-docs-json",
    "rustc-docs",
    "rustfmt",
];

/// Components that every toolchain has.
const ALWAYS: [&str; 3] = ["cargo", "rust-std", "rustc"];

/// Where rustup downloads from, if not from rust-lang.org: rustup's own variables, given as build-args.
pub const MIRRORS: [&str; 2] = ["RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT"];

/// What is added to the toolchain of the image; nothing for most projects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Install {
    /// The channel that no image has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Chosen<String>>,
    /// Components by rustup's name, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, String>,
    /// Triples whose standard library is needed, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub targets: BTreeMap<String, String>,
    /// Variables that say where rustup downloads from.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mirrors: BTreeMap<String, String>,
}

impl Install {
    /// What the toolchain file and the configuration ask for.
    pub(super) fn choose(
        project: &Project,
        config: &Config,
        options: &Options,
        findings: &mut Findings,
    ) -> Self {
        let mut install = Self::default();
        if let Some(file) = &project.toolchain_file {
            let because = file.file.to_string();
            let all = |names: &[String]| names.iter().map(|name| (name.clone(), because.clone())).collect();
            install.components = all(&file.components);
            install.targets = all(&file.targets);
            let span = Span::line(file.file.clone(), file.line);
            for name in file.components.iter().chain(&file.targets) {
                check(name, Some(&span), findings);
            }
            install.components.retain(|name, _| !TOOLS.contains(&name.as_str()));
        }
        overlay(&mut install.components, config.components.as_ref(), findings);
        overlay(&mut install.targets, config.toolchain_targets.as_ref(), findings);
        install.components.retain(|name, _| !ALWAYS.contains(&name.as_str()));
        let given = MIRRORS.iter().filter_map(|name| Some((*name, options.build_args.get(*name)?)));
        install.mirrors = given
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        install
    }

    /// True if the image is enough as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.channel.is_none() && self.components.is_empty() && self.targets.is_empty()
    }

    /// What is installed, in words: `nightly-2026-01-01, rust-src`.
    #[must_use]
    pub fn names(&self) -> String {
        let channel = self.channel.iter().map(|channel| channel.value.as_str());
        let rest = self.components.keys().chain(self.targets.keys()).map(String::as_str);
        channel.chain(rest).collect::<Vec<_>>().join(", ")
    }
}

/// A list of the user's takes the place of what was inferred, of which `"..."` keeps the items.
fn overlay(
    inferred: &mut BTreeMap<String, String>,
    setting: Option<&Setting<Vec<String>>>,
    findings: &mut Findings,
) {
    let Some(setting) = setting else { return };
    let asked: BTreeSet<&String> = setting.value.iter().collect();
    if !asked.iter().any(|name| *name == INFERRED) {
        inferred.clear();
    }
    for name in asked.into_iter().filter(|name| *name != INFERRED) {
        check(name, setting.origin.span(), findings);
        inferred.insert(name.clone(), setting.origin.to_string());
    }
}

/// A name becomes an argument of rustup's and part of a path, so it must not be mistaken for an option or lead away.
pub(super) fn check(name: &str, span: Option<&Span>, findings: &mut Findings) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_name = name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.bytes().all(is_plain);
    if is_name {
        return;
    }
    let diagnostic = Diagnostic::error(format!("`{name}` is no name of a toolchain, component or target"))
        .hint("`rustup component list` and `rustup target list` print the names of components and targets.");
    findings.push(match span {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    });
}
