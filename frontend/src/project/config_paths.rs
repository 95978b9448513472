//! The paths inside a configuration file, spelled anew for the context's root.

use std::collections::BTreeSet;

use toml::Value;

use crate::diagnostic::{Diagnostic, Findings};
use crate::discover::ConfigFile;
use crate::name::RelPath;
use crate::tree::Tree;

/// One file whose paths are looked at.
pub(super) struct ConfigPaths<'a> {
    pub(super) tree: &'a Tree,
    pub(super) file: &'a ConfigFile,
    pub(super) referenced: &'a mut BTreeSet<RelPath>,
    pub(super) findings: &'a mut Findings,
}

/// What a key holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A path.
    Path,
    /// The path of a package, whose files are the project model's business.
    Package,
    /// The path of certificates, which no crate is compiled from.
    Certificates,
    /// A program: without a slash it is looked for in `PATH`.
    Program,
    /// A program with arguments, as a string or a list.
    Command,
    /// A target: a triple, or the path of a specification.
    Target,
}

impl ConfigPaths<'_> {
    /// The file's table with its paths relative to the context's root.
    pub(super) fn respelled(&mut self) -> toml::Table {
        let mut table = self.file.document.value.clone();
        if let Some(Value::Table(build)) = table.get_mut("build") {
            for key in ["rustc", "rustdoc", "rustc-wrapper", "rustc-workspace-wrapper"] {
                self.key(build, key, Form::Program);
            }
            self.key(build, "target", Form::Target);
        }
        if let Some(Value::Table(targets)) = table.get_mut("target") {
            targets.iter_mut().filter_map(|(_, target)| target.as_table_mut()).for_each(|t| self.target(t));
        }
        if let Some(Value::Table(host)) = table.get_mut("host") {
            self.target(host);
        }
        if let Some(Value::Table(sources)) = table.get_mut("source") {
            for (_, source) in sources.iter_mut() {
                let Some(source) = source.as_table_mut() else { continue };
                self.key(source, "directory", Form::Path);
                self.key(source, "local-registry", Form::Path);
            }
        }
        if let Some(Value::Table(http)) = table.get_mut("http") {
            self.key(http, "cainfo", Form::Certificates);
            self.key(http, "proxy-cainfo", Form::Certificates);
        }
        if let Some(Value::Table(patches)) = table.get_mut("patch") {
            let entries = patches.iter_mut().filter_map(|(_, entries)| entries.as_table_mut());
            for entry in
                entries.flat_map(|entries| entries.iter_mut()).filter_map(|(_, entry)| entry.as_table_mut())
            {
                self.key(entry, "path", Form::Package);
            }
        }
        if let Some(Value::Table(variables)) = table.get_mut("env") {
            for (_, variable) in variables.iter_mut() {
                let Some(variable) = variable.as_table_mut() else { continue };
                if variable.get("relative").and_then(Value::as_bool) == Some(true) {
                    self.key(variable, "value", Form::Path);
                }
            }
        }
        table
    }

    fn target(&mut self, table: &mut toml::Table) {
        self.key(table, "linker", Form::Program);
        self.key(table, "ar", Form::Program);
        self.key(table, "runner", Form::Command);
    }

    fn key(&mut self, table: &mut toml::Table, key: &str, form: Form) {
        match table.get_mut(key) {
            Some(Value::String(text)) if form == Form::Command => {
                let (program, rest) = text.split_once(' ').unwrap_or((text.as_str(), ""));
                let program = self.spell(program, Form::Program);
                let spelled = [program.as_str(), rest].join(" ");
                spelled.trim_end().clone_into(text);
            }
            Some(Value::String(text)) => *text = self.spell(text, form),
            Some(Value::Array(items)) => {
                let count = if form == Form::Command { 1 } else { items.len() };
                let form = if form == Form::Command { Form::Program } else { form };
                for item in items.iter_mut().take(count) {
                    if let Value::String(text) = item {
                        *text = self.spell(text, form);
                    }
                }
            }
            _ => {}
        }
    }

    fn spell(&mut self, text: &str, form: Form) -> String {
        let is_path = match form {
            Form::Path | Form::Package | Form::Certificates => true,
            Form::Program => text.contains('/'),
            Form::Target => std::path::Path::new(text).extension().is_some_and(|suffix| suffix == "json"),
            Form::Command => false,
        };
        if !is_path || text.starts_with('/') {
            return text.to_owned();
        }
        let file = &self.file.document.file;
        let Some(path) = self.file.base.as_ref().and_then(|base| base.join(text).ok()) else {
            self.findings.push(
                Diagnostic::error(format!("`{file}` names `{text}`, which leads outside the build context"))
                    .hint("paths in Cargo's configuration start at the directory above that of the file"),
            );
            return text.to_owned();
        };
        let is_input = !matches!(form, Form::Package | Form::Certificates);
        if is_input && self.tree.entry(&path).is_some() {
            self.referenced.insert(path.clone());
        }
        // Cargo compares the path of a linker as it is spelled, so what needs no change gets none.
        if self.file.base.as_ref().is_some_and(RelPath::is_root) { text.to_owned() } else { path.to_string() }
    }
}
