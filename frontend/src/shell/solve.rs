//! One platform of a build: plans it, looks images up, lowers and solves.

use buildkit_llb::{Definition, Platform};

use super::build::Build;
use super::failure::Failure;
use super::graph::marshal;
use super::unused::unused;
use super::{agent, bill, lockfile};
use crate::config::Layers;
use crate::lower::{self, Materials};
use crate::name::RelPath;
use crate::plan::target::{self, Goal, Stage};
use crate::plan::{BuildPlan, Planned};
use crate::project::{self, Project};
use crate::result::{self, Built};

impl Build<'_> {
    /// Plans, looks images up, lowers and solves for one platform.
    pub(super) async fn one(
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
            let (plan, asking) = ((&*plan, &materials), (definition, self.solve_options()));
            definition = bill::make(self.bridge, &self.capabilities, asking, project, plan).await?;
        }
        if matches!(goal, Goal::Stage(_)) {
            return self.files(definition, platform).await;
        }
        let reference = self.bridge.solve(definition.to_pb(), self.solve_options()).await?;
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

    /// Looks images up and lowers.
    pub(super) async fn lowered(
        &self,
        plan: &BuildPlan,
        goal: &Goal,
        platforms: (&Platform, &Platform),
        is_one_of_several: bool,
    ) -> Result<(Definition, Materials), Failure> {
        let base = Some(&plan.runtime.base).filter(|_| !matches!(goal, Goal::Stage(_)));
        let mut materials = self.materials(&plan.toolchain.image, base, platforms, is_one_of_several).await?;
        materials.images = self.task_images(plan, platforms.0).await?;
        if !plan.runtime.tools.is_empty() {
            materials.tools = agent::tools(self.environment, &self.options, platforms.1, platforms.0)?;
        }
        materials.no_cache = materials.no_cache.for_targets(target::names_of(plan, goal));
        Ok((marshal(&lower::lower(plan, &materials, goal), &self.capabilities)?, materials))
    }

    /// Solves a graph whose result is files and no image.
    async fn files(&self, graph: Definition, platform: &Platform) -> Result<Built, Failure> {
        let reference = self.bridge.solve(graph.to_pb(), self.solve_options()).await?;
        Ok(Built { platform: platform.clone(), reference, config: None, base_config: None })
    }
}
