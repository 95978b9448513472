//! A project while it is edited.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use crate::fixture::{self, Files};
use crate::layout::Layout;

/// The crates of the registry that edits bring in.
const CHECKSUM: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A layout's files, and what else a build of it is made from.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) layout: &'static Layout,
    pub(crate) files: Files,
    pub(crate) binary: String,
    pub(crate) toolchain_digest: String,
}

impl Case {
    pub(crate) fn new(layout: &'static Layout) -> Self {
        Self {
            layout,
            files: fixture::files(layout.text),
            binary: layout.binary.to_owned(),
            toolchain_digest: format!("sha256:{}", "1".repeat(64)),
        }
    }

    /// The path of a file of the package that is built.
    pub(crate) fn of_app(&self, file: &str) -> String {
        below(self.layout.app, file)
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        let contents = self.files.get(path).unwrap_or_else(|| panic!("there is no `{path}`"));
        String::from_utf8(contents.clone()).unwrap()
    }

    pub(crate) fn write(&mut self, path: &str, text: impl Into<String>) {
        self.files.insert(path.to_owned(), text.into().into_bytes());
    }

    /// Writes a file that was not there.
    pub(crate) fn create(&mut self, path: &str, text: &str) {
        assert!(!self.has(path), "`{path}` is there already");
        self.write(path, text);
    }

    pub(crate) fn append(&mut self, path: &str, text: &str) {
        self.write(path, self.read(path) + text);
    }

    /// Edits a TOML file, which need not be there.
    pub(crate) fn toml(&mut self, path: &str, edit: impl FnOnce(&mut DocumentMut)) {
        let text = if self.has(path) { self.read(path) } else { String::new() };
        let mut document: DocumentMut = text.parse().unwrap();
        edit(&mut document);
        self.write(path, document.to_string());
    }

    /// Edits the manifest of the package that is built.
    pub(crate) fn app(&mut self, edit: impl FnOnce(&mut DocumentMut)) {
        self.toml(&self.of_app("Cargo.toml"), edit);
    }

    /// The name of the package in a directory.
    pub(crate) fn name_of(&self, directory: &str) -> String {
        let manifest: DocumentMut = self.read(&below(directory, "Cargo.toml")).parse().unwrap();
        manifest["package"]["name"].as_str().unwrap().to_owned()
    }

    /// Adds a crate of the registry to the lockfile, if it is not in it, and a dependency of `package` on it.
    pub(crate) fn lock_dependency(&mut self, package: &str, name: &str, version: &str) {
        if !locked_names(&self.read("Cargo.lock")).contains(&name.to_owned()) {
            let entry = format!(
                "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{REGISTRY}\"\nchecksum = \"{CHECKSUM}\"\n"
            );
            self.append("Cargo.lock", &entry);
        }
        self.locked(package, |entry| {
            let list = entry.entry("dependencies").or_insert(value(Array::new())).as_array_mut().unwrap();
            if !list.iter().any(|item| item.as_str() == Some(name)) {
                list.push(name);
            }
        });
    }

    /// Adds a local package without dependencies to the lockfile.
    pub(crate) fn lock_local(&mut self, name: &str) {
        self.append("Cargo.lock", &format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\n"));
    }

    /// Takes a dependency of `package` out of the lockfile, and what then is left over.
    pub(crate) fn unlock_dependency(&mut self, package: &str, name: &str) {
        self.locked(package, |entry| {
            let list = entry["dependencies"].as_array_mut().unwrap();
            let position = list.iter().position(|item| item.as_str() == Some(name)).unwrap();
            list.remove(position);
        });
        self.drop_left_over();
    }

    /// Edits the entry of one package in the lockfile.
    pub(crate) fn locked(&mut self, package: &str, edit: impl FnOnce(&mut Table)) {
        self.toml("Cargo.lock", |lock| {
            let packages = lock["package"].as_array_of_tables_mut().unwrap();
            let entry = packages.iter_mut().find(|entry| entry["name"].as_str() == Some(package));
            edit(entry.unwrap_or_else(|| panic!("`{package}` is not locked")));
        });
    }

    /// Takes the entry of a local package out of the lockfile, and what then is left over.
    pub(crate) fn unlock_local(&mut self, package: &str) {
        self.toml("Cargo.lock", |lock| {
            let packages = lock["package"].as_array_of_tables_mut().unwrap();
            packages.retain(|entry| entry["name"].as_str() != Some(package));
        });
        self.drop_left_over();
    }

    /// Renames a local package in the lockfile.
    pub(crate) fn relock(&mut self, from: &str, to: &str) {
        let lock = self.read("Cargo.lock").replace(&format!("\"{from}\""), &format!("\"{to}\""));
        self.write("Cargo.lock", lock);
    }

    /// Takes registry packages that no entry names any more out of the lockfile.
    fn drop_left_over(&mut self) {
        loop {
            let lock: DocumentMut = self.read("Cargo.lock").parse().unwrap();
            let entries = || lock["package"].as_array_of_tables().unwrap().iter();
            let named = |name: &str| {
                entries().any(|entry| {
                    let list = entry.get("dependencies").and_then(Item::as_array);
                    list.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(name)))
                })
            };
            let left = entries()
                .find(|entry| entry.get("source").is_some() && !named(entry["name"].as_str().unwrap()));
            let Some(left) = left.map(|entry| entry["name"].as_str().unwrap().to_owned()) else { return };
            self.toml("Cargo.lock", |lock| {
                let packages = lock["package"].as_array_of_tables_mut().unwrap();
                packages.retain(|entry| entry["name"].as_str() != Some(&left));
            });
        }
    }

    /// Gives every file below a directory another place.
    pub(crate) fn move_directory(&mut self, from: &str, to: &str) {
        let names: Vec<String> =
            self.files.keys().filter(|name| name.starts_with(&format!("{from}/"))).cloned().collect();
        assert!(!names.is_empty(), "there is nothing in `{from}`");
        for name in names {
            let contents = self.files.remove(&name).unwrap();
            self.files.insert(format!("{to}{}", &name[from.len()..]), contents);
        }
    }
}

/// A path below a directory, which may be the root.
pub(crate) fn below(directory: &str, file: &str) -> String {
    if directory.is_empty() { file.to_owned() } else { format!("{directory}/{file}") }
}

/// A table in a document, made if it is not there.
pub(crate) fn table<'d>(document: &'d mut DocumentMut, path: &[&str]) -> &'d mut dyn TableLike {
    let mut current: &mut dyn TableLike = document.as_table_mut();
    for key in path {
        let mut empty = Table::new();
        empty.set_implicit(true);
        current = current.entry(key).or_insert(Item::Table(empty)).as_table_like_mut().unwrap();
    }
    current
}

fn locked_names(lock: &str) -> Vec<String> {
    let lock: DocumentMut = lock.parse().unwrap();
    let packages = lock["package"].as_array_of_tables().unwrap();
    packages.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}
