//! Looks up what a graph is made of besides the plan: images, the agent, and files that a failing step points into.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use buildkit_llb::source_map::SourceFile;

use super::agent;
use super::build::Build;
use super::failure::{Failure, Files};
use super::pin::Pins;
use crate::context;
use crate::diagnostic::Diagnostic;
use crate::engine::Abilities;
use crate::lower::sources;
use crate::lower::{self, Materials, PinnedImage};
use crate::name::RelPath;
use crate::plan::{BuildPlan, Chosen};

impl Build<'_> {
    /// All of it for one platform, but for the images of the user's own commands and the tools for another platform.
    pub(super) async fn materials(
        &self,
        toolchain: &Chosen<String>,
        base: Option<&Chosen<String>>,
        (builder, platform): (&Platform, &Platform),
        is_one_of_several: bool,
    ) -> Result<Materials, Failure> {
        let base = async {
            match base {
                Some(image) => self.pins(platform).pin(image, context::BASE).await,
                None => Ok(None),
            }
        };
        let (toolchain, base) =
            tokio::try_join!(self.pins(builder).pin(toolchain, context::TOOLCHAIN), base)?;
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
        let agent = agent::find(self.environment, &self.options, builder)?;
        Ok(Materials {
            context,
            repository: sources::repository(&self.spec),
            images: BTreeMap::new(),
            tools: agent.clone(),
            agent,
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

    /// The images of the user's own commands.
    pub(super) async fn task_images(
        &self,
        plan: &BuildPlan,
        builder: &Platform,
    ) -> Result<BTreeMap<String, PinnedImage>, Failure> {
        let mut images = BTreeMap::new();
        for image in plan.tasks.iter().filter_map(|task| task.image.as_ref()) {
            if let Some(pinned) = self.pins(builder).pin(image, &image.value).await? {
                images.insert(image.value.clone(), pinned);
            }
        }
        Ok(images)
    }

    /// Manifests that failing vertices may point into.
    fn source_files(&self) -> BTreeMap<RelPath, SourceFile> {
        let manifests = self.files.iter().filter(|(path, _)| path.file_name() == Some("Cargo.toml"));
        manifests
            .map(|(path, contents)| {
                (path.clone(), SourceFile::new(path.to_string(), contents).language("TOML"))
            })
            .collect()
    }

    fn pins<'a>(&'a self, platform: &'a Platform) -> Pins<'a> {
        Pins {
            bridge: self.bridge,
            capabilities: &self.capabilities,
            named: &self.spec.named,
            inputs: &self.inputs,
            platform,
            mode: self.options.resolve_mode,
        }
    }
}
