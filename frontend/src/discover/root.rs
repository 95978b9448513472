//! The root manifest, and what to say where there is none.

use super::walk::Manifest;
use crate::absence;
use crate::diagnostic::{Diagnostic, Span};
use crate::name::RelPath;
use crate::tree::Tree;

/// What is wrong with a context that has no `Cargo.toml` at its root; `None` if it has one.
pub(crate) fn missing(tree: &Tree) -> Option<Diagnostic> {
    let root = RelPath::new("Cargo.toml").ok()?;
    if tree.is_file(&root) {
        return None;
    }
    if tree.is_empty() {
        return Some(
            Diagnostic::error("the build context is empty")
                .hint("run the build in the directory of `Cargo.toml`, as in `docker buildx build .`")
                .hint("a `.dockerignore` that holds `*` needs `!` lines for what the build reads"),
        );
    }
    let mut error = Diagnostic::error("there is no `Cargo.toml` at the root of the build context");
    if tree.is_directory(&root) {
        error = Diagnostic::error("`Cargo.toml` at the root of the build context is a directory");
    }
    error = error.hints(absence::reason(tree, &root));
    if let Some(name) = tree.children(&RelPath::root()).into_iter().find(|name| is_misspelt(name)) {
        error = error.hint(format!("rename `{name}` to `Cargo.toml`: the name is case-sensitive"));
    }
    if let Some(dir) = nearest(tree) {
        error = error.hint(format!(
            "the nearest one is `{dir}/Cargo.toml`: if that is the project, build with \
             `docker buildx build {dir}`"
        ));
    }
    Some(error)
}

/// What is wrong with a root manifest that has neither table.
pub(crate) fn neither_package_nor_workspace(root: &Manifest) -> Diagnostic {
    Diagnostic::error("`Cargo.toml` has neither a `[package]` nor a `[workspace]` table")
        .at(Span::line(root.file.clone(), 1))
        .hint("a package needs at least `[package]` with a `name`")
}

fn is_misspelt(name: &str) -> bool {
    name != "Cargo.toml" && name.eq_ignore_ascii_case("cargo.toml")
}

/// The directory of the manifest with the fewest parts in its path, first by name among equals.
fn nearest(tree: &Tree) -> Option<RelPath> {
    tree.entries()
        .map(|(path, _)| path)
        .filter(|path| path.file_name() == Some("Cargo.toml") && tree.is_file(path))
        .filter_map(RelPath::parent)
        .min_by_key(|dir| (dir.parts().count(), dir.clone()))
        .filter(|dir| !dir.is_root())
}
