//! `[toolchain]`: what a build adds to the toolchain image.

use std::collections::BTreeMap;

use supercargo_report::{Install, Job};

use super::access::trusting;
use super::exec::agent;
use super::{Materials, PinnedImage};
use crate::plan::BuildPlan;
use crate::plan::toolchain::Toolchain;

/// The materials with the toolchain as the plan wants it; unchanged if the image is enough.
pub(super) fn complete(toolchain: &Toolchain, materials: &Materials) -> Materials {
    let plan = &toolchain.install;
    if plan.is_empty() {
        return materials.clone();
    }
    let job = Install {
        command: vec!["rustup".to_owned()],
        channel: plan.channel.as_ref().map(|channel| channel.value.clone()),
        components: plan.components.keys().cloned().collect(),
        targets: plan.targets.keys().cloned().collect(),
    };
    install(toolchain, materials, job, &plan.names())
}

/// The same with the standard library of the platform that the plan compiles for. It is a step of its own, because what
/// only downloads needs no standard library and is the same for every platform.
pub(super) fn with_target(plan: &BuildPlan, materials: &Materials) -> Materials {
    let triple = &plan.cargo.triple;
    if plan.cargo.cross.is_none() || plan.toolchain.install.targets.contains_key(triple) {
        return materials.clone();
    }
    let job = Install {
        command: vec!["rustup".to_owned()],
        channel: None,
        components: Vec::new(),
        targets: vec![triple.clone()],
    };
    install(&plan.toolchain, materials, job, triple)
}

/// The same with a component that a check needs. Dependencies are compiled without it, so that all checks share them.
pub(super) fn with_component(plan: &BuildPlan, materials: &Materials, component: Option<&str>) -> Materials {
    let Some(component) = component.filter(|name| !plan.toolchain.install.components.contains_key(*name))
    else {
        return materials.clone();
    };
    let job = Install {
        command: vec!["rustup".to_owned()],
        channel: None,
        components: vec![component.to_owned()],
        targets: Vec::new(),
    };
    install(&plan.toolchain, materials, job, component)
}

/// The same with the standard library of a triple that only a task compiles for.
pub(super) fn for_triple(plan: &BuildPlan, materials: &Materials, triple: &str) -> Materials {
    if plan.toolchain.install.targets.contains_key(triple) {
        return materials.clone();
    }
    let job = Install {
        command: vec!["rustup".to_owned()],
        channel: None,
        components: Vec::new(),
        targets: vec![triple.to_owned()],
    };
    install(&plan.toolchain, materials, job, triple)
}

/// A step that does `job`, and the materials with its result for a toolchain; `names` says what is installed.
fn install(toolchain: &Toolchain, materials: &Materials, job: Install, names: &str) -> Materials {
    let job = Job::Install(job);
    // None of cargo's variables: rustup would take their `CARGO_HOME` for its own.
    let environment: BTreeMap<String, String> = toolchain.install.mirrors.clone();
    let name = format!("[toolchain] install {names}");
    let mut exec = agent(materials, &environment, &job, &name).cwd("/").network(materials.sandbox.network);
    if let Some(proxy) = &materials.proxy {
        exec = exec.proxy_env(proxy.clone());
    }
    let exec = trusting(exec);
    let image = &materials.toolchain;
    let installed = PinnedImage {
        output: exec.root(),
        // The vertex also holds the agent, and a new agent does not make another toolchain.
        identity: Some(format!("{} + {names}", image.identity())),
        ..image.clone()
    };
    Materials { toolchain: installed, ..materials.clone() }
}
