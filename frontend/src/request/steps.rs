//! The steps of a graph, as far as a person asks for them.

use buildkit_llb::Definition;
use buildkit_proto::pb;
use pb::op::Op;
use pb::{CacheSharingOpt, MountType, NetMode};
use serde::Serialize;

/// One vertex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    /// What the build shows it as; where it has no name, what it takes or its kind.
    pub(super) name: String,
    /// What its cache key is made of, its inputs included.
    pub(super) digest: String,
    /// The digests of the steps that it takes files from.
    pub(super) inputs: Vec<String>,
    /// What it takes from elsewhere: an image by digest, the build context, a repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// The command line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) command: Vec<String>,
    /// Whether a command of it reaches the network.
    pub(super) network: bool,
    /// Its cache mounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) caches: Vec<Cache>,
    /// The secrets it looks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) secrets: Vec<Secret>,
    /// The agents' sockets it looks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ssh: Vec<Secret>,
}

/// A cache mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Cache {
    /// Where the step sees it.
    pub(super) path: String,
    /// What the builder knows it by.
    pub(super) id: String,
    /// `shared`, `private` or `locked`.
    pub(super) sharing: &'static str,
}

/// What the client is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Secret {
    /// `--secret id=…`, `--ssh …`.
    pub(super) id: String,
    /// Whether the build goes on without it.
    pub(super) optional: bool,
}

/// The steps in the order in which they can run.
pub(super) fn of(graph: &Definition) -> Vec<Step> {
    let steps = graph.ops().iter().map(|op| {
        let mut step = Step {
            name: op.name().map_or_else(|| kind(op.op()), str::to_owned),
            digest: op.digest().to_string(),
            inputs: op.op().inputs.iter().map(|input| input.digest.clone()).collect(),
            source: None,
            command: Vec::new(),
            network: false,
            caches: Vec::new(),
            secrets: Vec::new(),
            ssh: Vec::new(),
        };
        match &op.op().op {
            Some(Op::Source(source)) => step.source = Some(source.identifier.clone()),
            Some(Op::Exec(exec)) => add_exec(&mut step, exec),
            _ => {}
        }
        step
    });
    steps.collect()
}

fn add_exec(step: &mut Step, exec: &pb::ExecOp) {
    step.command = exec.meta.as_ref().map(|meta| meta.args.clone()).unwrap_or_default();
    step.network = exec.network() != NetMode::None;
    let from_environment = exec.secretenv.iter();
    step.secrets
        .extend(from_environment.map(|secret| Secret { id: secret.id.clone(), optional: secret.optional }));
    for mount in &exec.mounts {
        match mount.mount_type() {
            MountType::Cache => step.caches.extend(mount.cache_opt.as_ref().map(|cache| Cache {
                path: mount.dest.clone(),
                id: cache.id.clone(),
                sharing: match cache.sharing() {
                    CacheSharingOpt::Shared => "shared",
                    CacheSharingOpt::Private => "private",
                    CacheSharingOpt::Locked => "locked",
                },
            })),
            MountType::Secret => step.secrets.extend(
                mount
                    .secret_opt
                    .as_ref()
                    .map(|secret| Secret { id: secret.id.clone(), optional: secret.optional }),
            ),
            MountType::Ssh => step.ssh.extend(
                mount.ssh_opt.as_ref().map(|ssh| Secret { id: ssh.id.clone(), optional: ssh.optional }),
            ),
            MountType::Bind | MountType::Tmpfs => {}
        }
    }
}

fn kind(op: &pb::Op) -> String {
    let kind = match &op.op {
        Some(Op::Source(source)) => source.identifier.trim_start_matches("docker-image://"),
        Some(Op::Exec(_)) => "exec",
        Some(Op::File(_)) => "file",
        Some(Op::Merge(_)) => "merge",
        Some(Op::Diff(_)) => "diff",
        Some(Op::Build(_)) => "build",
        None => "unknown",
    };
    kind.to_owned()
}

/// Every image by digest, each once.
pub(super) fn images(steps: &[Step]) -> Vec<String> {
    let all = steps.iter().filter_map(|step| step.source.as_deref()?.strip_prefix("docker-image://"));
    let mut images: Vec<String> = all.map(str::to_owned).collect();
    images.sort();
    images.dedup();
    images
}

/// What `of` each step is asked for, each once.
pub(super) fn asked(steps: &[Step], of: impl Fn(&Step) -> &[Secret]) -> Vec<Secret> {
    let mut all: Vec<Secret> = steps.iter().flat_map(|step| of(step).to_vec()).collect();
    all.sort();
    all.dedup();
    all
}
