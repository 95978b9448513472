//! Which `[target]` tables are active on the platforms of a build.

use cargo_platform::{Cfg, CfgExpr, Ident, Platform};
use cfg_expr::targets::{Endian, TargetInfo, get_builtin_target_by_triple};

use super::selection::Selection;
use crate::project::{CargoConfig, parse_platform};

/// A target platform with the values that Cargo evaluates conditions with.
#[derive(Clone, Debug)]
pub(super) struct Target {
    triple: String,
    /// `None` for a triple that is none of rustc's own.
    values: Option<Vec<Cfg>>,
}

impl Target {
    /// The platform `triple`, with what `flags` for rustc add.
    pub(super) fn new(triple: &str, flags: &[String]) -> Self {
        let values = get_builtin_target_by_triple(triple).map(|info| {
            let mut values = builtin(info);
            values.extend(flagged(flags));
            values
        });
        Self { triple: triple.to_owned(), values }
    }

    /// Whether `platform` is active, or `None` if only the compiler can say.
    pub(super) fn is_active(&self, platform: &Platform) -> Option<bool> {
        match platform {
            Platform::Name(name) => Some(*name == self.triple),
            Platform::Cfg(expression) => decide(expression, self.values.as_deref()?),
        }
    }
}

/// Evaluates with three values: an undecided part decides nothing unless the rest does.
fn decide(expression: &CfgExpr, values: &[Cfg]) -> Option<bool> {
    match expression {
        CfgExpr::Not(inner) => decide(inner, values).map(|value| !value),
        CfgExpr::All(all) => decide_all(all, values, false),
        CfgExpr::Any(any) => decide_all(any, values, true),
        CfgExpr::Value(value) if is_of_the_compiler(value) => None,
        CfgExpr::Value(value) => Some(values.contains(value)),
        CfgExpr::True => Some(true),
        CfgExpr::False => Some(false),
    }
}

/// The value `deciding` if one part has it, its opposite if all have that.
fn decide_all(parts: &[CfgExpr], values: &[Cfg], deciding: bool) -> Option<bool> {
    let mut is_open = false;
    for part in parts {
        match decide(part, values) {
            Some(value) if value == deciding => return Some(deciding),
            Some(_) => {}
            None => is_open = true,
        }
    }
    if is_open { None } else { Some(!deciding) }
}

/// True for values that depend on the CPU or on the compiler's release.
fn is_of_the_compiler(value: &Cfg) -> bool {
    let name = match value {
        Cfg::Name(name) | Cfg::KeyPair(name, _) => name.as_str(),
    };
    matches!(name, "target_feature" | "panic" | "relocation_model" | "target_thread_local")
}

fn builtin(info: &TargetInfo) -> Vec<Cfg> {
    let name = |name: &str| Cfg::Name(ident(name));
    let pair = |key: &str, value: &str| Cfg::KeyPair(ident(key), value.to_owned());
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut values = vec![
        // Cargo asks for the values without any optimisation.
        name("debug_assertions"),
        pair("target_arch", info.arch.as_str()),
        pair("target_os", &info.os.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)),
        pair("target_env", &optional(info.env.as_ref().map(AsRef::as_ref))),
        pair("target_abi", &optional(info.abi.as_ref().map(AsRef::as_ref))),
        pair("target_vendor", info.vendor.as_ref().map_or("unknown", AsRef::as_ref)),
        pair("target_pointer_width", &info.pointer_width.to_string()),
        pair("target_endian", if info.endian == Endian::little { "little" } else { "big" }),
    ];
    for family in info.families.iter() {
        values.push(pair("target_family", family.as_ref()));
        if matches!(family.as_ref(), "unix" | "windows") {
            values.push(name(family.as_ref()));
        }
    }
    for atomic in info.has_atomics.iter() {
        values.push(name("target_has_atomic"));
        values.push(pair("target_has_atomic", &atomic.to_string()));
    }
    values
}

fn ident(name: &str) -> Ident {
    Ident { name: name.to_owned(), raw: false }
}

/// The values that `--cfg` flags set.
fn flagged(flags: &[String]) -> Vec<Cfg> {
    let mut values = Vec::new();
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        let value = match flag.strip_prefix("--cfg") {
            Some("") => flags.next().map(String::as_str),
            Some(value) => value.strip_prefix('='),
            None => None,
        };
        values.extend(value.and_then(|value| value.parse().ok()));
    }
    values
}

/// Whether `platform` is active on `triple` without any flags; false where only the compiler can say.
pub(crate) fn is_active(platform: &Platform, triple: &str) -> bool {
    Target::new(triple, &[]).is_active(platform) == Some(true)
}

