//! What it takes to compile on one platform for another, without emulation: names, a linker, a C compiler.
//!
//! Only variables that name the target are set, so that build scripts and what they link keep the builder's own compiler.
//! What the user's `.cargo/config.toml` says wins: Cargo would prefer the environment.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use cargo_platform::Platform as Condition;
use serde::Serialize;

use super::Chosen;
use super::triple::Names;
use crate::project::{CargoConfig, parse_platform};

/// What compiling for another platform than the builder's adds to a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cross {
    /// The platform that the steps run on.
    #[serde(serialize_with = "super::displayed")]
    pub builder: Platform,
    /// The builder's triple, for which build scripts and procedural macros are compiled.
    pub host: String,
    /// What links for the target.
    pub linker: Chosen<String>,
    /// Variables of the compile steps, unless the toolchain image sets them itself.
    pub environment: BTreeMap<String, String>,
    /// Debian packages with the tools named above; empty if they are the user's own.
    #[serde(skip)]
    pub packages: Vec<String>,
    /// The names of the platform that is compiled for.
    #[serde(skip)]
    pub target: Names,
}

/// Beginnings of the names of libraries that tools of the build are linked with, and not programs that it makes.
const OF_THE_BUILD: [&str; 4] = ["libclang", "libllvm", "libprotobuf", "llvm"];

impl Cross {
    /// What it takes to compile on the builder, whose compiler has the triple `own`, for `triple` on the platform
    /// `target`; `None` if the platforms are the same.
    pub(super) fn of(
        builder: (&Platform, &Names, &str),
        (target, triple): (&Names, &str),
        config: Option<&CargoConfig>,
    ) -> Option<Self> {
        let (platform, host, own) = builder;
        if host == target {
            return None;
        }
        let tool = |name: &str| format!("{}-{name}", target.system);
        let suffix = triple.replace('-', "_");
        let libraries = target.library_directory();
        let mut environment = BTreeMap::from([
            // Debian keeps the libraries of all its platforms side by side; without a list of directories pkg-config
            // would answer with the builder's.
            (format!("PKG_CONFIG_ALLOW_CROSS_{suffix}"), "1".to_owned()),
            (
                format!("PKG_CONFIG_LIBDIR_{suffix}"),
                format!("/usr/lib/{libraries}/pkgconfig:/usr/share/pkgconfig"),
            ),
        ]);
        let linker = match configured_linker(config, triple) {
            Some((linker, file)) => Chosen { value: linker, because: file },
            None => {
                let variable = format!("CARGO_TARGET_{}_LINKER", suffix.to_uppercase());
                environment.insert(variable, tool("gcc"));
                let because = format!("Debian's compiler for {} on {}", target.platform, host.platform);
                Chosen { value: tool("gcc"), because }
            }
        };
        let mut packages = Vec::new();
        // Who brings a linker of another kind brings what belongs to it.
        if linker.value == tool("gcc") {
            packages = vec![target.compiler_package(), target.libc_package()];
            for (variable, program) in [("CC", "gcc"), ("CXX", "g++"), ("AR", "ar")] {
                environment.insert(format!("{variable}_{suffix}"), tool(program));
            }
        }
        if triple != target.gnu {
            // Debian's libraries are made for glibc.
            environment.retain(|name, _| !name.starts_with("PKG_CONFIG_"));
        }
        // Cargo's `[env]` gives way to the environment unless it says otherwise, so ours gives way to it.
        let set = config.and_then(|config| config.get(&["env"])).and_then(toml::Value::as_table);
        environment.retain(|name, _| set.is_none_or(|set| !set.contains_key(name)));
        let host = own.to_owned();
        Some(Self { builder: platform.clone(), host, linker, environment, packages, target: *target })
    }

    /// The Debian package that takes the place of `name`, which a build on the target itself would need: a library is
    /// that of the other architecture, a compiler is the one that compiles for it, and any other program stays.
    ///
    /// A name with an architecture, such as `libssl-dev:native`, says what it means.
    pub(super) fn package(&self, name: &str) -> String {
        let (plain, version) = name.find('=').map_or((name, ""), |at| name.split_at(at));
        if matches!(plain, "gcc" | "g++" | "gfortran") {
            return format!("{plain}-{}{version}", self.target.system.replace('_', "-"));
        }
        let is_of_the_build = OF_THE_BUILD.iter().any(|start| plain.starts_with(start));
        let is_library = plain.ends_with("-dev") && !plain.contains(':') && !is_of_the_build;
        if is_library { format!("{plain}:{}{version}", self.target.debian) } else { name.to_owned() }
    }
}

