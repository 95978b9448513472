//! `[sbom]`: Cargo says what it would compile, and the frontend writes down what that is.

use buildkit_llb::Output;
use buildkit_llb::exec::Mount;
use buildkit_llb::file::{Copy, FileOp, MkFile};
use supercargo_report::{Fetch, Printed};

use super::Materials;
use super::fetch::{Crates, fetching, job, workspace};
use crate::plan::sbom::FILE;
use crate::plan::{BuildPlan, paths};

/// The files of [`trees`], and what they are of.
pub const COMPILED: &str = "compiled.txt";
/// Likewise.
pub const LINKED: &str = "linked.txt";

/// What Cargo says of everything that is compiled, and of what is linked.
///
/// They are steps like `[fetch]`, because Cargo reads the manifests of crates, also of some that it does not compile.
pub(super) fn trees(plan: &BuildPlan, materials: &Materials, fetched: &Crates) -> Output {
    let Some(sbom) = &plan.sbom else { return Output::scratch() };
    let manifests = workspace(materials, &sbom.files);
    let asked = [(COMPILED, false, "compiled"), (LINKED, true, "linked")];
    let copies = asked.into_iter().fold(FileOp::on_scratch(), |copies, (file, only_linked, what)| {
        let job = Fetch {
            output: Some(Printed { file: format!("{}/{file}", paths::OUT), shown: false }),
            ..job(plan, plan.cargo.tree(only_linked), &sbom.access)
        };
        let name = format!("[sbom] ask what is {what}");
        let mut exec = fetching(plan, materials, job, &sbom.access, &name);
        exec.mount(Mount::bind(manifests.clone(), paths::WORKSPACE).no_output());
        fetched.mount(&mut exec, materials.abilities);
        let out = exec.mount(Mount::scratch(paths::OUT));
        let path = format!("/{file}");
        copies.copy(Copy::new(exec.output(&out), &path, &path).timestamp(0))
    });
    copies.name(format!("{}[sbom] take what cargo says", materials.prefix)).output()
}

/// The bill of materials.
pub fn bill_of_materials(plan: &BuildPlan, materials: &Materials, text: &str) -> Output {
    FileOp::on_scratch()
        .mkfile(MkFile::new(format!("/{FILE}"), text).mode(0o644).timestamp(0))
        .name(format!("{}[sbom] write the bill of materials of {}", materials.prefix, plan.package.value))
        .output()
}
