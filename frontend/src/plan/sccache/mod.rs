//! Where sccache keeps compiled code, if it was asked for.

mod backend;

use std::collections::BTreeMap;

use serde::Serialize;

use super::mount_id::{MountId, MountIds};
use super::{Chosen, paths};
use crate::config::{self, Origin, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings};

use backend::{BACKENDS, Backend, LOCAL};

/// An sccache server beside every compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sccache {
    /// The backend, as the configuration names it.
    pub backend: String,
    /// The server's environment, without what is secret.
    pub environment: BTreeMap<String, String>,
    /// The cache mount that is the storage; without one it is on the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<MountId>,
    /// The secret that holds the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
}

/// A secret and what it may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// The id that the client knows it by.
    pub id: String,
    /// The variables that it may set.
    pub variables: Vec<String>,
    /// The variable for a secret that is a file of credentials itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_variable: Option<String>,
}

/// Reads what was asked for. `mounts` are the ids of cache mounts.
///
/// Errors: an unknown backend, an unknown or missing key, a password among the settings.
pub fn choose(
    setting: Option<&Setting<config::Sccache>>,
    mounts: &MountIds,
) -> Checked<Option<Chosen<Sccache>>> {
    let mut findings = Findings::default();
    let Some(setting) = setting else { return findings.finish(None) };
    let chosen = match &setting.value {
        config::Sccache::Switch(false) => None,
        config::Sccache::Switch(true) => {
            read(&LOCAL, &BTreeMap::new(), &setting.origin, mounts, &mut findings)
        }
        config::Sccache::Table(table) => backend(table, &mut findings)
            .and_then(|backend| read(backend, table, &setting.origin, mounts, &mut findings)),
    };
    findings.finish(chosen.map(|sccache| Chosen::set(sccache, &setting.origin)))
}

type Table = BTreeMap<String, Setting<String>>;

fn backend(table: &Table, findings: &mut Findings) -> Option<&'static Backend> {
    let Some(wanted) = table.get("backend").filter(|setting| setting.value != "auto") else {
        return Some(&LOCAL);
    };
    let found = BACKENDS.iter().find(|backend| backend.name == wanted.value);
    if found.is_none() {
        let names = quoted(BACKENDS.iter().map(|backend| backend.name));
        findings.push(at(
            Diagnostic::error(format!("there is no sccache backend `{}`", wanted.value))
                .hint(format!("There is {names}.")),
            &wanted.origin,
        ));
    }
    found
}

fn read(
    backend: &Backend,
    table: &Table,
    origin: &Origin,
    mounts: &MountIds,
    findings: &mut Findings,
) -> Option<Sccache> {
    let is_local = backend.name == LOCAL.name;
    let mut environment: BTreeMap<String, String> =
        backend.always.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut secret = None;
    let mut mount = is_local.then(|| mounts.own("sccache", &[]));
    for (key, setting) in table {
        let value = &setting.value;
        match key.as_str() {
            "backend" => {}
            "secret" if !is_local => secret = Some(value.clone()),
            "namespace" if is_local => {
                mount = Some(mounts.named(value, "sccache"));
            }
            "size" if is_local && !is_size(value) => findings.push(at(
                Diagnostic::error(format!("`{value}` is no size of an sccache directory"))
                    .hint("A size is a number and `M`, `G` or `T`: `size = \"20G\"`."),
                &setting.origin,
            )),
            "read-only" => {
                let mode = if value == "true" { "READ_ONLY" } else { "READ_WRITE" };
                environment.insert(backend.mode.to_owned(), mode.to_owned());
            }
            _ => match backend.variable(key) {
                Some(_) if holds_password(value) => findings.push(at(
                    Diagnostic::error(format!(
                        "`{key}` of the sccache backend `{}` holds a password",
                        backend.name
                    ))
                    .hint(secret_hint(backend)),
                    &setting.origin,
                )),
                Some(variable) => {
                    environment.insert(variable.to_owned(), value.clone());
                }
                None => findings.push(at(unknown_key(backend, key), &setting.origin)),
            },
        }
    }
    let is_complete = backend.needs.is_empty() || backend.needs.iter().any(|key| table.contains_key(*key));
    if !is_complete && secret.is_none() {
        let needed = backend.needs.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ");
        findings.push(at(
            Diagnostic::error(format!("the sccache backend `{}` needs {needed}", backend.name)).hint(
                format!("Such as `sccache = {{ backend = \"{}\", {} }}`.", backend.name, backend.example),
            ),
            origin,
        ));
    }
    if findings.has_errors() {
        return None;
    }
    if is_local {
        environment.insert("SCCACHE_DIR".to_owned(), paths::SCCACHE.to_owned());
    }
    let secret = secret.map(|id| Secret {
        id,
        variables: backend.secret_variables(),
        file_variable: backend.file_variable.map(str::to_owned),
    });
    Some(Sccache { backend: backend.name.to_owned(), environment, mount, secret })
}

fn unknown_key(backend: &Backend, key: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(format!("unknown key `{key}` for the sccache backend `{}`", backend.name));
    let is_secret = ["password", "token", "key", "credentials", "connection-string"]
        .iter()
        .any(|word| key.ends_with(word));
    if is_secret && !backend.credentials.is_empty() {
        return diagnostic.hint(secret_hint(backend));
    }
    let own = if backend.name == LOCAL.name { "namespace" } else { "secret" };
    let keys = ["backend", own, "read-only"].into_iter().chain(backend.settings.iter().map(|(key, _)| *key));
    diagnostic.hint(format!("It may have {}.", quoted(keys)))
}

/// How to pass what must not stand in a file that is checked in, nor in a cache key.
fn secret_hint(backend: &Backend) -> String {
    let variable = backend.credentials.first().copied().unwrap_or_default();
    format!(
        "Credentials come as a secret: `secret = \"sccache\"` here, and `docker buildx build --secret id=sccache,src=FILE`, \
         where FILE has lines such as `{variable}=…`."
    )
}

/// True for what sccache reads as a size; anything else it ignores without a word.
fn is_size(value: &str) -> bool {
    let number = value.strip_suffix(['M', 'G', 'T']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for an address with a password before the host.
fn holds_password(value: &str) -> bool {
    let authority = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or(authority);
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

fn at(diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    match origin.span() {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
