//! Why a file is not in the build context.

use crate::name::RelPath;
use crate::tree::Tree;

/// Returns a hint that says why nothing is at `path`, or `None` if nothing is known beyond that.
///
/// `path` need not exist anywhere: that a line excludes it does not say that it is on disk.
#[must_use]
pub fn reason(tree: &Tree, path: &RelPath) -> Option<String> {
    dangling_link(tree, path).or_else(|| excluded(tree, path)).or_else(|| submodule(tree, path))
}

fn dangling_link(tree: &Tree, path: &RelPath) -> Option<String> {
    let mut prefix = RelPath::root();
    for part in path.parts() {
        prefix = prefix.join(part).ok()?;
        if tree.is_link(&prefix) && tree.entry(&prefix).is_none() {
            return Some(format!(
                "`{prefix}` is a symbolic link that leads nowhere, in a circle or out of the build context. Replace it \
                 with the file or directory that it leads to."
            ));
        }
    }
    None
}

fn excluded(tree: &Tree, path: &RelPath) -> Option<String> {
    let excluded = tree.ignore_file().excluded(path)?;
    Some(format!("{}. If the file exists, add the line `!{path}` below it.", excluded.sentence(path)))
}

/// Git leaves an empty directory for a submodule that is not checked out, and tracks no other empty directory.
fn submodule(tree: &Tree, path: &RelPath) -> Option<String> {
    let modules = RelPath::new(".gitmodules").ok()?;
    if !tree.is_file(&modules) {
        return None;
    }
    let mut directory = path.parent()?;
    while !tree.is_directory(&directory) {
        directory = directory.parent()?;
    }
    let is_empty = !directory.is_root() && tree.children(&directory).is_empty();
    is_empty.then(|| {
        format!(
            "`{directory}` is empty, and there is a `.gitmodules`: check the submodule out with `git submodule update \
             --init {directory}`."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::reason;
    use crate::ignore::IgnoreFile;
    use crate::name::RelPath;
    use crate::tree::{Entry, Tree};

    fn path(text: &str) -> RelPath {
        RelPath::new(text).unwrap()
    }

    fn tree(modules: bool) -> Tree {
        let mut tree = Tree::default();
        if modules {
            tree.insert(path(".gitmodules"), Entry::File { size: 1 });
        }
        tree.insert(path("third/party"), Entry::Directory);
        tree.insert(path("src/main.rs"), Entry::File { size: 1 });
        tree.insert(path("link"), Entry::Symlink { target: "/nowhere".to_owned() });
        tree.set_ignore_file(IgnoreFile::parse(path(".dockerignore"), "target\n*.lock\n"));
        tree
    }

    #[test]
    fn each_reason_is_told_and_nothing_is_made_up() {
        for (file, expected) in [
            ("link/Cargo.toml", Some("`link` is a symbolic link that leads nowhere")),
            ("Cargo.lock", Some("`*.lock` in `.dockerignore:2` excludes `Cargo.lock`")),
            ("third/party/Cargo.toml", Some("`git submodule update --init third/party`")),
            ("third/party/deep/a.c", Some("`git submodule update --init third/party`")),
            ("src/lib.rs", None),
            ("other/Cargo.toml", None),
        ] {
            let found = reason(&tree(true), &path(file));
            assert_eq!(found.is_some(), expected.is_some(), "{file}: {found:?}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{file}");
        }
        assert_eq!(reason(&tree(false), &path("third/party/Cargo.toml")), None);
    }
}
