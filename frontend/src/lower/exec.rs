//! What all exec vertices of a build have in common.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{CacheMount, ContentCache, Exec, Mount, Network, Sharing};
use buildkit_llb::source_map::{Location, Range};
use supercargo_report::{JOB, Job};

use super::Materials;
use crate::config::BuildNetwork;
use crate::diagnostic::Span;
use crate::engine::Abilities;
use crate::options::Sandbox;
use crate::plan::mount_id::MountId;
use crate::plan::{BuildPlan, paths};

/// An image that was looked up.
#[derive(Clone, Debug)]
pub struct PinnedImage {
    /// The reference, with digest where the engine knows one, or the name of the build context that stands in for it.
    pub reference: String,
    /// Its file system.
    pub output: Output,
    /// Its configuration as raw JSON.
    pub config: Vec<u8>,
    /// What stands for the file system in the names of mounts, if not the digest of what made it.
    pub identity: Option<String>,
}

impl PinnedImage {
    /// What stands for the file system in the names of mounts: equal for equal contents.
    pub(super) fn identity(&self) -> String {
        let digest = || self.output.vertex().map(|vertex| vertex.digest().to_string());
        self.identity.clone().or_else(digest).unwrap_or_default()
    }

    /// The environment that the image's configuration sets, in its order.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let config: serde_json::Value = serde_json::from_slice(&self.config).unwrap_or_default();
        let variables = config.pointer("/config/Env").and_then(serde_json::Value::as_array).cloned();
        let pairs = variables.unwrap_or_default().into_iter().filter_map(|variable| {
            let (name, value) = variable.as_str()?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        pairs.collect()
    }
}

/// The environment of the compile steps, on top of the toolchain image's: who makes an image for compiling to another
/// platform knows its tools best.
pub(super) fn environment(plan: &BuildPlan, materials: &Materials) -> BTreeMap<String, String> {
    let image = materials.toolchain.environment();
    let is_set = |name: &str| image.iter().any(|(set, _)| set == name);
    let cross = plan.cargo.cross.iter().flat_map(|cross| &cross.environment);
    let added = cross.filter(|(name, _)| !is_set(name));
    let ours = plan.cargo.environment.iter().chain(&plan.cargo.variables);
    // What the user says comes last, and so counts.
    added.chain(ours).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A step that runs the agent in the toolchain image with `job`, without network.
///
/// `name` is the step's bracketed name and what it does, `[deps] compile 143 crates`.
pub(super) fn agent(
    materials: &Materials,
    environment: &BTreeMap<String, String>,
    job: &Job,
    name: &str,
) -> Exec {
    agent_in(&materials.toolchain, paths::AGENT, materials, environment, job, name).cwd(paths::WORKSPACE)
}

/// The same in another image, with the agent at another path.
pub(super) fn agent_in(
    image: &PinnedImage,
    path: &str,
    materials: &Materials,
    environment: &BTreeMap<String, String>,
    job: &Job,
    name: &str,
) -> Exec {
    let command = std::iter::once(path.to_owned()).chain(job.command().iter().cloned());
    let mut exec = Exec::new(image.output.clone(), command)
        .cwd("/")
        .network(Network::None)
        .name(format!("{}{name}", materials.prefix));
    for (name, value) in image.environment() {
        if !environment.contains_key(&name) {
            exec = exec.env(name, value);
        }
    }
    for (name, value) in environment {
        exec = exec.env(name, value);
    }
    // A `Job` is made of strings, lists and enums, which JSON always can say.
    exec = exec.env(JOB, serde_json::to_string(job).unwrap_or_default());
    // `[assets web]` is one of the steps `assets`.
    let step = name.trim_start_matches('[').split([']', ' ']).next().unwrap_or_default();
    if materials.no_cache.covers(step) {
        exec = exec.ignore_cache();
    }
    exec = confined(exec, materials);
    // One small file, mounted by content: a new release of the frontend with the same agent keeps every cache.
    exec.mount(Mount::bind(materials.agent.clone(), path).selector("/supercargo-agent").readonly());
    exec
}

/// Gives a compile step the network that was asked for, if any was.
pub(super) fn networked(exec: Exec, plan: &BuildPlan, materials: &Materials) -> Exec {
    match plan.network.as_ref().map(|network| network.value) {
        Some(network) => reaching(exec, network, materials),
        None => exec,
    }
}

/// Gives a step a network, with the client's proxy.
pub(super) fn reaching(mut exec: Exec, network: BuildNetwork, materials: &Materials) -> Exec {
    exec = match network {
        BuildNetwork::Auto | BuildNetwork::None => return exec,
        BuildNetwork::Default => exec.network(materials.sandbox.network),
        BuildNetwork::Host => exec.network(Network::Host),
    };
    match &materials.proxy {
        Some(proxy) => exec.proxy_env(proxy.clone()),
        None => exec,
    }
}

/// Gives a step what the client gives every container of the build; the network is not among it, because most steps
/// have none whatever the client says.
pub(super) fn confined(mut exec: Exec, materials: &Materials) -> Exec {
    let Sandbox { hosts, hostname, shm_size, ulimits, cgroup_parent, network: _ } = &materials.sandbox;
    for (name, address) in hosts {
        exec = exec.extra_host(name, *address);
    }
    if let Some(hostname) = hostname {
        exec = exec.hostname(hostname);
    }
    if let Some(parent) = cgroup_parent {
        exec = exec.cgroup_parent(parent);
    }
    for ulimit in ulimits {
        exec = exec.ulimit(ulimit.clone());
    }
    match shm_size {
        Some(bytes) => exec.with_mount(Mount::tmpfs("/dev/shm").size(*bytes)),
        None => exec,
    }
}

/// Returns the cache mount `id`. No other function makes one, so every id has one form.
pub(super) fn cache(path: &str, id: &MountId) -> CacheMount {
    Mount::cache(path, &id.to_string())
}

/// Mounts the cache mount `id`, or an empty directory in a build without cache mounts.
pub(super) fn mount_cache(exec: &mut Exec, plan: &BuildPlan, path: &str, (id, sharing): (&MountId, Sharing)) {
    if plan.caches.has_mounts {
        exec.mount(cache(path, id).sharing(sharing));
    } else {
        exec.mount(Mount::bind(Output::scratch(), path).no_output());
    }
}

/// Mounts a tree of which the step may write its own copy that nobody sees afterwards, keyed by where it came from.
///
/// Hashing gigabytes of crates or artifacts by content would cost more than it could save. An engine that takes no word
/// on that hashes every mount without a result, so it is asked for one that nobody uses.
pub(super) fn mount_private(exec: &mut Exec, output: &Output, path: &str, abilities: Abilities) {
    let mount = Mount::bind(output.clone(), path);
    if abilities.content_cache {
        exec.mount(mount.no_output().content_cache(ContentCache::Off));
    } else {
        let _unused = exec.mount(mount);
    }
}

/// Lets a failing vertex point at lines of a file.
pub(super) fn locate(exec: Exec, materials: &Materials, span: Option<&Span>) -> Exec {
    let Some((span, file)) = span.and_then(|span| Some((span, materials.files.get(&span.file)?))) else {
        return exec;
    };
    exec.location(Location::new(file, [Range::lines(span.start, span.end)]))
}
