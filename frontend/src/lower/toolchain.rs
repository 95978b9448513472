//! `[toolchain]`: what a build adds to the toolchain image.

use std::collections::BTreeMap;

use supercargo_report::{Install, Job};

use super::exec::agent;
use super::{Materials, PinnedImage};
use crate::plan::toolchain::Toolchain;

/// The materials with the toolchain as the plan wants it; unchanged if the image is enough.
pub(super) fn complete(toolchain: &Toolchain, materials: &Materials) -> Materials {
    let plan = &toolchain.install;
    if plan.is_empty() {
        return materials.clone();
    }
    let job = Job::Install(Install {
        command: vec!["rustup".to_owned()],
        channel: plan.channel.as_ref().map(|channel| channel.value.clone()),
        components: plan.components.keys().cloned().collect(),
        targets: plan.targets.keys().cloned().collect(),
    });
    // None of cargo's variables: rustup would take their `CARGO_HOME` for its own.
    let environment: BTreeMap<String, String> = plan.mirrors.clone();
    let name = format!("[toolchain] install {}", plan.names());
    let mut exec = agent(materials, &environment, &job, &name).cwd("/").network(materials.sandbox.network);
    if let Some(proxy) = &materials.proxy {
        exec = exec.proxy_env(proxy.clone());
    }
    let image = &materials.toolchain;
    let installed = PinnedImage {
        output: exec.root(),
        // The vertex also holds the agent, and a new agent does not make another toolchain.
        identity: Some(format!("{} + {}", image.identity(), plan.names())),
        ..image.clone()
    };
    Materials { toolchain: installed, ..materials.clone() }
}
