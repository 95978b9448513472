//! One build from its first call to its last: the order of things, and nothing else.

use buildkit_proto::cap;
use buildkit_proto::client::{Bridge, Capabilities};
use buildkit_proto::gateway::Result as GatewayResult;

use super::build::{Build, checked, selected};
use super::environment::Environment;
use super::failure::{Failure, Files};
use super::{definition, files, replaced, warn};
use crate::config::Layers;
use crate::context;
use crate::name::RelPath;
use crate::options;
use crate::plan::{self, target};
use crate::project;
use crate::request;
use crate::result;

/// Builds what the options ask for.
pub(super) async fn drive(bridge: &Bridge, environment: &Environment) -> Result<GatewayResult, Failure> {
    let capabilities = bridge.ping().await?;
    // Engines that know no warnings pass on the text of an error and nothing else.
    let shows_excerpts = capabilities.has_gateway(cap::gateway::WARNINGS);
    let outcome = Box::pin(build(bridge, environment, capabilities)).await;
    outcome.map_err(|failure| if shows_excerpts { failure } else { failure.with_lines() })
}

async fn build(
    bridge: &Bridge,
    environment: &Environment,
    capabilities: Capabilities,
) -> Result<GatewayResult, Failure> {
    let mut warnings = Vec::new();
    let mut options = checked(options::parse(&environment.options), &mut warnings, Files::new)?;
    warnings.extend(options.sandbox.restrict(|cap| capabilities.has_llb(cap)));
    if let Some(answer) = options.request.as_deref().and_then(request::answer_without_project) {
        return Ok(answer);
    }
    let inputs = files::inputs(bridge, &capabilities).await?;
    let names: Vec<String> = inputs.keys().cloned().collect();
    let spec = checked(context::classify(&options, &names, &environment.session), &mut warnings, Files::new)?;
    options.vcs_revision = options.vcs_revision.or_else(|| spec.source.commit());

    let definition = definition::read(bridge, &capabilities, &spec, &inputs).await?;
    let excludes = definition.ignore.patterns_with_debris();
    let (tree, found) = files::read(bridge, &capabilities, &spec, &inputs, &definition.ignore).await?;
    warnings.extend(found);

    let mut files = files::contents(&tree);
    let body = definition.definition.as_deref().map(String::from_utf8_lossy);
    let body_path = RelPath::new(&spec.filename).unwrap_or_default();
    // `-f Cargo.toml` builds a project that has no definition file of ours; then the manifest is no configuration.
    let body = body.filter(|_| body_path.file_name() != Some("Cargo.toml"));
    if let Some(text) = &body {
        files.insert(body_path.clone(), text.as_bytes().to_vec());
    }
    files.extend(definition.ignore_text);
    let mut build = Build {
        bridge,
        environment,
        capabilities,
        options,
        spec,
        inputs,
        excludes,
        tree,
        files,
        warnings,
        generated_lockfile: None,
        outdated_lockfile: None,
        replaced: None,
    };
    let mut project = build.take(project::load(&build.tree))?;
    let root = RelPath::new("Cargo.toml").unwrap_or_default();
    let mut layers = build.take(Layers::read(
        &build.options.build_args,
        body.as_deref().map(|text| (&body_path, text)),
        (&root, &project.workspace.text),
    ))?;
    for member in project.members().filter(|member| member.text.contains("supercargo")) {
        build.take(layers.add_images_of(&member.name, (&member.manifest, &member.text)))?;
    }
    build.take(plan::images::check(&project, &layers))?;
    let goal = build.take(
        target::route_to_image(&project, &layers, build.options.target.as_deref())
            .map(warned)
            .map_err(|one| vec![one]),
    )?;
    let layers = plan::images::narrowed(&project, &layers, &goal);
    let locked = selected(&project, &layers, &goal).and_then(|(_, config)| config.locked);
    let checked = project::check_lockfile(&project);
    let is_outdated = build.take(plan::lock::judge(checked, locked.as_ref(), &goal))?;
    build.replaced =
        replaced::graft(bridge, &build.capabilities, &build.spec, &build.inputs, &mut build.tree, &project)
            .await?;
    if is_outdated || build.replaced.is_some() {
        let path = RelPath::new("Cargo.lock").unwrap_or_default();
        build.tree.remove_file(&path);
        build.outdated_lockfile = project.lockfile.map(|lockfile| lockfile.text.into_bytes());
        project = build.take(project::load(&build.tree))?;
    }

    let wanted = plan::trunk::wanted(&project, &layers, &goal, &build.tree);
    if !wanted.is_empty() {
        let read =
            files::named(bridge, &build.capabilities, &build.spec, &build.inputs, &build.excludes, wanted);
        for (path, contents) in read.await? {
            build.tree.insert_contents(path, contents);
        }
    }

    if let Some(name) = build.options.request.clone() {
        return build.answer(&name, &project, &layers, &goal).await;
    }
    let platforms = build.platforms()?;
    let mut results = Vec::new();
    for platform in &platforms {
        results.push(build.one(&mut project, &layers, &goal, platform, platforms.len() > 1).await?);
    }
    warn::show(bridge, &build.capabilities, &definition.loaded_by, &build.warnings, &build.files).await;
    let as_map = build.options.multi_platform.unwrap_or(false);
    let annotates = build.capabilities.has_llb(cap::EXPORTER_IMAGE_ANNOTATIONS);
    Ok(result::metadata(results, as_map, build.options.source_date_epoch, annotates))
}

fn warned<T>(value: T) -> crate::diagnostic::Warned<T> {
    crate::diagnostic::Warned { value, warnings: Vec::new() }
}
