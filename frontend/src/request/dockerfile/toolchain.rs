//! The stage that compiles: what the toolchain image has besides.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{shell, variables};
use crate::plan::{BuildPlan, paths};

pub(super) const STAGE: &str = "toolchain";

pub(super) fn stage(plan: &BuildPlan) -> Vec<String> {
    let cross = plan.cargo.cross.as_ref();
    let platform = cross.map(|cross| format!("--platform={} ", cross.builder)).unwrap_or_default();
    let mut lines = vec![
        String::new(),
        format!("FROM {platform}{} AS {STAGE}", plan.toolchain.image.value),
        format!("WORKDIR {}", paths::WORKSPACE),
    ];
    let install = &plan.toolchain.install;
    let all =
        |names: &BTreeMap<String, String>| names.keys().map(|name| shell(name)).collect::<Vec<_>>().join(" ");
    if let Some(channel) = &install.channel {
        let channel = shell(&channel.value);
        lines.push(format!(
            "RUN rustup toolchain install --profile minimal {channel} && rustup default {channel}"
        ));
    }
    if !install.components.is_empty() {
        lines.push(format!("RUN rustup component add {}", all(&install.components)));
    }
    if !install.targets.is_empty() {
        lines.push(format!("RUN rustup target add {}", all(&install.targets)));
    }
    lines.extend(apt(&plan.native.build.apt()));
    if let Some(cross) = cross {
        if !install.targets.contains_key(&plan.cargo.triple) {
            lines.push(format!("RUN rustup target add {}", shell(&plan.cargo.triple)));
        }
        lines.extend(variables("ENV", &cross.environment));
    }
    lines.extend(variables("ENV", &plan.cargo.environment));
    lines.extend(variables("ENV", &plan.cargo.variables));
    if let Some(jobs) = &plan.jobs {
        lines.push(format!("ENV CARGO_BUILD_JOBS={}", jobs.value));
    }
    lines
}

/// Installs packages by Debian's names; those of another architecture are called `name:architecture`.
pub(super) fn apt(packages: &[String]) -> Option<String> {
    let architectures: BTreeSet<&str> =
        packages.iter().filter_map(|package| Some(package.split_once(':')?.1)).collect();
    let added: String = architectures
        .into_iter()
        .map(|architecture| format!("dpkg --add-architecture {} && ", shell(architecture)))
        .collect::<Vec<_>>()
        .concat();
    let packages: Vec<String> = packages.iter().map(|package| shell(package)).collect();
    (!packages.is_empty()).then(|| {
        let packages = packages.join(" ");
        format!("RUN {added}apt-get update && apt-get install -y --no-install-recommends {packages}")
    })
}
