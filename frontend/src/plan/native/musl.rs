//! The C compiler for musl, on a builder with glibc.
//!
//! Rust's standard library for musl brings a C library and start files, so Rust alone needs nothing. C code of a crate
//! needs a compiler that finds musl's headers: crates ask for `musl-gcc`, which Debian has in `musl-tools`.

use super::Names;
use crate::plan::Chosen;
use crate::project::CargoConfig;
use crate::skeleton::{Crates, Selection};

/// Crates that compile C code for whoever depends on them.
const COMPILERS: [&str; 2] = ["cc", "cmake"];

/// What compiles the C code of `crates` for the target of `selection`; `None` where there is none, where the image's
/// own compiler is one for musl, or where the project names another.
pub(super) fn compiler(
    crates: &Crates<'_>,
    selection: &Selection,
    config: Option<&CargoConfig>,
) -> Option<Chosen<Names>> {
    if !is_foreign(selection) || names_compiler(config, &selection.target) {
        return None;
    }
    let compiler = crates.reached(&[]).into_iter().find(|found| COMPILERS.contains(&found.name))?;
    let because = format!("{} {} in Cargo.lock compiles C for musl", compiler.name, compiler.version);
    Some(Chosen { value: Names { apt: vec!["musl-tools".to_owned()], apk: Vec::new() }, because })
}

/// True if `selection` compiles for musl on a system with another C library.
pub(super) fn is_foreign(selection: &Selection) -> bool {
    selection.target.contains("-musl") && !selection.host.contains("-musl")
}

/// Whether Cargo's `[env]` has a C compiler for `triple`, by one of the names that crates look for.
fn names_compiler(config: Option<&CargoConfig>, triple: &str) -> bool {
    let Some(set) = config.and_then(|config| config.get(&["env"])).and_then(toml::Value::as_table) else {
        return false;
    };
    let names = [format!("CC_{triple}"), format!("CC_{}", triple.replace('-', "_")), "TARGET_CC".to_owned()];
    names.iter().any(|name| set.contains_key(name))
}
