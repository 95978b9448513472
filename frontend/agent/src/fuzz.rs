//! Entry points of fuzz targets.
//!
//! Each passes any bytes to one parser of the agent, and panics if the result breaks a rule that other code relies on.
#![expect(
    missing_docs,
    clippy::missing_panics_doc,
    reason = "each function has the name of its target, and a panic is its result"
)]

use std::path::{Component, Path, PathBuf};

use supercargo_report::SccacheSecret;
use toml::{Table, Value};

use crate::access::configuration::narrowed;
use crate::access::git::passwords;
use crate::access::secret::redact;
use crate::lockfile::{Crate, Lockfile};
use crate::messages::{Door, Message};
use crate::sccache::{credentials, statistics};

/// The keys of a table of `[build]` or `[target]` that a step with network or a secret may see.
const HARMLESS: &str = "rustflags";

pub fn elf(bytes: &[u8]) {
    let Some(found) = crate::elf::parse(bytes) else { return };
    assert!(matches!(found.linked.bits, 32 | 64), "{found:?}");
    for version in found.linked.versions.values().flatten().chain(&found.defines) {
        let (stem, numbers) = crate::elf::split(version);
        assert!(version.starts_with(stem), "{version}");
        assert!(numbers.is_empty() == (version == stem), "{version}");
    }
}

/// No message may lead the agent to a file outside of the target directory.
pub fn messages(bytes: &[u8]) {
    let target_dir = Path::new("/target");
    let door = Door::of(target_dir);
    for line in bytes.split(|byte| *byte == b'\n') {
        let paths: Vec<PathBuf> = match door.admit(line) {
            Some(Message::Artifact(artifact)) => {
                drop((artifact.package().label(), artifact.unit()));
                artifact.filenames.into_iter().chain(artifact.executable).collect()
            }
            Some(Message::Script(script)) => {
                drop(script.package().label());
                vec![script.out_dir]
            }
            Some(Message::Diagnostic { .. } | Message::Finished) | None => Vec::new(),
        };
        for path in paths {
            let leaves = path.components().any(|part| part == Component::ParentDir);
            assert!(path.starts_with(target_dir) && !leaves, "{}", path.display());
        }
    }
}

/// What the lockfile names becomes the names of files in one directory.
pub fn lockfile(bytes: &[u8]) {
    let lockfile = Lockfile::parse(&String::from_utf8_lossy(bytes));
    for stem in lockfile.crates.iter().map(Crate::stem) {
        let parts: Vec<Component<'_>> = Path::new(&stem).components().collect();
        assert!(matches!(parts.as_slice(), [Component::Normal(name)] if **name == *stem), "{stem}");
    }
    assert!(lockfile.repositories.iter().all(|url| !url.contains(['?', '#'])));
}

/// A password leaves a line completely, whatever other passwords there are.
pub fn netrc(bytes: &[u8]) {
    let passwords = passwords(&String::from_utf8_lossy(bytes));
    for password in passwords.iter().filter(|password| password.len() > 5) {
        assert_eq!(redact(password, &passwords), "***");
    }
}

/// What is left of Cargo's configuration names no program, and is read again as it was written.
pub fn configuration(bytes: &[u8]) {
    let Ok(table) = String::from_utf8_lossy(bytes).parse::<Table>() else { return };
    let once = narrowed(table);
    for name in ["alias", "credential-alias", "doc", "env", "host", "profile", "unstable"] {
        assert!(!once.contains_key(name), "{once}");
    }
    let tables = |name: &str| once.get(name).and_then(Value::as_table).cloned().unwrap_or_default();
    let targets = tables("target");
    for table in targets.values().filter_map(Value::as_table).chain([&tables("build")]) {
        assert!(table.keys().all(|key| key == HARMLESS), "{table}");
    }
    let registries = tables("registries");
    for table in registries.values().filter_map(Value::as_table).chain([&tables("registry")]) {
        assert!(!table.contains_key("credential-provider") && !table.contains_key("token"), "{table}");
    }
    // As text, because `nan` differs from itself.
    let text = once.to_string();
    assert_eq!(text.parse::<Table>().map(|table| table.to_string()).as_ref(), Ok(&text));
    assert_eq!(narrowed(once).to_string(), text);
}

/// An error about the credentials shows nothing of them but the name of a variable. The statistics become one line.
pub fn sccache(bytes: &[u8]) {
    let variables = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(str::to_owned).to_vec();
    let secret = SccacheSecret { id: "s".to_owned(), path: String::new(), variables, file_variable: None };
    match credentials::parse(&String::from_utf8_lossy(bytes), &secret) {
        Ok(found) => assert!(found.keys().all(|name| secret.variables.contains(name)), "{found:?}"),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
    }
    if let Some(line) = statistics::line(bytes) {
        assert!(!line.contains('\n'), "{line}");
    }
}
