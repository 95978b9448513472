//! What manifests tell the code of their packages: `CARGO_PKG_DESCRIPTION` and its like.
//!
//! Cargo compiles a package again if it reads such a variable with `env!`. It does not know of a procedural macro that
//! reads one at run time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use crate::error::Error;
use crate::ledger::key;
use crate::sources::{self, Listing};

/// What becomes no variable, or makes Cargo compile another unit when it changes.
const UNTOLD: [&str; 2] = ["metadata", "version"];

/// The name of every manifest.
const NAME: &str = "Cargo.toml";

/// True if no manifest differs between two ledgers' entries.
pub(crate) fn are_same(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> bool {
    let is_manifest = |key: &&String| key.rsplit('/').next() == Some(NAME);
    let manifests =
        |entries| BTreeMap::iter(entries).filter(|(key, _): &(&String, &String)| is_manifest(key));
    manifests(one).eq(manifests(other))
}

/// Digests of what is told, by the directory of the package.
pub(crate) fn told(root: &Path, listing: &Listing) -> Result<BTreeMap<String, String>, Error> {
    let mut manifests = BTreeMap::new();
    for path in listing.iter().filter(|(_, metadata)| metadata.is_file()).map(|(path, _)| path) {
        if path.file_name().is_some_and(|name| name == NAME) {
            let file = root.join(path);
            let bytes = fs::read(&file).map_err(Error::file("read", &file))?;
            let directory = path.parent().unwrap_or(Path::new(""));
            // Cargo itself judges a manifest that does not parse.
            let table = String::from_utf8_lossy(&bytes).parse::<Table>().unwrap_or_default();
            manifests.insert(directory, table);
        }
    }
    let digests = manifests.iter().filter_map(|(directory, manifest)| {
        let package = manifest.get("package").or_else(|| manifest.get("project"))?.as_table()?;
        let told = package.iter().filter(|(name, _)| !UNTOLD.contains(&name.as_str()));
        let mut text: Vec<String> = told.map(|(name, value)| format!("{name} = {value}")).collect();
        let is_inherited =
            |value: &Value| value.as_table().is_some_and(|table| table.contains_key("workspace"));
        if package.values().any(is_inherited) {
            let above = directory.ancestors().filter_map(|above| manifests.get(above));
            text.extend(
                above.filter_map(|above| above.get("workspace")?.get("package")).map(Value::to_string),
            );
        }
        Some((key(directory), sources::hex(Sha256::new_with_prefix(text.join("\n")))))
    });
    Ok(digests.collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::told;
    use crate::sources;

    #[test]
    fn variables_change_and_nothing_else_does() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let digest = |workspace: &str, package: &str| {
            fs::create_dir_all(root.join("a/b")).unwrap();
            fs::write(root.join("Cargo.toml"), workspace).unwrap();
            fs::write(root.join("a/b/Cargo.toml"), package).unwrap();
            let mut told = told(root, &sources::list(root, &[]).unwrap()).unwrap();
            told.remove("a/b").unwrap()
        };
        let (one, two) =
            ("[workspace.package]\nlicense = \"MIT\"\n", "[workspace.package]\nlicense = \"0BSD\"\n");
        let own = "[package]\nname = \"b\"\nversion = \"1.0.0\"\ndescription = \"x\"\n";
        let inherited = "[package]\nname = \"b\"\nlicense.workspace = true\n";
        for (what, before, after, differs) in [
            ("a description", (one, own), (one, &*own.replace("\"x\"", "\"y\"")), true),
            ("a version", (one, own), (one, &*own.replace("1.0.0", "1.0.1")), false),
            ("a dependency", (one, own), (one, &*format!("{own}[dependencies]\nx = \"1\"\n")), false),
            ("a comment", (one, own), (one, &*format!("# x\n{own}")), false),
            ("what is inherited", (one, inherited), (two, inherited), true),
            ("what others inherit", (one, own), (two, own), false),
        ] {
            assert_eq!(digest(before.0, before.1) != digest(after.0, after.1), differs, "{what}");
        }
    }
}
