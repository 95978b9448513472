//! Tokens of registries.

use std::path::Path;

use supercargo_report::{Access, RegistryAccess};

use super::{Granted, secret};
use crate::error::Error;
use crate::files;
use crate::registry_credential::REGISTRIES;

/// Grants what was passed: Cargo asks this program for tokens, and then a whole `credentials.toml`, which is a link to it.
pub(super) fn grant(access: &Access, home: &Path, granted: &mut Granted) -> Result<(), Error> {
    if !access.registries.is_empty() {
        // Cargo asks the last one first.
        let providers = format!("cargo:token {}", super::own_program()?.display());
        granted.variables.push(("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS".to_owned(), providers.into()));
        let registries = serde_json::to_string(&access.registries).map_err(Error::Job)?;
        granted.variables.push((REGISTRIES.to_owned(), registries.into()));
    }
    for registry in &access.registries {
        granted.values.extend(token(registry)?);
        // Cargo finds the entry of `credentials.toml` by a name.
        if registry.unnamed {
            granted.variables.push((index_variable(registry), (&registry.index).into()));
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

/// Returns the token for the index of `registry`.
pub(crate) fn token(registry: &RegistryAccess) -> Result<Option<String>, Error> {
    let by_host = registry.host_token.as_ref().map(secret::token).transpose()?.flatten();
    by_host.map_or_else(|| secret::token(&registry.token), |token| Ok(Some(token)))
}

/// Cargo's variable for the index of `[registries.<name>]`.
fn index_variable(registry: &RegistryAccess) -> String {
    format!("CARGO_REGISTRIES_{}_INDEX", registry.name.to_uppercase().replace('-', "_"))
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
