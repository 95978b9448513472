//! Has Cargo say what it would compile, and makes a bill of materials of it.

use buildkit_llb::Definition;
use buildkit_proto::client::{Bridge, Capabilities, SolveOptions};

use super::failure::Failure;
use super::graph::marshal;
use crate::lower::{self, Materials, sbom as asked};
use crate::plan::BuildPlan;
use crate::plan::sbom::{self, Trees};
use crate::project::Project;

/// The graph of the document; `asking` is that of Cargo's answers.
pub(super) async fn make(
    bridge: &Bridge,
    capabilities: &Capabilities,
    (asking, options): (Definition, SolveOptions),
    project: &Project,
    (plan, materials): (&BuildPlan, &Materials),
) -> Result<Definition, Failure> {
    let reference = bridge.solve(asking.to_pb(), options).await?.unwrap_or_default();
    let compiled = bridge.read_file(&reference, asked::COMPILED).await?;
    let linked = bridge.read_file(&reference, asked::LINKED).await?;
    let (compiled, linked) = (String::from_utf8_lossy(&compiled), String::from_utf8_lossy(&linked));
    let text = sbom::document(project, plan, Trees { compiled: &compiled, linked: &linked })
        .ok_or_else(|| Failure::Internal("cargo tree named no package of the project".to_owned()))?;
    marshal(&lower::sbom::bill_of_materials(plan, materials, &text), capabilities)
}
