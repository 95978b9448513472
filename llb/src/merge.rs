//! Merge: layers put on top of one another.

use buildkit_proto::{cap, pb};

use crate::metadata::{Metadata, metadata_methods};
use crate::vertex::{Draft, Inputs, Output};

/// Several file systems as one; where paths meet, the later one wins.
///
/// ```text
/// Merge::new([a, b])   a: /bin/sh /etc/motd("a")   b: /app /etc/motd("b")   result: /app /bin/sh /etc/motd("b")
/// ```
///
/// Each input keeps its own layers, so that a new base does not rebuild what lies on it. Trivial cases are folded: scratch
/// inputs are left out, a merge of one input is that input, a merge of none is scratch.
///
/// ```
/// use buildkit_llb::{FileOp, Merge, Output, file::MkFile};
///
/// let a = FileOp::on_scratch().mkfile(MkFile::new("/a", "a")).output();
/// let b = FileOp::on_scratch().mkfile(MkFile::new("/b", "b")).output();
/// let both = Merge::new([a.clone(), b]).name("[image] both").output();
/// assert_ne!(both, a);
/// assert_eq!(Merge::new([Output::scratch(), a.clone()]).output(), a);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Merge {
    inputs: Vec<Output>,
    metadata: Metadata,
}

metadata_methods!(Merge);

impl Merge {
    /// These file systems, the lowest first.
    pub fn new(inputs: impl IntoIterator<Item = Output>) -> Self {
        Self { inputs: inputs.into_iter().collect(), metadata: Metadata::default() }
    }

    /// The merged file system. Execs on top of it run on the platform of the lowest input that has one.
    pub fn output(mut self) -> Output {
        self.inputs.retain(|input| !input.is_scratch());
        if let [] | [_] = &*self.inputs {
            return self.inputs.pop().unwrap_or_else(Output::scratch);
        }
        self.metadata.caps.insert(cap::MERGE_OP);
        let mut inputs = Inputs::default();
        let places = self.inputs.iter().map(|input| pb::MergeInput { input: inputs.place(input) }).collect();
        let draft = Draft {
            kind: "merge",
            op: pb::op::Op::Merge(pb::MergeOp { inputs: places }),
            inputs,
            op_platform: None,
            platform: self.inputs.iter().find_map(Output::platform).cloned(),
            metadata: self.metadata,
            problems: Vec::new(),
        };
        draft.into_output()
    }
}
