//! `--call=outline`: what a build of one target can be told, and what it looks for.

use serde_json::json;

use super::answer::Answer;
use super::facts::Facts;
use crate::config::BUILD_ARGS;
use crate::plan::BuildPlan;

/// Source: `frontend/subrequests/outline` of BuildKit.
pub(super) fn answer(facts: &Facts<'_>) -> Answer {
    let name = facts.options.target.clone().unwrap_or_default();
    let description = facts
        .plan
        .map(|plan| format!("{} of package {}", plan.binaries.value.join(", "), plan.package.value))
        .unwrap_or_default();
    let value = |name: &str| {
        let given = facts.options.build_args.get(name).cloned();
        given.or_else(|| planned(facts.plan?, name)).unwrap_or_default()
    };
    let arguments: Vec<_> = BUILD_ARGS
        .iter()
        .map(|(name, description)| json!({"name": name, "description": description, "value": value(name)}))
        .collect();
    let caches: Vec<_> = facts
        .plan
        .map(|plan| vec![json!({"ID": plan.caches.downloads}), json!({"ID": plan.caches.target})])
        .unwrap_or_default();

    let secrets = facts.plan.map(BuildPlan::asked_secrets).unwrap_or_default();
    let ssh = facts.plan.is_some_and(BuildPlan::asks_for_ssh);

    let titles = [("TARGET:", &name), ("DESCRIPTION:", &description)];
    let head = titles.into_iter().filter(|(_, line)| !line.is_empty());
    let head = head.map(|(title, line)| format!("{title:<13}{line}"));
    let rows = BUILD_ARGS
        .iter()
        .map(|(name, description)| format!("{name:<20}  {:<40}  {description}", value(name)));
    let mut lines: Vec<String> = head.chain(rows).collect();
    if !secrets.is_empty() {
        lines.extend(["", "SECRET                REQUIRED"].map(str::to_owned));
        lines.extend(secrets.iter().map(|(id, required)| format!("{id:<20}  {required}")));
    }
    if ssh {
        lines
            .extend(["", "SSH                   REQUIRED", "default               false"].map(str::to_owned));
    }
    let named = |(name, required): (&String, &bool)| json!({"name": name, "required": required});
    let secrets: Vec<_> = secrets.iter().map(named).collect();
    let ssh: Vec<_> = ssh.then(|| json!({"name": "default", "required": false})).into_iter().collect();
    let json = json!({
        "name": name, "description": description, "args": arguments, "secrets": secrets, "ssh": ssh,
        "cache": caches, "sources": [],
    });
    Answer::with_layout(json, lines)
}

/// What a build-arg is without anybody giving it, as far as the plan knows.
fn planned(plan: &BuildPlan, name: &str) -> Option<String> {
    Some(match name {
        "PACKAGE" => plan.package.value.clone(),
        "BIN" => plan.binaries.value.join(","),
        "PROFILE" => plan.cargo.profile.clone(),
        "TOOLCHAIN_CHANNEL" => plan.toolchain.channel.value.clone(),
        "TOOLCHAIN_IMAGE" => plan.toolchain.image.value.clone(),
        "IMAGE_BASE" => plan.runtime.base.value.clone(),
        "IMAGE_USER" => plan.runtime.user.value.clone(),
        "IMAGE_WORKDIR" => plan.runtime.workdir.clone()?,
        "IMAGE_STOP_SIGNAL" => plan.runtime.stop_signal.clone()?,
        _ => return None,
    })
}
