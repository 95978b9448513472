//! File ops: files made, copied and removed without running anything.

mod copy;
mod mkdir;
mod mkfile;
mod op;
mod owner;
mod rm;
mod symlink;
mod time;

pub use copy::Copy;
pub use mkdir::Mkdir;
pub use mkfile::MkFile;
pub use op::{Action, FileOp};
pub use owner::{Account, Owner, OwnerError};
pub use rm::Rm;
pub use symlink::Symlink;