/// The linker that Cargo's configuration names for `triple`, and the file that does.
pub(super) fn configured_linker(config: Option<&CargoConfig>, triple: &str) -> Option<(String, String)> {
    let config = config?;
    let targets = config.get(&["target"])?.as_table()?;
    let linker = |key: &str| targets.get(key)?.get("linker")?.as_str();
    let conditional = || {
        targets.keys().find_map(|key| {
            let condition @ Condition::Cfg(_) = parse_platform(key).ok()? else { return None };
            let linker = linker(key)?;
            crate::skeleton::is_active(&condition, triple).then_some(linker)
        })
    };
    let linker = linker(triple).or_else(conditional)?;
    Some((linker.to_owned(), config.file.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Cross;
    use crate::name::RelPath;
    use crate::plan::triple;
    use crate::project::CargoConfig;

    fn cross(builder: &str, target: &str, config: &str) -> Option<Cross> {
        let config = CargoConfig {
            file: RelPath::new(".cargo/config.toml").unwrap(),
            files: Vec::new(),
            table: toml::from_str(config).unwrap(),
            referenced: std::collections::BTreeSet::new(),
            vendored: BTreeMap::new(),
        };
        let [builder, target] = [builder, target].map(|name| name.parse().unwrap());
        let names = |platform| triple::names_of(platform).unwrap();
        let (host, gnu) = (names(&builder), names(&target).gnu);
        Cross::of((&builder, host, host.gnu), (names(&target), gnu), Some(&config))
    }

    #[test]
    fn the_builders_own_platform_needs_nothing() {
        assert_eq!(cross("linux/arm64", "linux/arm64", ""), None);
    }

    #[test]
    fn only_variables_that_name_the_target_are_set() {
        let cross = cross("linux/amd64", "linux/arm/v7", "").unwrap();
        assert_eq!(cross.host, "x86_64-unknown-linux-gnu");
        assert_eq!(cross.packages, ["gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross"]);
        let variable = |name: &str| cross.environment.get(name).map(String::as_str);
        let linker = variable("CARGO_TARGET_ARMV7_UNKNOWN_LINUX_GNUEABIHF_LINKER");
        assert_eq!(linker, Some("arm-linux-gnueabihf-gcc"));
        assert_eq!(variable("CXX_armv7_unknown_linux_gnueabihf"), Some("arm-linux-gnueabihf-g++"));
        let directories = variable("PKG_CONFIG_LIBDIR_armv7_unknown_linux_gnueabihf");
        assert_eq!(directories, Some("/usr/lib/arm-linux-gnueabihf/pkgconfig:/usr/share/pkgconfig"));
        let is_of_the_target = |name: &str| name.to_lowercase().contains("armv7_unknown_linux_gnueabihf");
        assert!(cross.environment.keys().all(|name| is_of_the_target(name)));
    }

    #[test]
    fn a_configured_linker_wins() {
        for table in [
            "[target.aarch64-unknown-linux-gnu]\nlinker = 'clang'\n",
            "[target.'cfg(target_arch = \"aarch64\")']\nlinker = 'clang'\n",
        ] {
            let cross = cross("linux/amd64", "linux/arm64", table).unwrap();
            assert_eq!(
                (cross.linker.value.as_str(), cross.linker.because.as_str()),
                ("clang", ".cargo/config.toml")
            );
            assert!(cross.packages.is_empty(), "{table}");
            assert!(cross.environment.keys().all(|name| name.starts_with("PKG_CONFIG_")), "{table}");
        }
        let other = "[target.'cfg(windows)']\nlinker = 'clang'\n[target.x86_64-unknown-linux-gnu]\nlinker = 'clang'\n";
        assert_eq!(cross("linux/amd64", "linux/arm64", other).unwrap().linker.value, "aarch64-linux-gnu-gcc");
    }

    #[test]
    fn debians_linker_by_configuration_needs_debians_packages_all_the_same() {
        let table = "[target.aarch64-unknown-linux-gnu]\nlinker = 'aarch64-linux-gnu-gcc'\n";
        let cross = cross("linux/amd64", "linux/arm64", table).unwrap();
        assert_eq!(cross.packages, ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"]);
        assert_eq!(cross.environment["CC_aarch64_unknown_linux_gnu"], "aarch64-linux-gnu-gcc");
        assert!(
            !cross.environment.keys().any(|name| name.ends_with("_LINKER")),
            "cargo would prefer the variable"
        );
    }

    #[test]
    fn libraries_are_of_the_target_and_programs_of_the_builder() {
        let cross = cross("linux/arm64", "linux/amd64", "").unwrap();
        for (name, expected) in [
            ("libssl-dev", "libssl-dev:amd64"),
            ("zlib1g-dev=1:1.2.13", "zlib1g-dev:amd64=1:1.2.13"),
            ("libssl-dev:native", "libssl-dev:native"),
            ("libclang-dev", "libclang-dev"),
            ("llvm-14-dev", "llvm-14-dev"),
            ("g++", "g++-x86-64-linux-gnu"),
            ("cmake", "cmake"),
            ("protobuf-compiler", "protobuf-compiler"),
        ] {
            assert_eq!(cross.package(name), expected);
        }
    }

    #[test]
    fn configured_variables_win() {
        let cross =
            cross("linux/amd64", "linux/arm64", "[env]\nCC_aarch64_unknown_linux_gnu = 'clang'\n").unwrap();
        assert!(!cross.environment.contains_key("CC_aarch64_unknown_linux_gnu"));
        assert!(cross.environment.contains_key("CXX_aarch64_unknown_linux_gnu"));
    }
}
