//! One build from its first call to its last: the order of things, and nothing else.

use buildkit_llb::Platform;
use buildkit_llb::source_map::SourceFile;
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};
use buildkit_proto::gateway::{CacheOptionsEntry, Result as GatewayResult};

use super::environment::Environment;
use super::failure::{Failure, Files};
use super::graph::marshal;
use super::pin::Pins;
use super::{agent, definition, files, lockfile, warn};
use crate::config::{self, Layers};
use crate::context::{self, ContextSpec};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ignore;
use crate::lower::sources::{self, Inputs};
use crate::lower::{self, Materials};
use crate::name::RelPath;
use crate::options::{self, Options};
use crate::plan::target::{self, Goal};
use crate::plan::{self, BuildPlan, Planned};
use crate::project::{self, Project};
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
}

/// Builds what the options ask for.
pub(super) async fn drive(bridge: &Bridge, environment: &Environment) -> Result<GatewayResult, Failure> {
    let capabilities = bridge.ping().await?;
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

    let definition = definition::read(bridge, &spec, &inputs).await?;
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
    };
    let mut project = build.take(project::load(&build.tree))?;
    build.take(project::check_lockfile(&project))?;
    let root = RelPath::new("Cargo.toml").unwrap_or_default();
    let layers = build.take(Layers::read(
        &build.options.build_args,
        body.as_deref().map(|text| (&body_path, text)),
        (&root, &project.workspace.text),
    ))?;
    let goal = build.take(
        target::route(&project, build.options.target.as_deref()).map(warned).map_err(|one| vec![one]),
    )?;

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
    Ok(result::metadata(results, as_map, build.options.source_date_epoch))
}

impl Build<'_> {
    /// Keeps the warnings of a stage and returns its value, or fails with its errors.
    fn take<T>(&mut self, stage: Checked<T>) -> Result<T, Failure> {
        let files = &self.files;
        checked(stage, &mut self.warnings, || files.clone())
    }

    /// The platforms to build for: those asked for, else the engine's own.
    fn platforms(&self) -> Result<Vec<Platform>, Failure> {
        if !self.options.platforms.is_empty() {
            return Ok(self.options.platforms.clone());
        }
        let own = self.capabilities.platforms().first().map(Platform::from);
        own.map(|platform| vec![platform])
            .ok_or_else(|| Failure::Internal("the engine has no worker with a platform".to_owned()))
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
        let planned = self.plan(project, layers, goal, &platform).ok();
        let package = plan::select::package(project, layers, goal).ok().map(|warned| warned.value.0);
        let config = package
            .and_then(|package| layers.merge((&package.manifest, &package.text)).ok())
            .map(|warned| warned.value);
        let facts = |files| Facts {
            project,
            selected: package.zip(config.as_ref()),
            plan: match &planned {
                Some(Planned::Ready(plan)) => Some(plan),
                Some(Planned::NeedsLockfile { .. }) | None => None,
            },
            options: &self.options,
            tree: &self.tree,
            files,
            has_ignore_file: self.has_ignore_file,
        };
        let mut all = self.files.clone();
        let wanted = request::wanted(name, &facts(&self.files));
        if !wanted.is_empty() {
            all.extend(files::named(self.bridge, &self.spec, &self.inputs, &self.excludes, wanted).await?);
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
        let mut planned = self.plan(project, layers, goal, platform)?;
        if let Planned::NeedsLockfile { toolchain, files } = &planned {
            let materials = self.materials(&toolchain.image, None, platform, is_one_of_several).await?;
            let contents = lockfile::make(self.bridge, &materials, files).await?;
            self.generated_lockfile = Some(String::from_utf8_lossy(&contents).into_owned());
            let path = RelPath::new("Cargo.lock").unwrap_or_default();
            self.tree.insert_file(path, contents);
            *project = self.take(project::load(&self.tree))?;
            planned = self.plan(project, layers, goal, platform)?;
        }
        let Planned::Ready(plan) = planned else {
            return Err(Failure::Internal("a lockfile was made but not found".to_owned()));
        };
        let base = Some(&plan.runtime.base).filter(|_| !matches!(goal, Goal::Stage(_)));
        self.warnings.extend(unused(&self.options, &self.spec, project, &plan));
        let mut materials = self.materials(&plan.toolchain.image, base, platform, is_one_of_several).await?;
        materials.no_cache = materials.no_cache.for_targets(target::names_of(&plan, goal));
        let definition = marshal(&lower::lower(&plan, &materials, goal))?;
        let options = SolveOptions { cache_imports: self.cache_imports(), evaluate: false };
        let reference = self.bridge.solve(definition.to_pb(), options).await?;
        let base_config = materials.base.map(|base| base.config);
        let config = match goal {
            Goal::Stage(_) => None,
            Goal::Image | Goal::Binary(_) => Some(
                result::image_config(base_config.as_deref(), &plan.runtime, platform)
                    .map_err(|error| Failure::Internal(super::chain(&error)))?,
            ),
        };
        Ok(Built { platform: platform.clone(), reference, config, base_config })
    }

    fn plan(
        &mut self,
        project: &Project,
        layers: &Layers,
        goal: &Goal,
        platform: &Platform,
    ) -> Result<Planned, Failure> {
        let planned = plan::plan(
            project,
            plan::Request {
                options: &self.options,
                layers,
                goal,
                platform,
                names: &self.tree,
                generated_lockfile: self.generated_lockfile.as_deref(),
            },
        );
        self.take(planned)
    }

    async fn materials(
        &self,
        toolchain: &plan::Chosen<String>,
        base: Option<&plan::Chosen<String>>,
        platform: &Platform,
        is_one_of_several: bool,
    ) -> Result<Materials, Failure> {
        let pins = Pins {
            bridge: self.bridge,
            capabilities: &self.capabilities,
            named: &self.spec.named,
            inputs: &self.inputs,
            platform,
            mode: self.options.resolve_mode,
        };
        let base = async {
            match base {
                Some(image) => pins.pin(image, context::BASE).await,
                None => Ok(None),
            }
        };
        let (toolchain, base) = tokio::try_join!(pins.pin(toolchain, context::TOOLCHAIN), base)?;
        let toolchain = toolchain.ok_or_else(|| Failure::Findings {
            diagnostics: vec![
                Diagnostic::error("the toolchain image cannot be `scratch`")
                    .hint("It must have cargo and a linker."),
            ],
            files: Files::new(),
        })?;
        Ok(Materials {
            context: sources::context(&self.spec, &self.inputs, &self.excludes),
            repository: sources::repository(&self.spec),
            agent: agent::find(self.environment, &self.options, platform)?,
            toolchain,
            base,
            files: self.source_files(),
            no_cache: self.options.no_cache.clone(),
            sandbox: self.options.sandbox.clone(),
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

/// Warnings for the names on the command line that mean nothing in this build.
fn unused(options: &Options, spec: &ContextSpec, project: &Project, plan: &BuildPlan) -> Vec<Diagnostic> {
    let images = [plan.toolchain.image.value.as_str(), plan.runtime.base.value.as_str()];
    let locked = project.lockfile.iter().flat_map(|lockfile| &lockfile.packages);
    let crates = locked.map(|package| package.name.clone()).collect();
    let targets = target::names(project);
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
