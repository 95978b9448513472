//! One build from its first call to its last: the order of things, and nothing else.

use buildkit_llb::source_map::SourceFile;
use buildkit_llb::{Definition, Platform};
use buildkit_proto::cap;
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};
use buildkit_proto::gateway::{CacheOptionsEntry, Result as GatewayResult};

use super::environment::Environment;
use super::failure::{Failure, Files};
use super::graph::marshal;
use super::pin::Pins;
use super::replaced::{self, Replaced};
use super::unused::unused;
use super::{agent, bill, definition, files, lockfile, warn};
use crate::config::{Config, Layers};
use crate::context::{self, ContextSpec};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::engine::Abilities;
use crate::ignore;
use crate::lower::sources::{self, Inputs};
use crate::lower::{self, Materials};
use crate::name::RelPath;
use crate::options::{self, Options};
use crate::plan::target::{self, Goal, Stage};
use crate::plan::{self, BuildPlan, Planned};
use crate::project::{self, Package, Project};
use crate::request::{self, Facts};
use crate::result::{self, Built};
use crate::tree::Tree;

/// What one build has learned so far and every later step needs.
struct Build<'a> {
    bridge: &'a Bridge,
    environment: &'a Environment,
    capabilities: Capabilities,
    options: Options,
    spec: ContextSpec,
    inputs: Inputs,
    excludes: Vec<String>,
    has_ignore_file: bool,
    tree: Tree,
    files: Files,
    warnings: Vec<Diagnostic>,
    /// The lockfile made for a project that has none.
    generated_lockfile: Option<String>,
    /// The user's own, if Cargo has to bring it up to date; then it is not in the tree.
    outdated_lockfile: Option<Vec<u8>>,
    /// What build contexts stand in for among the crates.
    replaced: Option<Replaced>,
}

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
    let excludes = ignore::patterns(definition.ignore.as_deref().map(String::from_utf8_lossy).as_deref());
    let (tree, found) = files::read(bridge, &capabilities, &spec, &inputs, &excludes).await?;
    warnings.extend(found);

    let mut files = files::contents(&tree);
    let body = definition.definition.as_deref().map(String::from_utf8_lossy);
    let body_path = RelPath::new(&spec.filename).unwrap_or_default();
    // `-f Cargo.toml` builds a project that has no definition file of ours; then the manifest is no configuration.
    let body = body.filter(|_| body_path.file_name() != Some("Cargo.toml"));
    if let Some(text) = &body {
        files.insert(body_path.clone(), text.as_bytes().to_vec());
    }
    let mut build = Build {
        bridge,
        environment,
        capabilities,
        options,
        spec,
        inputs,
        excludes,
        has_ignore_file: definition.ignore.is_some(),
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

impl Build<'_> {
    /// Keeps the warnings of a stage and returns its value, or fails with its errors.
    fn take<T>(&mut self, stage: Checked<T>) -> Result<T, Failure> {
        let files = &self.files;
        checked(stage, &mut self.warnings, || files.clone())
    }

    /// The platforms to build for: those asked for, each once, else the one that builds.
    fn platforms(&self) -> Result<Vec<Platform>, Failure> {
        if self.options.platforms.is_empty() {
            return Ok(vec![self.builder()?]);
        }
        let mut platforms = Vec::new();
        for platform in &self.options.platforms {
            if !platforms.contains(platform) {
                platforms.push(platform.clone());
            }
        }
        Ok(platforms)
    }

    /// The platform that steps run on: the engine's own, unless the client wants another that the engine can run.
    fn builder(&self) -> Result<Platform, Failure> {
        let able: Vec<Platform> = self.capabilities.platforms().iter().map(Platform::from).collect();
        options::builder(self.options.build_platform.as_ref(), &able)
            .map_err(|diagnostic| Failure::Findings { diagnostics: vec![diagnostic], files: Files::new() })
    }

    /// Answers a question; what stands in the way of a build need not stand in the way of an answer.
    async fn answer(
        mut self,
        name: &str,
        project: &Project,
        layers: &Layers,
        goal: &Goal,
    ) -> Result<GatewayResult, Failure> {
        let platform =
            self.platforms()?.into_iter().next().unwrap_or_else(|| Platform::new("linux", "amd64"));
        let planned = self.plan(project, layers, goal, &platform);
        let planned = if request::needs_plan(name) { Some(planned?) } else { planned.ok() };
        let plan = match &planned {
            Some(Planned::Ready(plan)) => Some(plan.as_ref()),
            Some(Planned::NeedsLockfile(_)) | None => None,
        };
        let graph = match plan.filter(|_| request::needs_graph(name)) {
            Some(plan) => Some(self.lowered(plan, goal, (&self.builder()?, &platform), false).await?.0),
            None => None,
        };
        let selected = selected(project, layers, goal);
        let manifest = selected.as_ref().map(|(package, _)| (&package.manifest, package.text.as_str()));
        let said = if request::needs_plan(name) { layers.said(manifest) } else { Vec::new() };
        let facts = |files| Facts {
            project,
            layers,
            selected: selected.as_ref().map(|(package, config)| (*package, config)),
            plan,
            graph: graph.as_ref(),
            said: &said,
            warnings: &self.warnings,
            abilities: Abilities::of(|id| self.capabilities.has_llb(id)),
            options: &self.options,
            tree: &self.tree,
            files,
            has_ignore_file: self.has_ignore_file,
        };
        let mut all = self.files.clone();
        let wanted = request::wanted(name, &facts(&self.files));
        if !wanted.is_empty() {
            all.extend(
                files::named(
                    self.bridge,
                    &self.capabilities,
                    &self.spec,
                    &self.inputs,
                    &self.excludes,
                    wanted,
                )
                .await?,
            );
        }
        request::answer(name, &facts(&all))
            .map_err(|diagnostics| Failure::Findings { diagnostics, files: all })
    }

    /// Plans, looks images up, lowers and solves for one platform.
    async fn one(
        &mut self,
        project: &mut Project,
        layers: &Layers,
        goal: &Goal,
        platform: &Platform,
        is_one_of_several: bool,
    ) -> Result<Built, Failure> {
        let builder = self.builder()?;
        let mut planned = self.plan(project, layers, goal, platform)?;
        if let Planned::NeedsLockfile(needed) = &planned {
            let image = &needed.toolchain.image;
            let materials = self.materials(image, None, (&builder, platform), is_one_of_several).await?;
            if *goal == Goal::Stage(Stage::Lock) {
                let graph = marshal(&lower::lockfile(needed, &materials), &self.capabilities)?;
                return self.files(graph, platform).await;
            }
            let contents = lockfile::make(self.bridge, &self.capabilities, needed, &materials).await?;
            self.generated_lockfile = Some(String::from_utf8_lossy(&contents).into_owned());
            let path = RelPath::new("Cargo.lock").unwrap_or_default();
            self.tree.insert_file(path, contents);
            *project = self.take(project::load(&self.tree))?;
            planned = self.plan(project, layers, goal, platform)?;
        }
        let Planned::Ready(plan) = planned else {
            return Err(Failure::Internal("a lockfile was made but not found".to_owned()));
        };
        self.check(project, layers, goal, &plan)?;
        self.warnings.extend(unused(&self.options, &self.spec, project, layers, &plan));
        let (mut definition, materials) =
            self.lowered(&plan, goal, (&builder, platform), is_one_of_several).await?;
        if *goal == Goal::Stage(Stage::Sbom) {
            let options = SolveOptions { cache_imports: self.cache_imports(), evaluate: false };
            let (plan, asking) = ((&*plan, &materials), (definition, options));
            definition = bill::make(self.bridge, &self.capabilities, asking, project, plan).await?;
        }
        if matches!(goal, Goal::Stage(_)) {
            return self.files(definition, platform).await;
        }
        let options = SolveOptions { cache_imports: self.cache_imports(), evaluate: false };
        let reference = self.bridge.solve(definition.to_pb(), options).await?;
        let base = materials.base.as_ref();
        let config = result::image_config(
            base.map(|base| (base.reference.as_str(), base.config.as_slice())),
            &plan.runtime,
            platform,
        )
        .map_err(|error| Failure::Internal(super::chain(&error)))?;
        let base_config = materials.base.map(|base| base.config);
        Ok(Built { platform: platform.clone(), reference, config: Some(config), base_config })
    }

    /// Solves a graph whose result is files and no image.
    async fn files(&self, graph: Definition, platform: &Platform) -> Result<Built, Failure> {
        let options = SolveOptions { cache_imports: self.cache_imports(), evaluate: false };
        let reference = self.bridge.solve(graph.to_pb(), options).await?;
        Ok(Built { platform: platform.clone(), reference, config: None, base_config: None })
    }

    /// Looks images up and lowers.
    async fn lowered(
        &self,
        plan: &BuildPlan,
        goal: &Goal,
        platforms: (&Platform, &Platform),
        is_one_of_several: bool,
    ) -> Result<(Definition, Materials), Failure> {
        let base = Some(&plan.runtime.base).filter(|_| !matches!(goal, Goal::Stage(_)));
        let mut materials = self.materials(&plan.toolchain.image, base, platforms, is_one_of_several).await?;
        materials.images = self.task_images(plan, platforms.0).await?;
        materials.no_cache = materials.no_cache.for_targets(target::names_of(plan, goal));
        Ok((marshal(&lower::lower(plan, &materials, goal), &self.capabilities)?, materials))
    }

    /// Says what is legal and probably not meant, or fails if the client wants to hear it that way.
    fn check(
        &mut self,
        project: &Project,
        layers: &Layers,
        goal: &Goal,
        plan: &BuildPlan,
    ) -> Result<(), Failure> {
        let selected = selected(project, layers, goal);
        let facts = Facts {
            project,
            layers,
            selected: selected.as_ref().map(|(package, config)| (*package, config)),
            plan: Some(plan),
            graph: None,
            said: &[],
            warnings: &[],
            abilities: Abilities::of(|id| self.capabilities.has_llb(id)),
            options: &self.options,
            tree: &self.tree,
            files: &self.files,
            has_ignore_file: self.has_ignore_file,
        };
        let mut findings = Findings::default();
        for finding in request::findings(&facts) {
            findings.push(finding);
        }
        self.take(findings.finish(()))
    }

    fn plan(
        &mut self,
        project: &Project,
        layers: &Layers,
        goal: &Goal,
        platform: &Platform,
    ) -> Result<Planned, Failure> {
        let builder = self.builder()?;
        let planned = plan::plan(
            project,
            plan::Request {
                options: &self.options,
                layers,
                goal,
                platform,
                builder: &builder,
                generated_lockfile: self.generated_lockfile.as_deref(),
                outdated_lockfile: self.outdated_lockfile.as_deref(),
                names: &self.tree,
            },
        );
        self.take(planned)
    }

    /// The images of the user's own commands.
    async fn task_images(
        &self,
        plan: &BuildPlan,
        builder: &Platform,
    ) -> Result<std::collections::BTreeMap<String, lower::PinnedImage>, Failure> {
        let mut images = std::collections::BTreeMap::new();
        for image in plan.tasks.iter().filter_map(|task| task.image.as_ref()) {
            let pins = Pins {
                bridge: self.bridge,
                capabilities: &self.capabilities,
                named: &self.spec.named,
                inputs: &self.inputs,
                platform: builder,
                mode: self.options.resolve_mode,
            };
            if let Some(pinned) = pins.pin(image, &image.value).await? {
                images.insert(image.value.clone(), pinned);
            }
        }
        Ok(images)
    }

    async fn materials(
        &self,
        toolchain: &plan::Chosen<String>,
        base: Option<&plan::Chosen<String>>,
        (builder, platform): (&Platform, &Platform),
        is_one_of_several: bool,
    ) -> Result<Materials, Failure> {
        let pins = |platform| Pins {
            bridge: self.bridge,
            capabilities: &self.capabilities,
            named: &self.spec.named,
            inputs: &self.inputs,
            platform,
            mode: self.options.resolve_mode,
        };
        let base = async {
            match base {
                Some(image) => pins(platform).pin(image, context::BASE).await,
                None => Ok(None),
            }
        };
        let (toolchain, base) = tokio::try_join!(pins(builder).pin(toolchain, context::TOOLCHAIN), base)?;
        let toolchain = toolchain.ok_or_else(|| Failure::Findings {
            diagnostics: vec![
                Diagnostic::error("the toolchain image cannot be `scratch`")
                    .hint("It must have cargo and a linker."),
            ],
            files: Files::new(),
        })?;
        let context = sources::context(&self.spec, &self.inputs, &self.excludes);
        let context = match &self.replaced {
            Some(replaced) => replaced.lay_over(context, &self.inputs),
            None => context,
        };
        Ok(Materials {
            context,
            repository: sources::repository(&self.spec),
            images: std::collections::BTreeMap::new(),
            agent: agent::find(self.environment, &self.options, builder)?,
            tools: agent::tools(self.environment, &self.options, platform, builder)?,
            toolchain,
            base,
            files: self.source_files(),
            no_cache: self.options.no_cache.clone(),
            sandbox: self.options.sandbox.clone(),
            abilities: Abilities::of(|id| self.capabilities.has_llb(id)),
            proxy: lower::proxy::from_build_args(&self.options.build_args),
            prefix: if is_one_of_several { format!("{platform} ") } else { String::new() },
        })
    }

    /// Manifests that failing vertices may point into.
    fn source_files(&self) -> std::collections::BTreeMap<RelPath, SourceFile> {
        let manifests = self.files.iter().filter(|(path, _)| path.file_name() == Some("Cargo.toml"));
        manifests
            .map(|(path, contents)| {
                (path.clone(), SourceFile::new(path.to_string(), contents).language("TOML"))
            })
            .collect()
    }

    fn cache_imports(&self) -> Vec<CacheOptionsEntry> {
        let imports = self.options.cache_imports.iter().map(|import| CacheOptionsEntry {
            r#type: import.kind.clone(),
            attrs: import.attributes.clone().into_iter().collect(),
        });
        imports.collect()
    }
}

/// The package that would be built and its configuration, if that is decided.
fn selected<'a>(project: &'a Project, layers: &Layers, goal: &Goal) -> Option<(&'a Package, Config)> {
    let packages = plan::subject::packages(project, layers, goal).ok()?.value.0;
    let config = plan::subject::config(project, layers, &packages).ok()?.value;
    let package = packages.into_iter().next()?;
    Some((package, config))
}

fn warned<T>(value: T) -> crate::diagnostic::Warned<T> {
    crate::diagnostic::Warned { value, warnings: Vec::new() }
}

fn checked<T>(
    stage: Checked<T>,
    warnings: &mut Vec<Diagnostic>,
    files: impl FnOnce() -> Files,
) -> Result<T, Failure> {
    match stage {
        Ok(warned) => {
            warnings.extend(warned.warnings);
            Ok(warned.value)
        }
        Err(diagnostics) => Err(Failure::Findings { diagnostics, files: files() }),
    }
}
