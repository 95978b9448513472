//! The project's configuration of Cargo, as a step with network or a secret may see it.
//!
//! Cargo runs programs that a configuration names: a compiler, wrappers, credential helpers. In a step that has a token
//! or network, a program of the project could give the one away over the other. So the configuration keeps what says
//! where crates come from and which of them a platform needs, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::error::Error;
use crate::files;

/// The tables that are kept. What says how to log in comes with the step's secrets.
const KEPT: [&str; 7] = ["http", "include", "net", "patch", "paths", "registries", "source"];

/// The keys of a registry, and of `[registry]`, that are kept.
const OF_REGISTRY: [&str; 4] = ["default", "index", "protocol", "replace-with"];

/// Options of rustc that decide which dependencies a platform has: `--cfg tokio_unstable`.
const DECIDING: [&str; 3] = ["--cfg", "target-cpu=", "target-feature="];

/// Narrows every configuration file that Cargo reads in the current directory, as far as it lies in `workspace`.
pub(crate) fn narrow(workspace: &Path) -> Result<(), Error> {
    let current = std::env::current_dir().map_err(Error::file("find", workspace))?;
    let mut seen = BTreeSet::new();
    for directory in current.ancestors().take_while(|directory| directory.starts_with(workspace)) {
        for name in [".cargo/config", ".cargo/config.toml"] {
            narrow_file(&directory.join(name), &mut seen)?;
        }
    }
    Ok(())
}

fn narrow_file(file: &Path, seen: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
    // Cargo itself judges a file that does not parse, before it starts anything.
    let Some(table) = fs::read_to_string(file).ok().and_then(|text| text.parse::<Table>().ok()) else {
        return Ok(());
    };
    if !seen.insert(file.to_owned()) {
        return Ok(());
    }
    for path in included(&table) {
        narrow_file(&file.with_file_name(path), seen)?;
    }
    let narrowed = narrowed(table.clone());
    if narrowed == table {
        return Ok(());
    }
    // At once, for whoever else reads the same files.
    let new = file.with_file_name(format!("supercargo-{}", std::process::id()));
    files::write(&new, narrowed.to_string().as_bytes())?;
    fs::rename(&new, file).map_err(Error::file("replace", file))
}

/// The files that a configuration includes.
fn included(table: &Table) -> Vec<String> {
    let path = |value: &Value| Some(value.get("path").unwrap_or(value).as_str()?.to_owned());
    match table.get("include") {
        Some(Value::Array(items)) => items.iter().filter_map(path).collect(),
        Some(value) => path(value).into_iter().collect(),
        None => Vec::new(),
    }
}

pub(crate) fn narrowed(table: Table) -> Table {
    let mut kept = Table::new();
    for (key, value) in table {
        let value = match (key.as_str(), value) {
            ("registries", Value::Table(registries)) => {
                let narrowed = registries.into_iter().map(|(name, registry)| (name, of_registry(registry)));
                Value::Table(narrowed.collect())
            }
            ("registry", value) => of_registry(value),
            ("build", Value::Table(build)) => Value::Table(deciding(build)),
            ("target", Value::Table(targets)) => {
                let of_target = |(name, target)| match target {
                    Value::Table(target) => Some((name, Value::Table(deciding(target)))),
                    _ => None,
                };
                Value::Table(targets.into_iter().filter_map(of_target).collect())
            }
            (name, value) if KEPT.contains(&name) => value,
            _ => continue,
        };
        kept.insert(key, value);
    }
    kept
}

fn of_registry(value: Value) -> Value {
    let Value::Table(mut table) = value else { return value };
    table.retain(|key, _| OF_REGISTRY.contains(&key));
    Value::Table(table)
}

/// Of a table with `rustflags`, those that decide which dependencies there are.
fn deciding(mut table: Table) -> Table {
    let flags: Vec<String> = match table.remove("rustflags") {
        Some(Value::Array(flags)) => {
            flags.iter().filter_map(|flag| flag.as_str().map(str::to_owned)).collect()
        }
        Some(Value::String(flags)) => flags.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut kept: Vec<Value> = Vec::new();
    let mut flags = flags.into_iter();
    while let Some(flag) = flags.next() {
        // Two words, or one: `-C target-cpu=x`, `-Ctarget-cpu=x`, `--cfg x`, `--cfg=x`.
        let (name, value) = match flag.as_str() {
            "--cfg" | "-C" | "--codegen" => (flag.clone(), flags.next()),
            _ => (flag, None),
        };
        let option = value.as_deref().filter(|_| name != "--cfg").unwrap_or_else(|| {
            name.strip_prefix("-C").or_else(|| name.strip_prefix("--codegen=")).unwrap_or(&name)
        });
        if DECIDING.iter().any(|deciding| option.starts_with(deciding)) {
            kept.extend([Some(name), value].into_iter().flatten().map(Value::String));
        }
    }
    let kept = (!kept.is_empty()).then(|| ("rustflags".to_owned(), Value::Array(kept)));
    kept.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use toml::Table;

    use super::narrowed;

    fn check(before: &str, after: &str) {
        let parse = |text: &str| text.parse::<Table>().unwrap();
        assert_eq!(narrowed(parse(before)), parse(after), "{before}");
    }

    #[test]
    fn nothing_that_names_a_program_stays() {
        for key in [
            "alias.b = \"x\"",
            "build.rustc = \"x\"",
            "build.rustc-wrapper = \"x\"",
            "build.rustc-workspace-wrapper = \"x\"",
            "build.rustdoc = \"x\"",
            "credential-alias.a = [\"x\"]",
            "doc.browser = \"x\"",
            "env.PATH = \"x\"",
            "host.linker = \"x\"",
            "profile.dev.codegen-backend = \"x\"",
            "unstable.codegen-backend = true",
        ] {
            let kept = narrowed(key.parse().unwrap());
            assert!(
                !kept.to_string().contains("\"x\"") && !kept.to_string().contains("true"),
                "{key}: {kept}"
            );
        }
        check(
            "[registry]\ndefault = \"own\"\ncredential-provider = \"x\"\nglobal-credential-providers = [\"x\"]\n\
             [registries.own]\nindex = \"i\"\ntoken = \"x\"\ncredential-provider = [\"x\"]\n",
            "[registry]\ndefault = \"own\"\n[registries.own]\nindex = \"i\"\n",
        );
        check("[target.x]\nlinker = \"x\"\nrunner = \"x\"\nar = \"x\"\n", "[target.x]\n");
    }

    #[test]
    fn where_crates_come_from_and_what_a_platform_is_stay() {
        let kept = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"v\"\n[net]\nretry = 1\n\
                    [http]\nproxy = \"p\"\n[patch.crates-io]\na = { path = \"a\" }\n";
        check(kept, kept);
        check(
            "build.rustflags = [\"--cfg\", \"a\", \"-C\", \"linker=x\", \"-Ctarget-cpu=native\", \"--cfg=b\"]",
            "build.rustflags = [\"--cfg\", \"a\", \"-Ctarget-cpu=native\", \"--cfg=b\"]",
        );
        check(
            "target.'cfg(unix)'.rustflags = \"-Zcodegen-backend=x -C target-feature=+crt-static --codegen linker=x\"",
            "target.'cfg(unix)'.rustflags = [\"-C\", \"target-feature=+crt-static\"]",
        );
    }
}
