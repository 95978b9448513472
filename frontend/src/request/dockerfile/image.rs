//! The last stage: the image.

use super::text::{self, json_list, variables};
use super::{task, toolchain};
use crate::plan::BuildPlan;
use crate::plan::health::Healthcheck;
use crate::plan::native::Origin;
use crate::plan::tool::Tool;

/// `frontend` is the image that has the small programs which this one may need.
pub(super) fn stage(plan: &BuildPlan, frontend: Option<&str>) -> Vec<String> {
    let runtime = &plan.runtime;
    // Without the image that has it, the program is its own first process.
    let init = [Tool::Init.path(), "--".to_owned()];
    let entrypoint = match frontend {
        None => runtime.entrypoint.strip_prefix(&init).unwrap_or(&runtime.entrypoint),
        Some(_) => &runtime.entrypoint,
    };
    let is_cross = plan.cargo.cross.is_some() && runtime.base.value != "scratch";
    let platform = if is_cross { format!("--platform={} ", plan.platform) } else { String::new() };
    let mut lines = vec![String::new(), format!("FROM {platform}{}", runtime.base.value)];
    let (stage, directory) = task::binaries(plan);
    for (name, path) in &runtime.binaries {
        lines.push(format!("COPY --from={stage} {}", json_list([&format!("{directory}/{name}"), path])));
    }
    if let Some(frontend) = frontend {
        for tool in &runtime.tools {
            let from = format!("/{}", tool.name());
            lines.push(format!("COPY --from={frontend} {}", json_list([&from, &tool.path()])));
        }
    }
    lines.extend(task::image_files(plan));
    if plan.native.image_from == Origin::Base {
        lines.extend(toolchain::apt(&plan.native.image.apt()));
    } else if !plan.native.image.is_empty() {
        let names = plan.native.image.apt().join(" ");
        lines.push(format!(
            "# The libraries of {} are left out: this base cannot install packages.",
            text::one_line(&names)
        ));
    }
    for file in &runtime.files {
        let (user, group) = file.owner;
        let mode = file.mode.map(|mode| format!(" --chmod={mode:04o}")).unwrap_or_default();
        lines.push(format!("COPY --chown={user}:{group}{mode} {}", json_list([&file.from, &file.to])));
    }
    lines.extend(variables("ENV", &runtime.env));
    lines.extend(variables("LABEL", &runtime.labels));
    lines.extend(runtime.workdir.iter().map(|workdir| format!("WORKDIR {workdir}")));
    lines.push(format!("USER {}", runtime.user.value));
    lines.extend(runtime.expose.iter().map(|port| format!("EXPOSE {port}")));
    if !runtime.volumes.is_empty() {
        lines.push(format!("VOLUME {}", json_list(&runtime.volumes)));
    }
    lines.extend(runtime.stop_signal.iter().map(|signal| format!("STOPSIGNAL {signal}")));
    lines.extend(
        runtime
            .healthcheck
            .iter()
            .filter(|check| frontend.is_some() || !check.asks_with_tool())
            .map(healthcheck),
    );
    lines.push(format!("ENTRYPOINT {}", json_list(entrypoint)));
    if !runtime.cmd.is_empty() {
        lines.push(format!("CMD {}", json_list(&runtime.cmd)));
    }
    lines
}

/// `HEALTHCHECK`, its times in the unit that it holds them in.
fn healthcheck(check: &Healthcheck) -> String {
    if check.command.is_empty() {
        return "HEALTHCHECK NONE".to_owned();
    }
    let times =
        [("interval", check.interval), ("timeout", check.timeout), ("start-period", check.start_period)];
    let times =
        times.into_iter().filter_map(|(name, nanoseconds)| Some(format!("--{name}={}ns ", nanoseconds?)));
    let retries = check.retries.map(|retries| format!("--retries={retries} "));
    let options: String = times.chain(retries).collect();
    format!("HEALTHCHECK {options}CMD {}", json_list(&check.command))
}
