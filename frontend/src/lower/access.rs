//! What the steps with network get beside it: certificates, tokens, the client's SSH agent. Every secret is optional to
//! the engine, because only the server knows whether it wants one.

use std::collections::BTreeMap;

use buildkit_llb::exec::{Exec, Mount};
use supercargo_report::{CERTIFICATES, GitAccess, HostAccess, RegistryAccess, Secret};

use super::Materials;
use crate::plan::access::{self, Access, CREDENTIALS, KNOWN_HOSTS, NETRC, git_token};
use crate::plan::paths;

/// How many registries the name of a step shows.
const SHOWN: usize = 5;

/// What the agent needs to know.
pub(super) fn job(access: &Access) -> supercargo_report::Access {
    let git = access.git.as_ref().map(|git| GitAccess {
        hosts: git
            .hosts
            .iter()
            .map(|host| HostAccess { host: host.clone(), token: secret(&git_token(host)) })
            .collect(),
        netrc: secret(NETRC),
        agent: paths::SSH_AGENT.to_owned(),
        known_hosts: secret(KNOWN_HOSTS),
        known: git.known.clone(),
    });
    supercargo_report::Access {
        registries: access
            .registries
            .iter()
            .map(|registry| RegistryAccess {
                name: registry.name.clone(),
                index: registry.index.clone(),
                unnamed: registry.unnamed,
                token: secret(&registry.secret()),
                host_token: registry.host_secret().as_deref().map(secret),
            })
            .collect(),
        credentials: (!access.registries.is_empty()).then(|| secret(CREDENTIALS)),
        git,
        settings: access.settings.clone(),
        certificates: access.certificates.iter().enumerate().map(|(index, _)| certificate(index)).collect(),
    }
}

/// Returns the name of a step with where the tokens of registries go, if it gets any. The project's configuration can
/// send a token anywhere, so users must see it.
pub(super) fn titled(name: &str, access: &Access) -> String {
    let mut shown: Vec<String> = access
        .registries
        .iter()
        .take(SHOWN)
        .map(|registry| format!("token \"{}\" goes to {}", registry.name, registry.address))
        .collect();
    let more = access.registries.len().saturating_sub(SHOWN);
    shown.extend((more > 0).then(|| format!("{more} more")));
    if shown.is_empty() { name.to_owned() } else { format!("{name} ({})", shown.join(", ")) }
}

/// Gives a step the certificates of a company, as every step with network has them: nothing in a project tells who
/// stands between the builder and crates.io, rustup's server or Debian's.
pub(super) fn trusting(mut exec: Exec) -> Exec {
    exec.mount(Mount::secret(CERTIFICATES, access::CERTIFICATES).optional());
    exec
}

/// Gives a step what `access` asks for, and the certificates whatever it asks for.
pub(super) fn attach(exec: Exec, access: &Access, materials: &Materials) -> Exec {
    let mut exec = trusting(exec);
    let job = job(access);
    // Registries can share a host.
    let by_host: BTreeMap<String, Secret> = job
        .registries
        .iter()
        .filter_map(|registry| registry.host_token.clone())
        .map(|secret| (secret.id.clone(), secret))
        .collect();
    let tokens = job.registries.into_iter().map(|registry| registry.token);
    for secret in tokens.chain(by_host.into_values()).chain(job.credentials) {
        exec.mount(Mount::secret(&secret.path, &secret.id).optional());
    }
    if let Some(git) = job.git {
        let tokens = git.hosts.into_iter().map(|host| host.token);
        for secret in tokens.chain([git.netrc, git.known_hosts]) {
            exec.mount(Mount::secret(&secret.path, &secret.id).optional());
        }
        exec.mount(Mount::ssh(&git.agent).optional());
    }
    for (index, path) in access.certificates.iter().enumerate() {
        let file = Mount::bind(materials.context.clone(), certificate(index)).selector(&format!("/{path}"));
        exec.mount(file.readonly());
    }
    exec
}

/// The secret of this id and where it is.
pub(super) fn secret(id: &str) -> Secret {
    Secret { id: id.to_owned(), path: format!("{}/{id}", paths::SECRETS) }
}

/// Where a file of certificates from the context is.
fn certificate(index: usize) -> String {
    format!("{}/{index}.pem", paths::CERTIFICATES)
}
