//! Linkers that Cargo's configuration names, as far as a package brings them.

use super::Names;
use crate::plan::Chosen;
use crate::plan::cross::configured_linker;
use crate::project::{CargoConfig, Project};
use crate::skeleton::{self, Selection};

/// What a configuration says to link with, and the package that has it under Debian and under Alpine.
const PROGRAMS: [(&str, &str); 5] =
    [("clang", "clang"), ("lld", "lld"), ("ld.lld", "lld"), ("mold", "mold"), ("ld.mold", "mold")];

/// The packages with the linkers that the project's `.cargo/config.toml` names for the target, as `linker` or in its
/// flags. A linker at a path, and one that no package is known for, is the toolchain image's own.
pub(super) fn linkers(project: &Project, selection: &Selection) -> Vec<Chosen<Names>> {
    let Some(config) = &project.cargo_config else { return Vec::new() };
    // Flags of our own configuration are not among them: what it asks for, it brings.
    let plain = Selection { rustflags: Vec::new(), ..selection.clone() };
    named(config, &skeleton::target_flags(project, &plain), &selection.target)
}

fn named(config: &CargoConfig, flags: &[String], triple: &str) -> Vec<Chosen<Names>> {
    let linker = configured_linker(Some(config), triple).map(|(linker, _)| linker);
    let programs = linker.into_iter().chain(flags.iter().filter_map(|flag| program(flag)));
    let mut packages: Vec<&str> = programs.filter_map(|program| package(&program)).collect();
    packages.sort_unstable();
    packages.dedup();
    let chosen = |package: &str| {
        let names = || vec![package.to_owned()];
        let because = format!("the linker in {}", config.file);
        Chosen { value: Names { apt: names(), apk: names() }, because }
    };
    packages.into_iter().map(chosen).collect()
}

/// The program that one flag of rustc names: `linker=clang`, `link-arg=-fuse-ld=lld`, each perhaps behind `-C`.
fn program(flag: &str) -> Option<String> {
    let flag = flag.strip_prefix("-C").unwrap_or(flag).trim_start();
    let linker = || flag.strip_prefix("linker=");
    let by_compiler = || {
        let arguments = flag.strip_prefix("link-arg=").or_else(|| flag.strip_prefix("link-args="))?;
        arguments.split_whitespace().find_map(|argument| argument.strip_prefix("-fuse-ld="))
    };
    linker().or_else(by_compiler).map(str::to_owned)
}

fn package(program: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|(name, _)| *name == program).map(|(_, package)| *package)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::named;
    use crate::name::RelPath;
    use crate::project::CargoConfig;

    fn packages(table: &str, flags: &[&str]) -> String {
        let file = RelPath::new(".cargo/config.toml").unwrap();
        let table = toml::from_str(table).unwrap();
        let config = CargoConfig {
            file,
            files: Vec::new(),
            table,
            referenced: BTreeSet::default(),
            vendored: BTreeMap::default(),
        };
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let found = named(&config, &flags, "x86_64-unknown-linux-gnu");
        assert!(found.iter().all(|chosen| chosen.because == "the linker in .cargo/config.toml"));
        found.iter().flat_map(|chosen| chosen.value.apt.clone()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_way_of_naming_a_linker_brings_its_package() {
        assert_eq!(packages("[target.x86_64-unknown-linux-gnu]\nlinker = 'clang'", &[]), "clang");
        assert_eq!(
            packages("[target.'cfg(unix)']\nlinker = 'clang'", &["-C", "link-arg=-fuse-ld=mold"]),
            "clang mold"
        );
        assert_eq!(packages("", &["-C", "linker=clang", "-Clink-arg=-fuse-ld=lld"]), "clang lld");
        assert_eq!(packages("", &["-Clink-args=-s -fuse-ld=mold"]), "mold");
    }

    #[test]
    fn what_the_image_has_or_nobody_knows_brings_none() {
        for flags in [
            &["-C", "linker=gcc"][..],
            &["-Clinker=/opt/clang"],
            &["-Clink-arg=-fuse-ld=/opt/lld"],
            &["-Cdebuginfo=1"],
        ] {
            assert_eq!(packages("[target.aarch64-apple-darwin]\nlinker = 'clang'", flags), "");
        }
    }
}
