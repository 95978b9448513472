//! Answers questions about a project, for `--call` and `--check`.

use buildkit_llb::Platform;
use buildkit_proto::gateway::Result as GatewayResult;

use super::build::{Build, selected};
use super::failure::Failure;
use super::files;
use crate::config::{Config, Layers};
use crate::diagnostic::Findings;
use crate::engine::Abilities;
use crate::plan::target::Goal;
use crate::plan::{BuildPlan, Planned};
use crate::project::{Package, Project};
use crate::request::{self, Facts};

impl Build<'_> {
    /// Answers a question; what stands in the way of a build need not stand in the way of an answer.
    pub(super) async fn answer(
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
        let selected = selected.as_ref().map(|(package, config)| (*package, config));
        let facts = |files| Facts {
            plan,
            graph: graph.as_ref(),
            said: &said,
            warnings: &self.warnings,
            files,
            ..self.facts(project, layers, selected)
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

    /// Says what is legal and probably not meant, or fails if the client wants to hear it that way.
    pub(super) fn check(
        &mut self,
        project: &Project,
        layers: &Layers,
        goal: &Goal,
        plan: &BuildPlan,
    ) -> Result<(), Failure> {
        let selected = selected(project, layers, goal);
        let selected = selected.as_ref().map(|(package, config)| (*package, config));
        let facts = Facts { plan: Some(plan), ..self.facts(project, layers, selected) };
        let mut findings = Findings::default();
        for finding in request::findings(&facts) {
            findings.push(finding);
        }
        self.take(findings.finish(()))
    }

    /// What is known before there is a plan.
    fn facts<'a>(
        &'a self,
        project: &'a Project,
        layers: &'a Layers,
        selected: Option<(&'a Package, &'a Config)>,
    ) -> Facts<'a> {
        Facts {
            project,
            layers,
            selected,
            plan: None,
            graph: None,
            said: &[],
            warnings: &[],
            abilities: Abilities::of(|id| self.capabilities.has_llb(id)),
            options: &self.options,
            tree: &self.tree,
            files: &self.files,
        }
    }
}
