//! `build.rustflags`, after the flags of Cargo's configuration.
//!
//! Cargo takes flags from one place only: variables go before `target.<…>.rustflags`, and those before
//! `build.rustflags`. Several `target` tables add up, in the order of their names. So the flags become a `target` table
//! on the command line that comes after all others, and bring those of `build.rustflags` along where these counted.

use crate::project::Project;
use crate::skeleton::{self, Selection};

/// The table: true for every target that there is an image of, and its name sorts after those that people use.
const TABLE: &str = "cfg(unix)";

/// The values of `--config`; none if no flag was asked for.
pub(super) fn arguments(project: &Project, selection: &Selection) -> Vec<String> {
    if selection.rustflags.is_empty() {
        return Vec::new();
    }
    let config = project.cargo_config.as_ref();
    let mut flags = Vec::new();
    if !skeleton::has_target_flags(config, selection) {
        flags.extend(skeleton::flags(config.and_then(|config| config.get(&["build", "rustflags"]))));
    }
    let table = config.and_then(|config| config.get(&["target", TABLE, "rustflags"]));
    let is_text = table.is_some_and(toml::Value::is_str);
    if is_text {
        // Cargo joins lists, but one text replaces another.
        flags.extend(skeleton::flags(table));
    }
    flags.extend(selection.rustflags.iter().cloned());
    let value = if is_text { toml::Value::from(flags.join(" ")) } else { toml::Value::from(flags) };
    vec![format!("target.'{TABLE}'.rustflags={value}")]
}
