//! The file op.

use buildkit_proto::{cap, pb};
use pb::file_action::Action as OnWire;

use super::{Copy, MkFile, Mkdir, Owner, Rm, Symlink};
use crate::error::ProblemKind;
use crate::metadata::{Metadata, metadata_methods};
use crate::vertex::{Draft, Inputs, Output};

/// A list of changes to a file system, in their order. However many they are, they make one vertex and one layer.
///
/// ```text
/// FileOp::on(debian).mkdir(/app).copy(built: /api -> /app/api)     result: debian's files, /app, /app/api
/// ```
///
/// ```
/// use buildkit_llb::{FileOp, file::{MkFile, Mkdir}};
///
/// let skeleton = FileOp::on_scratch()
///     .mkdir(Mkdir::new("/workspace").parents())
///     .mkfile(MkFile::new("/workspace/Cargo.toml", "[workspace]\n").timestamp(0))
///     .name("[manifests] write the skeleton")
///     .output();
/// assert_eq!(skeleton.vertex().unwrap().name(), Some("[manifests] write the skeleton"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FileOp {
    base: Output,
    actions: Vec<Action>,
    metadata: Metadata,
}

/// One change to a file system.
#[derive(Clone, Debug)]
pub enum Action {
    /// Copies files from another file system.
    Copy(Copy),
    /// Makes a file.
    MkFile(MkFile),
    /// Makes a directory.
    Mkdir(Mkdir),
    /// Removes a file or a directory.
    Rm(Rm),
    /// Makes a symbolic link.
    Symlink(Symlink),
}

metadata_methods!(FileOp);

impl FileOp {
    /// Changes to this file system.
    pub fn on(base: Output) -> Self {
        Self { base, actions: Vec::new(), metadata: Metadata::default() }
    }

    /// Changes to the empty file system.
    pub fn on_scratch() -> Self {
        Self::on(Output::scratch())
    }

    /// One more change of any kind.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Then makes a directory.
    pub fn mkdir(self, mkdir: Mkdir) -> Self {
        self.action(Action::Mkdir(mkdir))
    }

    /// Then makes a file.
    pub fn mkfile(self, mkfile: MkFile) -> Self {
        self.action(Action::MkFile(mkfile))
    }

    /// Then copies.
    pub fn copy(self, copy: Copy) -> Self {
        self.action(Action::Copy(copy))
    }

    /// Then removes.
    pub fn rm(self, rm: Rm) -> Self {
        self.action(Action::Rm(rm))
    }

    /// Then makes a symbolic link.
    pub fn symlink(self, symlink: Symlink) -> Self {
        self.action(Action::Symlink(symlink))
    }

    /// The changed file system; without changes, the base itself. Execs on top of it run on the base's platform.
    pub fn output(mut self) -> Output {
        if self.actions.is_empty() {
            return self.base;
        }
        let mut inputs = Inputs::default();
        let base = inputs.place(&self.base);
        let sources: Vec<i64> = self.actions.iter().map(|action| action.place_source(&mut inputs)).collect();
        let last = self.actions.len() - 1;
        let first_result = inputs.len();
        let steps = self.actions.iter().zip(sources).zip(0_i64..).enumerate();
        let actions = steps.map(|(index, ((action, secondary_input), number))| pb::FileAction {
            // An action works on the result of the one before it, which is numbered after the op's inputs.
            input: if number == 0 { base } else { first_result + number - 1 },
            secondary_input,
            output: if index == last { 0 } else { -1 },
            action: Some(action.to_pb(base)),
        });
        let op = pb::op::Op::File(pb::FileOp { actions: actions.collect() });

        self.metadata.caps.insert(cap::FILE_BASE);
        self.metadata.caps.extend(self.actions.iter().flat_map(Action::caps));
        let base_is_scratch = self.base.is_scratch();
        let draft = Draft {
            kind: "file",
            op,
            inputs,
            op_platform: None,
            platform: self.base.platform().cloned(),
            metadata: self.metadata,
            problems: self.actions.iter().filter_map(|action| action.problem(base_is_scratch)).collect(),
        };
        draft.into_output()
    }
}

impl Action {
    /// The place of what is copied among the op's inputs; -1 for actions that copy nothing.
    fn place_source(&self, inputs: &mut Inputs) -> i64 {
        match self {
            Self::Copy(copy) => inputs.place(copy.source()),
            Self::MkFile(_) | Self::Mkdir(_) | Self::Rm(_) | Self::Symlink(_) => -1,
        }
    }

    fn caps(&self) -> Vec<&'static str> {
        match self {
            Self::Copy(copy) => copy.caps(),
            Self::Rm(rm) => rm.caps(),
            Self::Symlink(_) => Symlink::caps(),
            Self::MkFile(_) | Self::Mkdir(_) => Vec::new(),
        }
    }

    fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Copy(copy) => copy.owner_ref(),
            Self::MkFile(mkfile) => mkfile.owner_ref(),
            Self::Mkdir(mkdir) => mkdir.owner_ref(),
            Self::Symlink(symlink) => symlink.owner_ref(),
            Self::Rm(_) => None,
        }
    }

    fn problem(&self, base_is_scratch: bool) -> Option<ProblemKind> {
        if let Self::Copy(copy) = self
            && copy.source().is_scratch()
        {
            return Some(ProblemKind::CopyFromScratch(copy.from().to_owned()));
        }
        let owner = self.owner().filter(|owner| base_is_scratch && owner.is_named())?;
        Some(ProblemKind::NamedOwnerOnScratch(owner.to_string()))
    }

    fn to_pb(&self, base: i64) -> OnWire {
        match self {
            Self::Copy(copy) => OnWire::Copy(copy.to_pb(base)),
            Self::MkFile(mkfile) => OnWire::Mkfile(mkfile.to_pb(base)),
            Self::Mkdir(mkdir) => OnWire::Mkdir(mkdir.to_pb(base)),
            Self::Rm(rm) => OnWire::Rm(rm.to_pb()),
            Self::Symlink(symlink) => OnWire::Symlink(symlink.to_pb(base)),
        }
    }
}
