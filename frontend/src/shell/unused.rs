//! What the command line names in vain.

use crate::config::{self, Layers};
use crate::context::ContextSpec;
use crate::diagnostic::Diagnostic;
use crate::options::{self, Options};
use crate::plan::BuildPlan;
use crate::plan::target;
use crate::project::Project;

/// Warnings for the names on the command line that mean nothing in this build.
pub(super) fn unused(
    options: &Options,
    spec: &ContextSpec,
    project: &Project,
    layers: &Layers,
    plan: &BuildPlan,
) -> Vec<Diagnostic> {
    let mut images = vec![plan.toolchain.image.value.as_str(), plan.runtime.base.value.as_str()];
    images.extend(plan.tasks.iter().filter_map(|task| Some(task.image.as_ref()?.value.as_str())));
    let locked = project.lockfile.iter().flat_map(|lockfile| &lockfile.packages);
    let crates = locked.map(|package| package.name.clone()).collect();
    let targets = target::names_with_images(project, layers);
    let mut warnings = config::unknown_build_args(&options.build_args, &plan.last.arguments);
    warnings.extend(spec.named.unused(&images, &crates));
    warnings.extend(options.no_cache.unknown(&targets).map(|name| {
        Diagnostic::warning(format!(
            "`--no-cache-filter` names `{name}`, which is neither a step nor a target"
        ))
        .hint(format!("The steps are `{}`; `--call=targets` lists the targets.", options::STEPS.join("`, `")))
    }));
    warnings
}