/// The flags that Cargo's configuration gives rustc for `triple`: those of the tables for it, and only without such
/// those for all.
pub(super) fn configured_flags(config: Option<&CargoConfig>, triple: &str) -> Vec<String> {
    let Some(config) = config else { return Vec::new() };
    let plain = Target::new(triple, &[]);
    let mut flags = Vec::new();
    for (key, table) in config.get(&["target"]).and_then(toml::Value::as_table).into_iter().flatten() {
        let is_active = parse_platform(key).is_ok_and(|platform| plain.is_active(&platform) != Some(false));
        if is_active {
            flags.extend(words(table.get("rustflags")));
        }
    }
    if flags.is_empty() { words(config.get(&["build", "rustflags"])) } else { flags }
}

/// Whether the configuration has flags for the target of `selection` in particular, which go before those for all.
#[must_use]
pub fn has_target_flags(config: Option<&CargoConfig>, selection: &Selection) -> bool {
    let target = Target::new(&selection.target, &configured_flags(config, &selection.target));
    let tables = config.and_then(|config| config.get(&["target"])?.as_table());
    tables.into_iter().flatten().any(|(key, table)| {
        table.get("rustflags").is_some()
            && parse_platform(key).is_ok_and(|platform| target.is_active(&platform) != Some(false))
    })
}

/// Flags as Cargo takes them: a list, or a string with spaces between.
#[must_use]
pub fn words(value: Option<&toml::Value>) -> Vec<String> {
    match value {
        Some(toml::Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(toml::Value::Array(items)) => {
            items.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use cargo_platform::Cfg;

    use super::{Target, is_of_the_compiler};

    #[test]
    fn conditions_are_decided_where_they_can_be() {
        let flags = ["--cfg".to_owned(), "fancy".to_owned(), "--cfg=level=\"2\"".to_owned()];
        let target = Target::new("x86_64-unknown-linux-gnu", &flags);
        for (condition, expected) in [
            ("cfg(unix)", Some(true)),
            ("cfg(windows)", Some(false)),
            ("cfg(all(target_os = \"linux\", target_env = \"gnu\"))", Some(true)),
            ("cfg(any(target_env = \"musl\", target_arch = \"aarch64\"))", Some(false)),
            ("cfg(not(target_family = \"wasm\"))", Some(true)),
            ("cfg(fancy)", Some(true)),
            ("cfg(level = \"2\")", Some(true)),
            ("cfg(plain)", Some(false)),
            ("cfg(target_has_atomic = \"64\")", Some(true)),
            ("cfg(target_feature = \"avx\")", None),
            ("cfg(all(windows, target_feature = \"avx\"))", Some(false)),
            ("cfg(any(unix, target_feature = \"avx\"))", Some(true)),
            ("x86_64-unknown-linux-gnu", Some(true)),
            ("x86_64-unknown-linux-musl", Some(false)),
        ] {
            assert_eq!(target.is_active(&condition.parse().unwrap()), expected, "{condition}");
        }
    }

    /// The compiler itself says what the values of the platforms are that images are built for.
    #[test]
    fn the_compiler_agrees() {
        for triple in [
            "x86_64-unknown-linux-gnu",
            "x86_64-unknown-linux-musl",
            "aarch64-unknown-linux-gnu",
            "aarch64-unknown-linux-musl",
            "armv7-unknown-linux-gnueabihf",
            "armv7-unknown-linux-musleabihf",
            "arm-unknown-linux-musleabihf",
            "i686-unknown-linux-gnu",
            "i686-unknown-linux-musl",
            "powerpc64le-unknown-linux-gnu",
            "powerpc64le-unknown-linux-musl",
            "s390x-unknown-linux-gnu",
            "riscv64gc-unknown-linux-gnu",
            "riscv64gc-unknown-linux-musl",
            "loongarch64-unknown-linux-gnu",
            "x86_64-unknown-none",
            "x86_64-pc-windows-gnu",
            "wasm32-wasip1",
        ] {
            let output = Command::new("rustc").args(["--print", "cfg", "--target", triple]).output().unwrap();
            assert!(output.status.success(), "{triple}");
            let printed: BTreeSet<Cfg> = String::from_utf8(output.stdout)
                .unwrap()
                .lines()
                .map(|line| line.parse().unwrap())
                .filter(|value| !is_of_the_compiler(value))
                .collect();
            let mut known: BTreeSet<Cfg> = Target::new(triple, &[]).values.unwrap().into_iter().collect();
            // Only a nightly compiler tells that there are atomics at all.
            known.retain(|value| value.to_string() != "target_has_atomic");
            assert_eq!(known, printed, "{triple}");
        }
    }

    #[test]
    fn nothing_is_decided_for_a_platform_that_is_not_known() {
        let target = Target::new("my-board.json", &[]);
        assert_eq!(target.is_active(&"cfg(unix)".parse().unwrap()), None);
    }
}
