//! What the steps with network get beside it: certificates, tokens, the client's SSH agent. Every secret is optional to
//! the engine, because only the server knows whether it wants one.

use buildkit_llb::exec::{Exec, Mount};
use supercargo_report::{CERTIFICATES, GitAccess, HostAccess, RegistryAccess, Secret};

use super::Materials;
use crate::plan::access::{self, Access, CREDENTIALS, KNOWN_HOSTS, NETRC, git_token};
use crate::plan::paths;

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
            })
            .collect(),
        credentials: (!access.registries.is_empty()).then(|| secret(CREDENTIALS)),
        git,
        settings: access.settings.clone(),
        certificates: access.certificates.iter().enumerate().map(|(index, _)| certificate(index)).collect(),
    }
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
    let tokens = job.registries.into_iter().map(|registry| registry.token);
    for secret in tokens.chain(job.credentials) {
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
