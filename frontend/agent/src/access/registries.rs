//! Tokens of registries.

use std::path::Path;

use supercargo_report::{Access, RegistryAccess};

use super::{Granted, secret};
use crate::error::Error;
use crate::files;

/// Grants what was passed: a token each in cargo's environment, and a whole `credentials.toml` as a link to it.
pub(super) fn grant(access: &Access, home: &Path, granted: &mut Granted) -> Result<(), Error> {
    if !access.registries.is_empty() {
        // Cargo reads no token of a registry that is not open to everybody until it is told from where.
        granted
            .variables
            .push(("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS".to_owned(), "cargo:token".into()));
    }
    for registry in &access.registries {
        let token = secret::token(&registry.token)?;
        if let Some(token) = &token {
            granted.variables.push((variable(registry, "TOKEN"), token.into()));
            granted.values.push(token.clone());
        }
        if registry.unnamed && (token.is_some() || access.credentials.is_some()) {
            granted.variables.push((variable(registry, "INDEX"), (&registry.index).into()));
        }
    }
    let Some(credentials) = access.credentials.as_ref() else { return Ok(()) };
    let Some(text) = secret::text(credentials)? else { return Ok(()) };
    let table: toml::Table = text
        .parse()
        // The parser's own words would show the line.
        .map_err(|_| Error::BadSecret { id: credentials.id.clone(), reason: "is no `credentials.toml`" })?;
    values(&toml::Value::Table(table), &mut granted.values);
    let link = home.join("credentials.toml");
    files::remove(&link)?;
    std::os::unix::fs::symlink(&credentials.path, &link).map_err(Error::file("write", &link))?;
    granted.left.push(link);
    Ok(())
}

/// Cargo's variable for a key of `[registries.<name>]`.
fn variable(registry: &RegistryAccess, key: &str) -> String {
    format!("CARGO_REGISTRIES_{}_{key}", registry.name.to_uppercase().replace('-', "_"))
}

/// Every text in `value`.
fn values(value: &toml::Value, into: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => into.push(text.clone()),
        toml::Value::Table(table) => table.values().for_each(|value| values(value, into)),
        toml::Value::Array(items) => items.iter().for_each(|value| values(value, into)),
        _ => {}
    }
}
