//! sccache beside a compile: its job for the agent, its storage, its secret and its network.

use buildkit_llb::exec::{Exec, Mount, Sharing};
use supercargo_report::{Sccache, SccacheSecret};

use super::Materials;
use super::exec::cache;
use crate::plan::{BuildPlan, paths};

/// What the agent needs to know.
pub(super) fn job(plan: &BuildPlan) -> Option<Sccache> {
    let sccache = &plan.sccache.as_ref()?.value;
    Some(Sccache {
        environment: sccache.environment.clone(),
        secret: sccache.secret.as_ref().map(|secret| SccacheSecret {
            id: secret.id.clone(),
            path: paths::SCCACHE_SECRET.to_owned(),
            variables: secret.variables.clone(),
            file_variable: secret.file_variable.clone(),
        }),
    })
}

/// Gives a compile step what sccache needs, and nothing to a build without it.
pub(super) fn attach(mut exec: Exec, plan: &BuildPlan, materials: &Materials) -> Exec {
    let Some(sccache) = plan.sccache.as_ref().map(|chosen| &chosen.value) else { return exec };
    match &sccache.mount {
        // One server at a time can use a directory; a second step gets one of its own and need not wait.
        Some(id) => exec.mount(cache(paths::SCCACHE, id).sharing(Sharing::Private)),
        // The one compile step that has network: a step has it as a whole or not at all.
        None => {
            exec = exec.network(materials.sandbox.network);
            if let Some(proxy) = &materials.proxy {
                exec = exec.proxy_env(proxy.clone());
            }
        }
    }
    if let Some(secret) = &sccache.secret {
        // Optional to the engine, because the agent says better than the engine what is missing.
        exec.mount(Mount::secret(paths::SCCACHE_SECRET, &secret.id).optional());
    }
    exec
}
