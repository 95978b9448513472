//! Diff: what one file system has beyond another.

use buildkit_proto::{cap, pb};

use crate::metadata::{Metadata, metadata_methods};
use crate::vertex::{Draft, Inputs, Output};

/// The changes that lead from a lower file system to an upper one, as a layer of its own.
///
/// ```text
/// Diff::new(lower, upper)   lower: /a /b   upper: /a /c   result: /c, and the removal of /b
/// ```
///
/// Together with [`Merge`](crate::Merge) the changes can be put on top of another base. Trivial cases are folded: a diff from
/// scratch is the upper file system, a diff between equal ones is scratch.
///
/// ```
/// use buildkit_llb::{Diff, FileOp, Output, file::MkFile};
///
/// let a = FileOp::on_scratch().mkfile(MkFile::new("/a", "a")).output();
/// let b = FileOp::on(a.clone()).mkfile(MkFile::new("/b", "b")).output();
/// assert!(!Diff::new(a.clone(), b.clone()).output().is_scratch());
/// assert_eq!(Diff::new(Output::scratch(), b.clone()).output(), b);
/// assert!(Diff::new(a.clone(), a).output().is_scratch());
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Diff {
    lower: Output,
    upper: Output,
    metadata: Metadata,
}

metadata_methods!(Diff);

impl Diff {
    /// The changes from `lower` to `upper`.
    pub fn new(lower: Output, upper: Output) -> Self {
        Self { lower, upper, metadata: Metadata::default() }
    }

    /// The layer of changes. Execs on top of it run on the platform of the upper file system.
    pub fn output(mut self) -> Output {
        if self.lower == self.upper {
            return Output::scratch();
        }
        if self.lower.is_scratch() {
            return self.upper;
        }
        self.metadata.caps.insert(cap::DIFF_OP);
        let mut inputs = Inputs::default();
        let lower = pb::LowerDiffInput { input: inputs.place(&self.lower) };
        let upper = pb::UpperDiffInput { input: inputs.place(&self.upper) };
        let draft = Draft {
            kind: "diff",
            op: pb::op::Op::Diff(pb::DiffOp { lower: Some(lower), upper: Some(upper) }),
            inputs,
            op_platform: None,
            platform: self.upper.platform().or_else(|| self.lower.platform()).cloned(),
            metadata: self.metadata,
            problems: Vec::new(),
        };
        draft.into_output()
    }
}
