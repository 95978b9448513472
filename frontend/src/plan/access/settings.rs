//! What Cargo's configuration says about the network.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::name::RelPath;
use crate::project::Project;

/// Keys that name files.
const CERTIFICATES: [&str; 2] = ["cainfo", "proxy-cainfo"];

/// Keys that say how to log in. Here that is the secrets' business: a helper of the user's machine is not there, and a
/// password that stands in a file must not get into a layer.
const LOGIN: [&str; 4] = ["token", "secret-key", "credential-provider", "global-credential-providers"];

/// Keys of `[http]` without which a server may be out of reach. Others, such as `timeout`, and `[net]` only make a fetch
/// more patient; with them, a change of nobody's crates would fetch and compile all of them again.
const NEEDED: [&str; 6] = ["cainfo", "multiplexing", "proxy", "proxy-cainfo", "ssl-version", "user-agent"];

/// The settings without which servers may be out of reach.
pub(super) fn of(project: &Project) -> Option<String> {
    let mut http = project.cargo_config.as_ref()?.get(&["http"])?.as_table()?.clone();
    http.retain(|key, _| NEEDED.contains(&key));
    let settings = cleaned([("http".to_owned(), Value::Table(http))].into_iter().collect());
    settings.get("http").and_then(Value::as_table).filter(|http| !http.is_empty())?;
    Some(settings.to_string())
}

/// The settings that say where crates come from.
pub(super) fn of_sources(project: &Project) -> Option<String> {
    let mut table = project.cargo_config.as_ref()?.table.clone();
    table.retain(|key, _| matches!(key, "registries" | "registry" | "source"));
    let settings = cleaned(table);
    (!settings.is_empty()).then(|| settings.to_string())
}

/// A configuration without what cannot be right in a step with network: logins, files that are elsewhere there, and the
/// wish to have no network.
pub(in crate::plan) fn cleaned(mut config: Table) -> Table {
    config.remove("credential-alias");
    if let Some(Value::Table(registries)) = config.get_mut("registries") {
        registries.iter_mut().filter_map(|(_, registry)| registry.as_table_mut()).for_each(|registry| {
            registry.retain(|key, _| !LOGIN.contains(&key));
        });
    }
    edit(&mut config, "registry", |registry| registry.retain(|key, _| !LOGIN.contains(&key)));
    edit(&mut config, "net", |net| _ = net.remove("offline"));
    edit(&mut config, "http", |http| {
        http.retain(|key, value| !CERTIFICATES.contains(&key) || path(value).is_none());
    });
    config
}

/// Edits a table; one that becomes empty goes.
fn edit(config: &mut Table, key: &str, with: impl FnOnce(&mut Table)) {
    let Some(Value::Table(table)) = config.get_mut(key) else { return };
    with(table);
    if table.is_empty() {
        config.remove(key);
    }
}

/// The files of certificates in the context.
pub(super) fn certificates(project: &Project) -> BTreeSet<RelPath> {
    let Some(config) = &project.cargo_config else { return BTreeSet::new() };
    CERTIFICATES.iter().filter_map(|key| path(config.get(&["http", key])?)).collect()
}

/// A path in the context; what starts with a slash is in the toolchain image.
fn path(value: &Value) -> Option<RelPath> {
    let path = value.as_str().filter(|path| !path.starts_with('/'))?;
    RelPath::new(path).ok().filter(|path| !path.is_root())
}

/// `net.ssh.known-hosts`: lines as in a file of that name.
pub(super) fn known_hosts(project: &Project) -> Vec<String> {
    let lines = project
        .cargo_config
        .as_ref()
        .and_then(|config| config.get(&["net", "ssh", "known-hosts"])?.as_array());
    lines.into_iter().flatten().filter_map(|line| line.as_str().map(str::to_owned)).collect()
}
