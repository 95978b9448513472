//! What it takes to compile on one platform for another, without emulation: names, a linker, a C compiler.
//!
//! Only variables that name the target are set, so that build scripts and what they link keep the builder's own compiler.
//! What the user's `.cargo/config.toml` says wins: Cargo would prefer the environment.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Debian packages that the toolchain must have, of the builder's architecture.
    pub packages: BTreeSet<String>,
}

impl Cross {
    /// What it takes to compile on `builder` for `target`; `None` if they are the same.
    pub(super) fn of(
        builder: (&Platform, &Names),
        target: &Names,
        config: Option<&CargoConfig>,
    ) -> Option<Self> {
        let (platform, host) = builder;
        if host == target {
            return None;
        }
        let tool = |name: &str| format!("{}-{name}", target.system);
        let suffix = target.gnu.replace('-', "_");
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
        let linker = match configured_linker(config, target.gnu) {
            Some((linker, file)) => Chosen { value: linker, because: file },
            None => {
                let variable = format!("CARGO_TARGET_{}_LINKER", suffix.to_uppercase());
                environment.insert(variable, tool("gcc"));
                let because = format!("Debian's compiler for {} on {}", target.platform, host.platform);
                Chosen { value: tool("gcc"), because }
            }
        };
        let mut packages = BTreeSet::new();
        // Who brings a linker of another kind brings what belongs to it.
        if linker.value == tool("gcc") {
            packages.extend([target.compiler_package(), target.libc_package()]);
            for (variable, program) in [("CC", "gcc"), ("CXX", "g++"), ("AR", "ar")] {
                environment.insert(format!("{variable}_{suffix}"), tool(program));
            }
        }
        // Cargo's `[env]` gives way to the environment unless it says otherwise, so ours gives way to it.
        let own = config.and_then(|config| config.get(&["env"])).and_then(toml::Value::as_table);
        environment.retain(|name, _| own.is_none_or(|own| !own.contains_key(name)));
        Some(Self { builder: platform.clone(), host: host.gnu.to_owned(), linker, environment, packages })
    }
}

/// The linker that Cargo's configuration names for `triple`, and the file that does.
fn configured_linker(config: Option<&CargoConfig>, triple: &str) -> Option<(String, String)> {
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
