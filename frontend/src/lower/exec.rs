//! What all exec vertices of a build have in common.

use std::collections::BTreeMap;

use buildkit_llb::Output;
use buildkit_llb::exec::{ContentCache, Exec, Mount, Network};
use buildkit_llb::source_map::{Location, Range};
use supercargo_report::{JOB, Job};

use super::Materials;
use crate::config::BuildNetwork;
use crate::diagnostic::Span;
use crate::options::Sandbox;
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
}

impl PinnedImage {
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

/// A step that runs the agent in the toolchain image with `job`, without network.
///
/// `name` is the step's bracketed name and what it does, `[deps] compile 143 crates`.
pub(super) fn agent(
    materials: &Materials,
    environment: &BTreeMap<String, String>,
    job: &Job,
    name: &str,
) -> Exec {
    let command = std::iter::once(paths::AGENT.to_owned()).chain(job.command().iter().cloned());
    let mut exec = Exec::new(materials.toolchain.output.clone(), command)
        .cwd(paths::WORKSPACE)
        .network(Network::None)
        .name(format!("{}{name}", materials.prefix));
    for (name, value) in materials.toolchain.environment() {
        if !environment.contains_key(&name) {
            exec = exec.env(name, value);
        }
    }
    for (name, value) in environment {
        exec = exec.env(name, value);
    }
    // A `Job` is made of strings, lists and enums, which JSON always can say.
    exec = exec.env(JOB, serde_json::to_string(job).unwrap_or_default());
    let step = name.trim_start_matches('[').split(']').next().unwrap_or_default();
    if materials.no_cache.covers(step) {
        exec = exec.ignore_cache();
    }
    exec = confined(exec, materials);
    // One small file, mounted by content: a new release of the frontend with the same agent keeps every cache.
    exec.mount(Mount::bind(materials.agent.clone(), paths::AGENT).selector("/supercargo-agent").readonly());
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

/// A tree of which the step may write its own copy that nobody sees afterwards, keyed by where it came from.
///
/// Hashing gigabytes of crates or artifacts by content would cost more than it could save.
pub(super) fn private(output: &Output, path: &str) -> Mount {
    Mount::bind(output.clone(), path).no_output().content_cache(ContentCache::Off).into()
}

/// Lets a failing vertex point at lines of a file.
pub(super) fn locate(exec: Exec, materials: &Materials, span: Option<&Span>) -> Exec {
    let Some((span, file)) = span.and_then(|span| Some((span, materials.files.get(&span.file)?))) else {
        return exec;
    };
    exec.location(Location::new(file, [Range::lines(span.start, span.end)]))
}
